"""``benchmark merge``: one run of several of one protocol."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

import benchmark
from benchmark.analysis.loading import load_records
from benchmark.store.manifest import Manifest
from tests.runs_of_one_protocol import CONTROLS, COSTS, Runs, make_runs, run_tiny


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return make_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture
def runs(made, sample_plugins, tmp_path) -> Runs:
    """Copies, which a test may change."""
    return Runs(*(Path(shutil.copytree(path, tmp_path / path.name)) for path in (made.first, made.second, made.whole)))


@pytest.fixture
def merged(command, runs, tmp_path) -> Path:
    assert command("merge", runs.first, runs.second, "-o", tmp_path / "merged").code == 0
    return tmp_path / "merged"


def rows_without_costs(run: Path) -> list[dict]:
    rows = json.loads((run / "summary.json").read_text())["rows"]
    return [row for row in rows if row["metric"] not in COSTS]


def edit_manifest(run: Path, **changes: object) -> None:
    value = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**value, **changes}))


def refused(result, code: int, *words: str) -> None:
    assert result.code == code
    assert len(result.error_lines) == 1
    assert len(result.err.splitlines()) == 1
    for word in words:
        assert str(word) in result.error_lines[0]


class TestAMergedRun:
    def test_has_the_results_of_one_run_with_all_methods(self, merged, runs):
        found, wanted = (pd.read_parquet(run / "results.parquet") for run in (merged, runs.whole))
        pd.testing.assert_frame_equal(found.drop(columns=COSTS), wanted.drop(columns=COSTS), check_exact=True)
        pd.testing.assert_frame_equal(benchmark.load_run(merged), found, check_dtype=False, check_exact=True)

    def test_has_the_summary_of_one_run_with_all_methods_set_metrics_too(self, merged, runs):
        assert rows_without_costs(merged) == rows_without_costs(runs.whole)
        assert {"blend", "noisy"} <= {row["method"] for row in rows_without_costs(merged) if row["images_sha256"]}

    def test_has_the_images_and_inputs_of_one_run_with_all_methods(self, merged, runs):
        for folder in ("images", "inputs"):
            files = {path.relative_to(runs.whole) for path in (runs.whole / folder).rglob("*.png")}
            assert files == {path.relative_to(merged) for path in (merged / folder).rglob("*.png")}
            assert all((merged / file).read_bytes() == (runs.whole / file).read_bytes() for file in files)

    def test_keeps_the_logs(self, merged, runs):
        assert (merged / "logs/noisy.log").read_bytes() == (runs.second / "logs/noisy.log").read_bytes()

    def test_says_what_it_was_merged_from(self, merged, runs):
        value = json.loads((merged / "run.json").read_text())
        assert value["command"][:2] == ["benchmark", "merge"]
        assert [(part["name"], list(part["methods"])) for part in value["merged"]] == [
            ("first", [*CONTROLS, "blend"]),
            ("second", [*CONTROLS, "noisy"]),
        ]
        commands = [json.loads((run / "run.json").read_text())["command"] for run in (runs.first, runs.second)]
        assert [part["command"] for part in value["merged"]] == commands
        assert value["id"] not in {
            json.loads((run / "run.json").read_text())["id"] for run in (runs.first, runs.second)
        }
        assert json.loads(json.dumps(Manifest.from_value(value).to_value())) == value

    def test_is_sound_can_be_reported_and_checked(self, command, merged, runs, tmp_path):
        assert "all is well" in command("doctor", merged).out
        assert load_records(merged).warnings == ()
        assert command("report", merged).code == 0
        assert "the picture is missing" not in (merged / "report/index.html").read_text()
        assert command("baseline", runs.whole, "-o", tmp_path / "baseline.json").code == 0
        assert command("check", merged, "--baseline", tmp_path / "baseline.json").code == 0

    def test_leaves_the_runs_as_they_are(self, made, merged, runs):
        for before, after in ((made.first, runs.first), (made.second, runs.second)):
            files = {path.relative_to(before) for path in before.rglob("*") if path.is_file()}
            assert files == {path.relative_to(after) for path in after.rglob("*") if path.is_file()}
            assert all((before / file).read_bytes() == (after / file).read_bytes() for file in files)

    def test_can_be_merged_again(self, command, merged, runs, tmp_path):
        third = run_tiny(tmp_path / "third", ["identity"])
        assert command("merge", merged, third, "-o", tmp_path / "again").code == 0
        assert "all is well" in command("doctor", tmp_path / "again").out
        value = json.loads((tmp_path / "again/run.json").read_text())
        assert [part["name"] for part in value["merged"]] == ["merged/first", "merged/second", "third"]

    def test_is_not_continued_by_run(self, command, merged):
        methods = ("--methods", ",".join([*CONTROLS, "blend", "noisy"]))
        metrics = ("--metrics", "brightness_difference,brightness_gap")
        before = (merged / "run.json").read_bytes()
        result = command("run", "--protocol", "tiny", *methods, *metrics, "--threads", "1", "--out", merged)
        refused(result, 2, "one that was merged from first, second (continue these and merge again)")
        assert (merged / "run.json").read_bytes() == before

    def test_is_mended_by_merging_again_and_says_so(self, command, merged):
        (merged / "summary.json").unlink()
        next((merged / "images/blend").iterdir()).unlink()
        result = command("doctor", merged)
        assert result.out.count("complete the runs that it was merged from, and merge them again") == 2
        assert "the same command" not in result.out
        assert "merge them again" in load_records(merged).warnings[0]


class TestMethodsOfOneName:
    def test_are_taken_once_where_their_pictures_are_the_same(self, command, runs, tmp_path):
        result = command("merge", runs.first, runs.whole, "-o", tmp_path / "merged")
        assert [method.name for method in load_records(tmp_path / "merged").methods] == [*CONTROLS, "blend", "noisy"]
        assert "taken once, with the same pictures in first and whole: keeps_content, copies_style, blend" in result.err

    def test_get_the_names_of_their_runs_where_their_pictures_differ(self, command, runs, tmp_path):
        other = run_tiny(tmp_path / "other seed", [*CONTROLS, "noisy"], seed=5)
        result = command("merge", runs.second, other, "-o", tmp_path / "merged")
        assert "noisy of other seed differs from that of other runs and is now noisy_other_seed" in result.err
        records = load_records(tmp_path / "merged")
        assert [method.name for method in records.methods] == [*CONTROLS, "noisy_second", "noisy_other_seed"]
        assert [method.title for method in records.methods][2:] == ["Noisy (second)", "Noisy (other seed)"]
        assert "all is well" in command("doctor", tmp_path / "merged").out
        table, before = records.units, benchmark.load_run(other)
        pd.testing.assert_series_equal(
            table.loc[table.method == "noisy_other_seed", "seed"].reset_index(drop=True),
            before.loc[before.method == "noisy", "seed"].reset_index(drop=True),
        )
        for case in before["case"].unique():
            copied = tmp_path / "merged/images/noisy_other_seed" / f"{case}.png"
            assert copied.read_bytes() == (other / f"images/noisy/{case}.png").read_bytes()

    def test_are_different_methods_where_their_settings_differ(self, command, runs, tmp_path):
        other = run_tiny(tmp_path / "other", ["blend"], settings={"blend.times": 2})
        assert command("merge", runs.first, other, "-o", tmp_path / "merged").code == 0
        names = [method.name for method in load_records(tmp_path / "merged").methods]
        assert names == [*CONTROLS, "blend_first", "blend_other"]

    def test_take_scores_from_whichever_run_has_them(self, command, runs, tmp_path):
        other = run_tiny(tmp_path / "other", [*CONTROLS, "noisy"], metrics=["sometimes_fails"])
        result = command("merge", runs.first, other, "-o", tmp_path / "merged")
        assert "first has no scores by sometimes_fails" in result.err
        assert "other has no scores by brightness_difference, brightness_gap" in result.err
        table = benchmark.load_run(tmp_path / "merged")
        scored = table[table.status == "ok"].groupby("method")[["brightness_difference", "sometimes_fails"]].count()
        pictures = table[table.status == "ok"].groupby("method").size()
        assert (scored.loc[CONTROLS].to_numpy() == pictures[CONTROLS].to_numpy()[:, None]).all()
        assert list(scored.loc["noisy"]) == [0, pictures["noisy"]]
        assert list(scored.loc["blend"]) == [pictures["blend"], 0]
        assert "all is well" in command("doctor", tmp_path / "merged").out


def test_cases_that_a_run_was_not_asked_for_count_as_skipped(command, runs, tmp_path):
    limited = run_tiny(tmp_path / "limited", [*CONTROLS, "noisy"], limit=3)
    assert command("merge", limited, runs.first, "-o", tmp_path / "merged").code == 0
    table = benchmark.load_run(tmp_path / "merged")
    noisy = table[table.method == "noisy"]
    assert list(noisy.status) == ["ok"] * 3 + ["skipped"] * 2
    assert set(noisy.error[3:]) == {"its run, limited, has the first 3 cases only"}
    assert (table[table.method == "keeps_content"].status == "ok").all()
    assert "all is well" in command("doctor", tmp_path / "merged").out
    gaps = {row["method"]: row["n"] for row in rows_without_costs(tmp_path / "merged") if row["images_sha256"]}
    assert (gaps["keeps_content"], gaps["noisy"]) == (5, 3)


def test_failed_units_stay_failed_and_the_run_incomplete(command, runs, tmp_path):
    with_failures = run_tiny(tmp_path / "failing", ["raises"])
    result = command("merge", runs.first, with_failures, "-o", tmp_path / "merged")
    assert result.code == 0
    assert "failing is incomplete, and so the merged run is incomplete" in result.err
    assert "the paint has run out" in command("doctor", tmp_path / "merged").out
    assert "RuntimeError" in (tmp_path / "merged/logs/raises.log").read_text()


class TestRefuses:
    """Each with one line, and nothing is left of the merged run."""

    @pytest.fixture(autouse=True)
    def nothing_is_left(self, tmp_path):
        yield
        assert not (tmp_path / "merged").exists()
        assert not list(tmp_path.glob(".benchmark-*"))

    def test_runs_of_two_protocols(self, command, runs, tmp_path):
        edit_manifest(
            runs.second, protocol={"name": "other", "version": "1", "fingerprint": "f" * 64, "resolution": 32}
        )
        result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 3, runs.second, "are not comparable: protocol tiny (", "merge runs of one protocol")

    def test_metrics_of_two_versions(self, command, runs, tmp_path):
        value = json.loads((runs.second / "run.json").read_text())
        value["metrics"][0]["version"] = "9"
        edit_manifest(runs.second, metrics=value["metrics"])
        result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 3, "brightness_difference: version 1 there, 9 here")

    def test_a_changed_image(self, command, runs, tmp_path):
        image = sorted((runs.second / "images/noisy").iterdir())[0]
        image.write_bytes(image.read_bytes() + b" ")
        result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 2, image, "has changed since it was made", f"`benchmark doctor {runs.second}`")

    def test_a_missing_image(self, command, runs, tmp_path):
        image = sorted((runs.second / "images/noisy").iterdir())[0]
        image.unlink()
        refused(command("merge", runs.first, runs.second, "-o", tmp_path / "merged"), 2, image, "is missing")

    def test_an_image_outside_its_run(self, command, runs, tmp_path):
        image = sorted((runs.second / "images/noisy").iterdir())[0]
        image.rename(tmp_path / "elsewhere.png")
        image.symlink_to(tmp_path / "elsewhere.png")
        result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 2, image, "is a link out of", "put the picture itself there")

    def test_a_method_whose_name_leads_out_of_its_run(self, command, runs, tmp_path):
        (tmp_path / "secret.log").write_text("mine")
        value = json.loads((runs.second / "run.json").read_text())
        method = {**value["methods"][-1], "name": "../../secret"}
        edit_manifest(runs.second, methods=[*value["methods"], method])
        result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 2, "run.json is damaged", "method '../../secret' has a name that no file can have")

    def test_the_same_run_twice(self, command, runs, tmp_path):
        (tmp_path / "link").symlink_to(runs.first)
        for other in (runs.first, tmp_path / "link", runs.first / ".." / "first"):
            refused(command("merge", runs.first, other, "-o", tmp_path / "merged"), 2, "is the same run as")

    def test_one_run_alone(self, command, runs, tmp_path):
        refused(command("merge", runs.first, "-o", tmp_path / "merged"), 2, "merges two runs or more")

    def test_a_folder_that_is_no_run(self, command, runs, tmp_path):
        refused(command("merge", runs.first, tmp_path, "-o", tmp_path / "merged"), 2, "is not a run")

    def test_a_damaged_manifest(self, command, runs, tmp_path):
        (runs.second / "run.json").write_text("{")
        refused(command("merge", runs.first, runs.second, "-o", tmp_path / "merged"), 2, "run.json is damaged")

    def test_a_damaged_journal(self, command, runs, tmp_path):
        journal = runs.second / "journal.jsonl"
        journal.write_text(journal.read_text().replace('"status"', '"stat', 1))
        result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 2, f"{runs.second} is damaged: journal.jsonl line 1", f"`benchmark doctor {runs.second}`")

    def test_scores_that_a_damaged_line_may_have_superseded(self, command, runs, tmp_path):
        journal = runs.second / "journal.jsonl"
        with journal.open("a") as file:
            file.write('{"superseded": {"brightness_difference": \n')
        line = f"journal.jsonl line {len(journal.read_text().splitlines())} is damaged"
        assert any(line in warning for warning in load_records(runs.second).warnings)
        doctor = command("doctor", runs.second).out
        assert "what it said of results above it is lost" in " ".join(doctor.split())
        result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 2, f"{runs.second} is damaged: {line}", f"`benchmark doctor {runs.second}`")

    @pytest.mark.parametrize("name", ["journal.jsonl", "summary.json"])
    def test_a_run_that_lacks_a_file(self, command, runs, tmp_path, name):
        (runs.second / name).unlink()
        refused(command("merge", runs.first, runs.second, "-o", tmp_path / "merged"), 2, runs.second, name)

    def test_a_run_that_is_being_written(self, command, runs, tmp_path):
        with FileLock(runs.second / ".lock"):
            result = command("merge", runs.first, runs.second, "-o", tmp_path / "merged")
        refused(result, 2, f"another `benchmark run` is writing {runs.second}")

    def test_a_destination_inside_a_run(self, command, runs, tmp_path):
        for inside in (runs.first / "merged", runs.first):
            assert command("merge", runs.first, runs.second, "-o", inside).code == 2
        refused(command("merge", runs.first, runs.second, "-o", runs.first / "merged"), 2, "is inside")
        assert not (runs.first / "merged").exists()

    def test_a_destination_in_use(self, command, runs, tmp_path):
        (tmp_path / "used").mkdir()
        (tmp_path / "used/notes.txt").write_text("mine")
        (tmp_path / "file").write_text("mine")
        for used in ("used", "file"):
            assert command("merge", runs.first, runs.second, "-o", tmp_path / used).code == 2
        refused(command("merge", runs.first, runs.second, "-o", tmp_path / "used"), 2, "is not an empty folder")
        assert [path.name for path in (tmp_path / "used").iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(command, runs, tmp_path):
    (tmp_path / "empty").mkdir()
    assert command("merge", runs.first, runs.second, "-o", tmp_path / "empty").code == 0
    assert (tmp_path / "empty/run.json").is_file()


def test_a_picture_outside_its_run_is_not_copied(command, runs, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"mine")
    value = json.loads((runs.first / "run.json").read_text())
    value["contents"][0]["thumbnail"] = "../secret.png"
    edit_manifest(runs.first, contents=value["contents"])
    (tmp_path / "deep/er").mkdir(parents=True)
    assert command("merge", runs.first, runs.second, "-o", tmp_path / "deep/er/merged").code == 0
    assert not list((tmp_path / "deep").rglob("secret.png"))


@pytest.mark.parametrize("path", ["link/secret.png", "inputs/secret\0.png"])
def test_a_picture_that_a_link_or_a_broken_name_leads_to_is_not_copied(command, runs, tmp_path, path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/secret.png").write_bytes(b"mine")
    (runs.first / "link").symlink_to(tmp_path / "mine")
    value = json.loads((runs.first / "run.json").read_text())
    value["contents"][0]["thumbnail"] = path
    edit_manifest(runs.first, contents=value["contents"])
    assert command("merge", runs.first, runs.second, "-o", tmp_path / "merged").code == 0
    assert not list((tmp_path / "merged").rglob("secret*"))


class TestALogThatIsALink:
    def test_out_of_its_run_is_not_copied(self, command, runs, tmp_path):
        (tmp_path / "secret").write_text("mine")
        log = runs.second / "logs/noisy.log"
        log.unlink()
        log.symlink_to(tmp_path / "secret")
        assert command("merge", runs.first, runs.second, "-o", tmp_path / "merged").code == 0
        assert not (tmp_path / "merged/logs/noisy.log").exists()

    def test_within_its_run_is_copied(self, command, runs, tmp_path):
        log = runs.second / "logs/noisy.log"
        log.rename(log.with_name("moved.log"))
        log.symlink_to("moved.log")
        assert command("merge", runs.first, runs.second, "-o", tmp_path / "merged").code == 0
        copied = tmp_path / "merged/logs/noisy.log"
        assert copied.read_bytes() == log.read_bytes()
        assert not copied.is_symlink()


def test_loads_no_torch(runs, tmp_path):
    words = ["merge", str(runs.first), str(runs.second), "-o", str(tmp_path / "merged")]
    program = (
        "import sys\nfrom benchmark.cli.main import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as error:\n    print('exit', error.code)\n"
        "print('torch' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-2:] == ["exit 0", "False"]
