"""``benchmark`` itself, ``list``, ``show`` and ``doctor``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pandas as pd
import pytest

NO_DEFAULT = "method no_default of sample-plugins cannot be used: setting strength has no default"
BROKEN_PROTOCOLS = {
    "booms": "protocol booms of boom cannot be made: RuntimeError: protocol boom",
    "wrong_type": "protocol wrong_type of boom returned int in place of a protocol or recipe",
    "renamed": "protocol renamed of boom is registered as renamed but calls itself mini",
}
"""What is wrong with the protocols of a package."""


class TestHelp:
    def test_names_every_command(self, command):
        result = command("--help")
        assert result.code == 0
        for name in (
            "run",
            "report",
            "list",
            "show",
            "stylize",
            "similarity",
            "doctor",
            "compare",
            "baseline",
            "check",
            "protocol",
        ):
            assert f"  {name} " in result.out

    def test_no_command_is_a_usage_error(self, command):
        assert command().code == 2

    def test_an_unknown_command_is_one_clear_line(self, command):
        result = command("runn")
        assert result.code == 2
        assert len(result.error_lines) == 1

    def test_shows_the_version(self, command):
        assert command("--version").out.startswith("style-transfer-benchmark ")

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--help"],
            ["list", "methods"],
            ["list", "metrics"],
            ["list", "protocols"],
            ["list", "reports"],
            ["protocol", "freeze", "--help"],
        ],
    )
    def test_loads_no_torch(self, arguments):
        program = (
            "import sys\nfrom benchmark.cli.main import main\n"
            f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
            "print('loaded:', *[name for name in ('torch', 'pandas', 'open_clip', 'pyarrow') if name in sys.modules])"
        )
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert result.stdout.splitlines()[-1].strip() == "loaded:"

    def test_the_public_interface_loads_no_torch(self):
        program = "import sys, benchmark; print('torch' in sys.modules, 'pandas' in sys.modules)"
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert result.stdout.split() == ["False", "False"]


class TestList:
    def test_shows_the_methods_of_the_package(self, command):
        out = command("list", "methods").out
        for name in ("adain", "clipstyler", "color_transfer", "gatys", "identity", "multi_style", "style_copy"):
            assert name in out

    def test_json_holds_the_static_facts(self, command):
        rows = {row["name"]: row for row in json.loads(command("list", "metrics", "--json").out)}
        assert rows["ssim"]["direction"] == "higher"
        assert rows["vgg_style_loss"]["backbone"] == "vgg"
        assert rows["clip_text_similarity"]["backbone"] == "clip_judge"
        assert rows["artfid"]["backbone"] == ["inception", "lpips"]

    def test_says_whether_the_weights_are_here_that_the_protocol_names(self, command, sample_plugins):
        def weights(kind: str, protocol: str) -> dict[str, str]:
            rows = json.loads(command("list", kind, "--protocol", protocol, "--json").out)
            return {row["name"]: row.get("weights", row["error"]) for row in rows}

        methods = weights("methods", "mini")
        assert (methods["gatys"], methods["identity"]) == ("present", "needs none")
        assert weights("methods", "tiny")["gatys"] == "protocol tiny names no model for the role vgg"
        assert weights("metrics", "mini")["lpips"] == "protocol mini names no model for the role lpips"
        assert "cannot be imported" in methods["broken"]

    def test_knows_the_weights_of_a_protocol_that_is_not_frozen_yet(self, command, monkeypatch, tmp_path):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
        rows = json.loads(command("list", "methods", "--protocol", "wikiart", "--json").out)
        (weights,) = (row["weights"] for row in rows if row["name"] == "gatys")
        assert "benchmark weights fetch" in weights

    def test_shows_the_licence_and_the_origin_of_methods(self, command, sample_plugins):
        (row,) = (line for line in command("list", "methods").out.splitlines() if " gatys " in line)
        assert "Apache-2.0" in row
        assert "style-transfer-benchmark 0.1.0" in row

    def test_a_method_that_names_no_licence_is_not_said_to_have_one(self, command, sample_plugins):
        (row,) = (line for line in command("list", "methods").out.splitlines() if " blend " in line)
        assert "not stated" in row
        assert "licence: not stated" in command("show", "blend").out
        assert "licence: Apache-2.0" in command("show", "gatys").out

    def test_a_broken_plugin_is_a_visible_row_with_its_reason(self, command, sample_plugins):
        result = command("list", "methods")
        assert result.code == 0
        assert "broken: method broken of sample-plugins cannot be imported: ModuleNotFoundError" in result.out
        assert f"broken: {NO_DEFAULT}" in result.out

    def test_a_name_that_two_distributions_bring_is_an_error(self, command, tmp_path, monkeypatch):
        for number in (1, 2):
            folder = tmp_path / f"twin{number}-1.0.dist-info"
            folder.mkdir()
            (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: twin{number}\nVersion: 1.0\n")
            (folder / "entry_points.txt").write_text("[style_transfer_benchmark.methods]\ntwin = twin:Twin\n")
        monkeypatch.syspath_prepend(str(tmp_path))
        result = command("list", "methods")
        assert result.code == 2
        assert "method twin is brought by twin1 and twin2" in result.error_lines[0]

    @pytest.fixture
    def evil(self, tmp_path, monkeypatch):
        metadata = tmp_path / "evil-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n")
        groups = (f"[style_transfer_benchmark.{kind}]\n../../evil = evil:Evil\n" for kind in ("methods", "metrics"))
        (metadata / "entry_points.txt").write_text("".join(groups))
        monkeypatch.syspath_prepend(str(tmp_path))

    def test_a_name_that_leads_somewhere_else_is_broken_and_no_run_takes_it(self, command, tmp_path, evil):
        reason = "method ../../evil of evil has a name with other characters than letters, digits and _"
        listed = json.loads(command("list", "methods", "--json").out)
        assert [method["error"] for method in listed if method["name"] == "../../evil"] == [reason]
        result = command("run", "--protocol", "smoke", "--methods", "../../evil", "--out", tmp_path / "a" / "b" / "run")
        assert (result.code, result.error_lines) == (2, [f"error: {reason}"])
        assert not (tmp_path / "a").exists()

    def test_all_leaves_such_a_name_out_and_says_so(self, command, tmp_path, sample_plugins, evil):
        arguments = ("--protocol", "tiny", "--methods", "all", "--metrics", "all", "--no-report", "--limit", "1")
        result = command("run", *arguments, "--out", tmp_path / "run")
        said = [line for line in result.err.splitlines() if line.startswith("left out")]
        assert said == [
            f"left out: {kind} ../../evil of evil has a name with other characters than letters, digits and _"
            for kind in ("method", "metric")
        ]
        assert not [path for path in tmp_path.rglob("*") if path.name == "evil"]
        assert "style_copy waves--warm ok" in result.err

    def test_an_unknown_kind_is_a_usage_error(self, command):
        assert command("list", "paintings").code == 2


class TestShow:
    def test_a_method_with_its_settings(self, command):
        out = command("show", "gatys").out
        assert "Gatys" in out
        assert "settings and their defaults" in out

    def test_a_setting_of_a_few_words_with_all_of_them(self, command):
        assert "  schedule = halving (one of halving, cosine)\n" in command("show", "clipstyler").out

    def test_settings_that_are_inherited_are_explained(self, command):
        out = command("show", "multi_style").out
        assert "alpha: Share of the stylized features" in out
        for setting in ("steps", "patches", "crop_sizes"):
            assert f"    {setting}: " in out

    def test_a_dash_counts_as_an_underscore(self, command):
        assert command("show", "multi-style").code == 0

    def test_a_protocol_without_its_weights_being_needed(self, command):
        out = command("show", "mini").out
        assert "The Starry Night by Vincent van Gogh" in out
        assert "clip_judge: clip-tiny-judge" in out

    def test_a_method_whose_settings_lack_a_default_is_broken(self, command, sample_plugins):
        result = command("show", "no_default")
        assert (result.code, result.error_lines) == (2, [f"error: {NO_DEFAULT}"])
        assert "settings" not in result.out

    def test_an_unknown_name_is_suggested(self, command):
        result = command("show", "clipstiler")
        assert result.code == 2
        assert "did you mean clipstyler?" in result.error_lines[0]


class TestBrokenProtocols:
    """Protocols of a package that raise, return something else, or are registered under another name."""

    @pytest.fixture(autouse=True)
    def boom(self, tmp_path, monkeypatch):
        (tmp_path / "boom_protocols.py").write_text(
            "from benchmark.protocol.embedded import mini as renamed\n"
            "def booms():\n    raise RuntimeError('protocol boom')\n"
            "def wrong_type():\n    return 3\n"
        )
        metadata = tmp_path / "boom-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: boom\nVersion: 1.0\n")
        lines = (f"{name} = boom_protocols:{name}\n" for name in BROKEN_PROTOCOLS)
        (metadata / "entry_points.txt").write_text(f"[style_transfer_benchmark.protocols]\n{''.join(lines)}")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def test_are_listed_with_what_is_wrong(self, command):
        rows = {row["name"]: row["error"] for row in json.loads(command("list", "protocols", "--json").out)}
        assert {name: error for name, error in rows.items() if error} == BROKEN_PROTOCOLS

    @pytest.mark.parametrize("name", BROKEN_PROTOCOLS)
    @pytest.mark.parametrize("words", [("show",), ("protocol", "show"), ("run", "--methods", "identity", "--protocol")])
    def test_are_named_in_one_line(self, command, tmp_path, monkeypatch, name, words):
        monkeypatch.chdir(tmp_path)
        result = command(*words, name)
        assert (result.code, result.error_lines) == (2, [f"error: {BROKEN_PROTOCOLS[name]}"])


class TestDoctor:
    @pytest.fixture
    def arguments(self, sample_plugins, tmp_path):
        given = ("--protocol", "tiny", "--methods", "identity", "--metrics", "sometimes_fails", "--no-report")
        return ("run", *given, "--out", tmp_path / "run")

    @pytest.fixture
    def run(self, command, arguments, tmp_path):
        assert command(*arguments).code == 0
        return tmp_path / "run"

    def test_finds_a_sound_run_sound(self, command, run):
        result = command("doctor", run)
        assert result.code == 0
        assert "all is well" in result.out

    @pytest.mark.parametrize("limit", ["1", "5"])
    def test_finds_nothing_but_the_failures_of_a_run_with_failed_and_skipped_units(
        self, command, sample_plugins, tmp_path, limit
    ):
        arguments = ("--protocol", "tiny", "--methods", "raises,blend", "--metrics", "brightness_gap,sometimes_fails")
        assert command("run", *arguments, "--no-report", "--limit", limit, "--out", tmp_path / "run").code == 4
        result = command("doctor", tmp_path / "run")
        problems = [line for line in result.out.splitlines() if line.startswith("problem")]
        assert problems[-1] == "problem  status incomplete; the same command goes on"
        assert all("RuntimeError: the paint has run out" in line for line in problems[:-1])

    def test_finds_nothing_but_what_is_left_of_a_run_that_was_stopped(self, command, arguments, tmp_path, monkeypatch):
        def stop(*_):
            raise KeyboardInterrupt

        monkeypatch.setattr("benchmark.execution.run._start_executor", stop)
        assert command(*arguments).code == 130
        problems = [line for line in command("doctor", tmp_path / "run").out.splitlines() if "problem  " in line]
        assert problems == [
            "problem  not finished: 5 of 5 units; the same command goes on",
            "problem  status incomplete; the same command goes on",
        ]

    def test_finds_a_changed_and_a_lost_image(self, command, run):
        first, second = sorted((run / "images" / "identity").iterdir())[:2]
        first.write_bytes(first.read_bytes()[:100])
        second.unlink()
        result = command("doctor", run)
        assert result.code == 2
        assert f"{first.name} has changed" in result.out
        assert f"{second.name} is missing" in result.out

    def test_notes_a_damaged_line_that_no_unit_lacks(self, command, run):
        """As after a run with a damaged line has been continued: it stays, and the unit has a new one."""
        with (run / "journal.jsonl").open("a") as file:
            file.write("{damaged\n")
        result = command("doctor", run)
        assert "note     journal.jsonl line 6 is damaged" in result.out
        assert (result.code, "all is well" in result.out) == (0, True)

    def test_finds_a_damaged_line_and_the_unit_that_lacks_it(self, command, run):
        journal = run / "journal.jsonl"
        journal.write_text(journal.read_text().replace('"status"', '"stat', 1))
        result = command("doctor", run)
        assert result.code == 2
        assert "problem  journal.jsonl line 1 is damaged" in result.out
        assert "problem  not finished: 1 of 5 units; the same command goes on" in result.out

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("journal.jsonl", "journal.jsonl is missing"),
            ("results.parquet", "results.parquet is missing; the same command writes it again"),
            ("summary.json", "summary.json is missing; the same command writes it again"),
            ("inputs/styles/warm.png", "inputs/styles/warm.png missing of 4 inputs"),
            ("inputs", "inputs/contents/waves.png and 3 more missing of 4 inputs"),
        ],
    )
    def test_finds_what_was_removed_and_the_same_command_mends_it(self, command, run, arguments, name, reason):
        shutil.rmtree(run / name) if (run / name).is_dir() else (run / name).unlink()
        self.assert_found_and_mended(command, run, arguments, reason)

    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("results.parquet", bytes(range(256)) * 40, "results.parquet is damaged"),
            ("summary.json", b"{", "summary.json is damaged"),
            ("summary.json", b'{"rows": [{}]}', "summary.json is damaged"),
        ],
    )
    def test_finds_what_was_overwritten_and_the_same_command_mends_it(
        self, command, run, arguments, name, content, reason
    ):
        (run / name).write_bytes(content)
        self.assert_found_and_mended(command, run, arguments, reason)

    def test_finds_results_that_are_not_those_of_the_journal(self, command, run, arguments):
        table = pd.read_parquet(run / "results.parquet")
        table.assign(sometimes_fails=0.5).to_parquet(run / "results.parquet")
        self.assert_found_and_mended(command, run, arguments, "results.parquet does not hold what the journal says")

    def test_finds_a_run_unfinished_that_was_stopped(self, command, run):
        manifest = json.loads((run / "run.json").read_text())
        for status in ("running", "incomplete"):
            (run / "run.json").write_text(json.dumps({**manifest, "status": status}))
            result = command("doctor", run)
            assert result.code == 2
            assert f"problem  status {status}; the same command goes on" in result.out

    @pytest.mark.parametrize("part", [{"calibration": 3}, {"cases": {}}, {"status": "great"}, {"contents": [{}]}])
    def test_finds_a_manifest_damaged_in_any_part(self, command, run, part):
        manifest = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**manifest, **part}))
        result = command("doctor", run)
        assert result.code == 2
        assert "run.json is damaged" in result.error_lines[0]

    def test_notes_units_that_a_smaller_limit_left_out(self, command, run, arguments):
        command(*arguments, "--limit", "2")
        result = command("doctor", run)
        assert result.code == 0
        assert "note     the journal keeps 3 units that the run does not ask for" in result.out

    def test_warns_of_fresh_where_the_run_was_started_with_it(self, command, run):
        manifest = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**manifest, "command": ["benchmark", "run", "--fresh"]}))
        (run / "summary.json").unlink()
        assert "the same command without --fresh writes it again" in command("doctor", run).out

    def assert_found_and_mended(self, command, run, arguments, reason):
        result = command("doctor", run)
        assert result.code == 2
        assert f"problem  {reason}" in result.out
        assert command(*arguments).code == 0
        assert "all is well" in command("doctor", run).out

    def test_says_that_a_folder_is_no_run(self, command, tmp_path):
        result = command("doctor", tmp_path)
        assert result.code == 2
        assert "is not a run" in result.error_lines[0]

    def test_finds_this_installation_sound(self, command):
        result = command("doctor")
        assert "ok       protocol mini: 8 images are the pinned ones" in result.out
        assert "ok       protocol wikiart: a recipe" in result.out
        assert "ok       model vgg19-embedded" in result.out
        assert "all is well" in result.out
        assert result.code == 0

    def test_finds_a_broken_plugin(self, command, sample_plugins):
        out = command("doctor").out
        assert "problem  method broken of sample-plugins cannot be imported" in out
        assert f"problem  {NO_DEFAULT}" in out
