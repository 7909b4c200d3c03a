"""``benchmark`` itself, ``list`` and ``show``."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys

import click
import pytest

from benchmark.cli.commands import COMMANDS
from benchmark.cli.main import cli
from tests.cli.conftest import NO_DEFAULT
from tests.own_networks import lacking

BROKEN_PROTOCOLS = {
    "booms": "protocol booms of boom cannot be made: RuntimeError: protocol boom",
    "wrong_type": "protocol wrong_type of boom returned int in place of a protocol or recipe",
    "renamed": "protocol renamed of boom is registered as renamed but calls itself mini",
}
"""The errors about the protocols of a package."""


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
        assert not loaded_by(arguments) & {"torch", "pandas", "numpy", "scipy", "PIL", "open_clip", "pyarrow"}

    def test_help_loads_little_more_than_click(self):
        loaded = loaded_by(["--help"])
        assert {"click", "benchmark"} <= loaded
        assert not loaded & {"pydantic", "rich", "platformdirs", "numpy", "PIL", "importlib.metadata"}
        ours = {name for name in loaded if name.startswith("benchmark.") and name.count(".") == 1}
        assert ours <= {"benchmark.cli", "benchmark.color_profile", "benchmark.errors", "benchmark.escaping",
                        "benchmark.execution"}  # fmt: skip
        assert not any(name.startswith("benchmark.cli.") for name in loaded - HELP_MODULES)

    def test_a_command_loads_no_other(self):
        assert not loaded_by(["list", "--help"]) & {"benchmark.cli.run", "benchmark.cli.score", "benchmark.cli.audit"}

    def test_the_help_says_of_each_command_what_its_own_help_says(self):
        context = click.Context(cli)
        for name in cli.list_commands(context):
            help_text = inspect.cleandoc(cli.get_command(context, name).help)
            first = " ".join(help_text.partition("\n\n")[0].split())
            assert f"{first} ".startswith(f"{COMMANDS[name].summary} "), name

    def test_the_public_interface_loads_no_torch(self):
        program = "import sys, benchmark; print('torch' in sys.modules, 'pandas' in sys.modules)"
        result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert result.stdout.split() == ["False", "False"]


HELP_MODULES = {f"benchmark.cli.{name}" for name in ("start", "main", "commands", "streams", "targets")}
"""Modules of the command line that ``benchmark --help`` needs."""


def loaded_by(arguments: list[str]) -> set[str]:
    """Returns the names of all modules that a command loads."""
    program = (
        "import sys\nfrom benchmark.cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(result.stdout.splitlines()[-1].split())


class TestList:
    def test_shows_the_methods_of_the_package(self, command):
        out = command("list", "methods").out
        for name in (
            *("aams", "adain", "clip_pixels", "clipstyler", "color_transfer", "efdm", "gatys", "ghiasi", "identity"),
            *("johnson", "multi_style", "nnst", "sanet", "strotss", "style_copy"),
        ):
            assert name in out

    @pytest.mark.parametrize("kind", ["methods", "metrics", "protocols", "reports"])
    def test_every_plugin_takes_one_line(self, command, kind):
        rows = json.loads(command("list", kind, "--json").out)
        table = [line for line in command("list", kind).out.splitlines() if line.startswith("│")]
        assert [line.split()[1] for line in table] == [row["name"] for row in rows]

    def test_what_is_missing_is_said_below_and_once_for_all_that_lack_it(self, command):
        lines = command("list", "metrics").out.splitlines()
        assert "fid, kid: protocol mini names no model for the role inception" in lines
        (row,) = (line for line in lines if line.startswith("│ fid "))
        assert " missing " in row

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

    def test_all_leaves_such_a_name_out_and_says_so(self, command, tmp_path, sample_plugins, evil, monkeypatch):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path / "no weights"))
        arguments = ("--protocol", "tiny", "--methods", "all", "--metrics", "all", "--no-report", "--limit", "1")
        result = command("run", *arguments, "--out", tmp_path / "run")
        said = [line for line in result.err.splitlines() if line.startswith("left out")]
        assert said[:2] == [
            f"left out: {kind} ../../evil of evil has a name with other characters than letters, digits and _"
            for kind in ("method", "metric")
        ]
        absent = [name for name in ("ghiasi", "sanet") if lacking(name)]
        assert [line[: line.index(":", 10)] for line in said[2:]] == [f"left out: method {name}" for name in absent]
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
        assert "  schedule = halving (one of halving, cosine): " in command("show", "clipstyler").out

    def test_every_setting_with_its_range(self, command):
        out = command("show", "gatys").out
        assert "  steps = 500 (a whole number, at least 1): Closure evaluations (loss and gradient) of L-BFGS" in out
        assert "  coarse_sizes = () (a comma-separated list of whole numbers, at least 16 each): Shorter sides" in out
        assert "  alpha = 1.0 (a number, between 0 and 1): " in command("show", "adain").out

    def test_every_setting_of_ours_is_explained_on_its_line(self, command):
        for method in ("gatys", "clipstyler", "adain", "nnst", "strotss", "johnson", "ghiasi"):
            settings = command("show", method).out.partition("settings and their defaults:\n")[2].partition("\n\n")[0]
            assert all(re.fullmatch(r"  \w+ = .* \(.*\): [A-Z].*", line) for line in settings.splitlines()), method

    def test_facts_are_written_for_people(self, command):
        out = command("show", "gatys").out
        assert "  control: no\n" in out
        assert "  resources: gpus 1\n" in out

    def test_settings_that_are_inherited_are_explained(self, command):
        out = command("show", "multi_style").out
        assert re.search(r"  alpha = .*: Share of the stylized features", out)
        for setting in ("steps", "patches", "crop_sizes"):
            assert re.search(rf"^  {setting} = .*\): [A-Z]", out, flags=re.MULTILINE)

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
