"""``benchmark run --pictures``: methods whose pictures were made elsewhere, from their files to the report."""

from __future__ import annotations

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import benchmark
from benchmark.analysis.loading import load_records

CASES = ("waves--warm", "waves--cold", "hills--warm", "hills--cold", "waves--warm+cold")
METRICS = "brightness_difference,ssim,color_histogram_distance"


@pytest.fixture
def run(command, sample_plugins, tmp_path, monkeypatch):
    """Runs the tiny protocol in ``tmp_path / "run"``; folders of pictures are beside it."""
    monkeypatch.chdir(tmp_path)

    def start(*arguments: str):
        return command(
            "run", "--protocol", "tiny", "--metrics", METRICS, "--out", tmp_path / "run", "--no-report", *arguments
        )

    return start


@pytest.fixture
def made(tmp_path):
    """Pictures of all five cases, as another repository names them: ``theirs/CONTENT_stylized_STYLE.png``."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    for seed, case in enumerate(CASES):
        pixels = np.random.default_rng(seed).integers(0, 256, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{case.replace('--', '_stylized_')}.png")
    return folder


def units(tmp_path, method):
    table = benchmark.load_run(tmp_path / "run")
    return table[table["method"] == method].set_index("case")


def record(tmp_path, method="theirs"):
    return next(one for one in load_records(tmp_path / "run").methods if one.name == method)


def journal(tmp_path):
    lines = (tmp_path / "run" / "journal.jsonl").read_text().splitlines()
    return [one for one in map(json.loads, lines) if one["method"] == "theirs"]


class TestScores:
    def test_pictures_written_out_and_read_back_have_the_same_scores_to_the_last_bit(self, run, tmp_path):
        assert run("--methods", "color_transfer").code == 0
        for file in (tmp_path / "run" / "images" / "color_transfer").iterdir():
            (tmp_path / "theirs").mkdir(exist_ok=True)
            (tmp_path / "panels").mkdir(exist_ok=True)
            name = file.name.replace("--", "_stylized_")
            shutil.copy(file, tmp_path / "theirs" / name)
            three = Image.new("RGB", (96, 32))
            three.paste(Image.open(file), (64, 0))
            three.save(tmp_path / "panels" / name)
        arguments = ("--pictures", "theirs=theirs", "--pictures", "panels=panels:right third")
        assert run("--methods", "color_transfer", *arguments).code == 0
        columns = ["status", *METRICS.split(",")]
        direct = units(tmp_path, "color_transfer")[columns]
        assert sorted(direct.index) == sorted(CASES)
        for method in ("theirs", "panels"):
            read = units(tmp_path, method).loc[direct.index, columns]
            pd.testing.assert_frame_equal(direct, read, check_exact=True)

    def test_they_are_recorded_as_what_they_are_and_controls_run_beside_them(self, run, made, tmp_path):
        result = run("--pictures", "theirs=theirs")
        assert result.code == 0, result.err
        found = record(tmp_path)
        assert (found.origin, found.timing, found.source["folder"]) == ("pictures", "none", "theirs")
        assert found.source["pattern"] == "{content}_stylized_{style}"
        for unit in journal(tmp_path):
            assert len(unit["source_sha256"]) == 64
            assert unit["seconds"] is None
            assert unit["cpu_seconds"] is None
        assert units(tmp_path, "theirs")["seconds"].isna().all()
        controls = ["color_transfer", "copies_style", "identity", "keeps_content", "style_copy"]
        assert f"beside the pictures the controls run: {', '.join(controls)}" in result.err
        assert [method.name for method in load_records(tmp_path / "run").methods] == [*controls, "theirs"]

    def test_what_is_found_is_said_before_anything_runs(self, run, made):
        (made / "waves_stylized_cold.png").unlink()
        shutil.copy(made / "hills_stylized_cold.png", made / "preview.png")
        (made / "log.txt").touch()
        lines = run("--methods", "identity", "--pictures", "theirs=theirs").err.splitlines()
        before = lines[: next(number for number, line in enumerate(lines) if re.match(r"\[1/", line))]
        said = "\n".join(before)
        assert "pictures theirs, in theirs: 4 of 5 cases found, 1 missing, paired by {content}_stylized_{style}" in said
        assert "as pytorch-AdaIN, StyTR-2" in said
        assert "theirs: missing, and skipped: waves--cold" in said
        assert "theirs: of no case: 1 picture: preview.png" in said
        assert "theirs: passed over: 1 file, by name no pictures" in said

    def test_several_folders_in_one_command(self, run, made, tmp_path):
        shutil.copytree(made, tmp_path / "others")
        assert run("--methods", "identity", "--pictures", "a=theirs", "--pictures", "b=others").code == 0
        columns = METRICS.split(",")
        pd.testing.assert_frame_equal(units(tmp_path, "a")[columns], units(tmp_path, "b")[columns], check_exact=True)
        assert record(tmp_path, "a").version == record(tmp_path, "b").version


class TestSinglePictures:
    def test_a_missing_one_is_skipped_with_the_reason(self, run, made, tmp_path):
        (made / "waves_stylized_cold.png").unlink()
        assert run("--methods", "identity", "--pictures", "theirs=theirs").code == 0
        unit = units(tmp_path, "theirs").loc["waves--cold"]
        assert unit["status"] == "skipped"
        assert unit["error"] == "no picture: waves_stylized_cold.png is not there"

    def test_unreadable_ones_fail_alone(self, run, made, tmp_path):
        names = dict(zip(("text", "dot", "link", "animation"), CASES, strict=False))
        files = {damage: made / f"{case.replace('--', '_stylized_')}.png" for damage, case in names.items()}
        files["text"].write_text("no picture")
        Image.new("RGB", (1, 1)).save(files["dot"])
        files["link"].unlink()
        files["link"].symlink_to("nowhere.png")
        frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
        frames[0].save(files["animation"], save_all=True, append_images=frames[1:])
        result = run("--methods", "identity", "--pictures", "theirs=theirs")
        assert result.code == 4
        assert "Traceback" not in result.err
        assert "theirs: cannot be read, and will fail: waves_stylized_warm.png, hills_stylized_warm.png" in result.err
        found = units(tmp_path, "theirs")
        for damage, reason in (
            ("text", "not an image"), ("dot", "is 1×1"), ("link", "leads nowhere"), ("animation", "holds 2 pictures")
        ):  # fmt: skip
            unit = found.loc[names[damage]]
            assert unit["status"] == "failed"
            assert reason in unit["error"]
            assert files[damage].name in unit["error"]
        assert found.loc["waves--warm+cold", "status"] == "ok"

    def test_another_size_is_resized_said_and_recorded(self, run, made, tmp_path):
        path = made / "waves_stylized_cold.png"
        Image.open(path).resize((64, 64)).save(path)
        result = run("--methods", "identity", "--pictures", "theirs=theirs")
        assert result.code == 0
        assert "theirs: resized to 32×32: 1 picture of 64×64" in result.err
        notes = {unit["case"]: unit.get("note", "") for unit in journal(tmp_path)}
        assert notes.pop("waves--cold") == "resized from 64×64"
        assert set(notes.values()) == {""}

    def test_another_aspect_is_refused_and_cut_on_request_without_starting_over(self, run, made, tmp_path):
        path = made / "waves_stylized_cold.png"
        Image.open(path).resize((48, 32)).save(path)
        refused = run("--methods", "identity", "--pictures", "theirs=theirs")
        assert refused.code == 4
        assert "of another aspect than their contents, 32×32: 1 picture of 48×32; refused: --fit cuts" in refused.err
        assert "is 48×32, and its content is 32×32" in units(tmp_path, "theirs").loc["waves--cold", "error"]
        cut = run("--methods", "identity", "--pictures", "theirs=theirs", "--fit")
        assert cut.code == 0, cut.err
        assert journal(tmp_path)[-1]["note"] == "cropped from 48×32"

    def test_squashed_pictures_are_noticed(self, command, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for name in ("c", "s", "squashed", "cropped"):
            (tmp_path / name).mkdir()
        for number in range(3):
            generator = np.random.default_rng(number)
            pixels = np.full((64, 160, 3), 220, np.uint8)
            for _ in range(12):
                left, top = generator.integers(0, 140), generator.integers(0, 50)
                pixels[top : top + 14, left : left + 20] = generator.integers(0, 256, 3)
            Image.fromarray(pixels).save(f"c/c{number}.png")
            Image.fromarray(pixels).resize((64, 64)).save(f"squashed/c{number}_s.png")
            Image.fromarray(pixels[:, 48:112]).save(f"cropped/c{number}_s.png")
        Image.new("RGB", (64, 64), "red").save("s/s.png")
        assert command(
            "protocol", "new", "--contents", "c", "--styles", "s", "--resolution", "64", "-o", "p"
        ).code == 0  # fmt: skip
        arguments = ("run", "--protocol", "p", "--methods", "identity", "--metrics", "color_histogram_distance")
        result = command(*arguments, "--no-report", "--pictures", "a=squashed", "--pictures", "b=cropped")
        assert "a: squashed? 3 of 3 pictures" in result.err
        assert "b: squashed?" not in result.err
        assert "a: copies? 3 of 3 pictures looked at show their content unchanged: c0_s.png, c1_s" in result.err

    def test_transparent_pictures_and_copies_of_the_style_are_noticed(self, run, made, tmp_path):
        assert run("--methods", "style_copy").code == 0
        shutil.copy(tmp_path / "run" / "images" / "style_copy" / "waves--cold.png", made / "waves_stylized_cold.png")
        for number, path in enumerate(sorted(made.glob("*warm.png"))):
            with Image.open(path) as image:
                image.putalpha(120 + number)
                image.save(path)
        result = run("--methods", "style_copy", "--pictures", "theirs=theirs")
        transparent = "2 of 5 pictures looked at are transparent, and laid on white: waves_stylized_warm.png, hills_sty"
        assert f"theirs: {transparent}" in result.err
        copies = "1 of 5 pictures looked at show their style image unchanged: waves_stylized_cold.png"
        assert f"theirs: copies? {copies}" in result.err


class TestContinuing:
    def test_a_finished_run_reads_nothing_again(self, run, made, tmp_path):
        run("--methods", "identity", "--pictures", "theirs=theirs")
        before = (tmp_path / "run" / "journal.jsonl").read_text()
        assert run("--methods", "identity", "--pictures", "theirs=theirs").code == 0
        assert (tmp_path / "run" / "journal.jsonl").read_text() == before

    def test_a_changed_picture_and_a_new_one_are_read_and_no_others(self, run, made, tmp_path):
        late = made / "hills_stylized_cold.png"
        kept = late.read_bytes()
        late.unlink()
        run("--methods", "identity", "--pictures", "theirs=theirs")
        number = len(journal(tmp_path))
        late.write_bytes(kept)
        changed = made / "waves_stylized_warm.png"
        Image.new("RGB", (32, 32), "green").save(changed)
        result = run("--methods", "identity", "--pictures", "theirs=theirs")
        assert result.code == 0, result.err
        assert {unit["case"] for unit in journal(tmp_path)[number:]} == {"hills--cold", "waves--warm"}
        assert (units(tmp_path, "theirs").loc[["hills--cold", "waves--warm"], "status"] == "ok").all()

    def test_a_picture_that_is_gone_stays_as_the_run_has_it(self, run, made, tmp_path):
        run("--methods", "identity", "--pictures", "theirs=theirs")
        before = units(tmp_path, "theirs")
        (made / "waves_stylized_cold.png").unlink()
        assert run("--methods", "identity", "--pictures", "theirs=theirs").code == 0
        pd.testing.assert_frame_equal(units(tmp_path, "theirs"), before)

    def test_a_stated_duration_is_corrected_added_and_taken_back(self, run, made, tmp_path):
        table = tmp_path / "theirs.csv"
        table.write_text("case,seconds\nwaves--cold,1.5\nhills--cold,2.5\nwaves--warm,3.5\n")
        run("--methods", "identity", "--pictures", "theirs=theirs")
        number = len(journal(tmp_path))
        table.write_text("case,seconds\nwaves--cold,15\nhills--warm,4.5\nwaves--warm,3.5\n")
        assert run("--methods", "identity", "--pictures", "theirs=theirs").code == 0
        assert {unit["case"] for unit in journal(tmp_path)[number:]} == {"waves--cold", "hills--cold", "hills--warm"}
        seconds = units(tmp_path, "theirs")["seconds"].dropna()
        assert dict(seconds) == {"waves--cold": 15.0, "hills--warm": 4.5, "waves--warm": 3.5}
        table.unlink()
        assert run("--methods", "identity", "--pictures", "theirs=theirs").code == 0
        assert units(tmp_path, "theirs")["seconds"].isna().all()
        assert record(tmp_path).timing == "none"

    def test_another_part_of_the_same_files_is_another_run(self, run, made, tmp_path):
        run("--methods", "identity", "--pictures", "theirs=theirs")
        other = run("--methods", "identity", "--pictures", "theirs=theirs:left half")
        assert other.code == 2
        assert "theirs.part" in other.error_lines[0]


class TestFacts:
    def test_facts_and_stated_durations_are_shown_as_stated(self, run, made, command, tmp_path):
        (tmp_path / "theirs.toml").write_text(
            '[method]\ntitle = "Theirs & co"\npaper = "A paper"\nyear = 2022\nlicence = "MIT"\noptimises = ["vgg"]\n'
        )
        (tmp_path / "theirs.csv").write_text("case,seconds\nwaves--cold,1.5\nhills--cold,2.5\n")
        result = run("--methods", "identity", "--pictures", "theirs=theirs")
        assert "durations as the author states them: 2 pictures" in result.err
        assert "2°" in result.out
        assert "°: as the author states" in result.out
        found = record(tmp_path)
        assert (found.title, found.year, found.licence, found.timing) == ("Theirs & co", 2022, "MIT", "stated")
        assert list(found.optimises) == ["vgg"]
        assert units(tmp_path, "theirs").loc["hills--cold", "seconds"] == 2.5
        command("report", tmp_path / "run", "--format", "markdown", "-o", tmp_path / "md")
        text = (tmp_path / "md" / "report.md").read_text()
        row = next(line for line in text.splitlines() if line.startswith("| Theirs") and "⚠" in line)
        assert "**" not in row
        assert "pictures made elsewhere, from theirs" in text
        assert "⚠: Time per picture, as the author states" in text
        command("report", tmp_path / "run", "--format", "latex", "-o", tmp_path / "tex")
        assert "as the author states" in (tmp_path / "tex" / "tables.tex").read_text()
        command("report", tmp_path / "run", "--format", "html", "-o", tmp_path / "html")
        assert "pictures made elsewhere, from theirs" in (tmp_path / "html" / "index.html").read_text()

    def test_a_file_says_it_all(self, run, made, tmp_path):
        (tmp_path / "facts").mkdir()
        (tmp_path / "facts" / "theirs.toml").write_text(
            '[method]\ntitle = "T"\n[pictures]\nfolder = "../theirs"\npattern = "{content}_stylized_{style}"\n'
        )
        assert run("--methods", "identity", "--pictures", "facts/theirs.toml").code == 0
        assert record(tmp_path).title == "T"

    def test_scores_of_a_network_that_they_optimised_are_circular(self, command, tmp_path):
        (tmp_path / "theirs.toml").write_text('[method]\noptimises = ["vgg"]\n')
        smoke = tmp_path / "smoke"
        smoke.mkdir()
        for style in ("starry_night", "great_wave"):
            Image.new("RGB", (64, 64), "teal").save(smoke / f"astronaut_{style}.png")
        command(
            "run", "--protocol", "smoke", "--pictures", f"theirs={smoke}", "--methods", "identity", "--metrics",
            "vgg_style_loss,ssim", "--no-report", "--out", tmp_path / "circular",
        )  # fmt: skip
        rows = {row.metric: row for row in load_records(tmp_path / "circular").summary if row.method == "theirs"}
        assert rows["vgg_style_loss"].circular
        assert not rows["ssim"].circular


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            (["--pictures", "theirs"], "write NAME=FOLDER"),
            (["--pictures", "theirs=nowhere"], "pictures theirs: there is no folder nowhere"),
            (["--pictures", "identity=theirs"], "identity is the name of another method"),
            (
                ["--pictures", "theirs=theirs", "--pictures", "Theirs=theirs"],
                "two folders of pictures are called theirs",
            ),
            (["--pictures", "theirs=theirs:{style}.png"], "it must hold {content} too"),
            (["--pictures", "theirs=theirs:{content}-{style}"], "such as waves-warm.png was expected"),
            (["--pictures", "theirs=twice"], "waves--warm is waves_warm.jpg or waves_warm.png"),
            (["--pictures", "theirs=other"], "no picture names a case of the protocol"),
            (["--fit"], "--fit is for --pictures"),
        ],
    )
    def test_it_is_one_clear_line_and_nothing_runs(self, run, made, tmp_path, arguments, problem):
        for name in ("twice/waves_warm.jpg", "twice/waves_warm.png", "other/owl_sky.png"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            Image.new("RGB", (32, 32)).save(tmp_path / name)
        result = run("--methods", "identity", *arguments)
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert problem in result.error_lines[0]
        assert not (tmp_path / "run").exists()


def test_a_gate_takes_them_as_any_method_and_their_durations_for_nothing(run, made, command, tmp_path):
    (tmp_path / "theirs.csv").write_text(
        "case,seconds\n" + "".join(f"{case},1\n" for case in ("waves--cold", "hills--cold"))
    )
    assert run("--methods", "identity", "--pictures", "theirs=theirs").code == 0
    assert command("baseline", tmp_path / "run", "-o", tmp_path / "base.json").code == 0
    assert '"runtime": 1' not in (tmp_path / "base.json").read_text()
    assert command("check", tmp_path / "run", "--baseline", tmp_path / "base.json").code == 0


def test_python_takes_folders_by_name(sample_plugins, made, tmp_path):
    run = benchmark.run(
        "tiny",
        methods="identity",
        pictures={"theirs": made},
        metrics="ssim",
        out=tmp_path / "python",
        report=False,
    )
    assert run.status == "complete"
    assert set(benchmark.load_run(tmp_path / "python")["method"]) == {"identity", "theirs"}
