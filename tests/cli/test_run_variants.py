"""Variants, sweeps and ablations: rows of a run beside their methods."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

import benchmark
from tests.cli.conftest import TINY, assert_ended_alike, run_until_killed, scores
from tests.conftest import SAMPLE_PLUGINS


@pytest.fixture
def vary(command, sample_plugins, tmp_path):
    """Runs the tiny protocol with options; the run is in ``tmp_path / "run"``."""

    def run(*arguments: str):
        return command(*TINY, "--out", tmp_path / "run", *arguments)

    return run


def methods_of(run: Path) -> dict[str, dict]:
    return {method["name"]: method for method in json.loads((run / "run.json").read_text())["methods"]}


class TestRows:
    def test_stand_beside_their_method_with_pictures_of_their_own(self, vary, tmp_path):
        assert vary("--methods", "blend", "--variant", "blend:share=0.5,times=2").code == 0
        found = methods_of(tmp_path / "run")
        assert list(found) == ["blend", "blend@share=0.5,times=2"]
        variant = found["blend@share=0.5,times=2"]
        assert variant["title"] == "Blend @ share=0.5, times=2"
        assert (variant["settings"]["share"], variant["settings"]["times"]) == (0.5, 2)
        assert variant["source"] == {"variant_of": "blend", "changes": {"share": 0.5, "times": 2}}
        assert variant["origins"] == {"share": "user", "times": "user"}
        pictures = [tmp_path / "run" / "images" / name / "waves--warm.png" for name in found]
        assert pictures[0].read_bytes() != pictures[1].read_bytes()

    def test_of_a_sweep_are_one_for_each_value_but_that_of_the_method(self, vary, tmp_path):
        result = vary("--methods", "blend", "--sweep", "blend.share=0.25,0.75,1")
        assert list(methods_of(tmp_path / "run")) == ["blend", "blend@share=0.25", "blend@share=1.0"]
        assert "no row of its own: blend@share=0.75 is blend itself" in result.err

    def test_of_an_ablation_are_one_for_each_change(self, vary, tmp_path):
        vary("--methods", "blend", "--ablate", "blend:invert=true,sizes=1,2,share=0.5")
        assert list(methods_of(tmp_path / "run")) == [
            "blend",
            "blend@invert=true",
            "blend@sizes=1+2",
            "blend@share=0.5",
        ]

    def test_change_what_the_user_sets_of_the_method(self, vary, tmp_path):
        vary("--methods", "blend", "--set", "blend.times=3", "--variant", "blend:share=0.5")
        variant = methods_of(tmp_path / "run")["blend@share=0.5"]
        assert (variant["settings"]["times"], variant["settings"]["share"]) == (3, 0.5)

    def test_alike_are_one(self, vary, tmp_path):
        vary("--methods", "blend", "--variant", "blend:times=2,share=0.50", "--variant", "blend:share=0.5,times=2")
        assert list(methods_of(tmp_path / "run")) == ["blend", "blend@share=0.5,times=2"]

    def test_bring_their_method_and_the_controls(self, vary, tmp_path):
        result = vary("--variant", "blend:share=0.5")
        assert {"blend", "blend@share=0.5", "identity", "style_copy"} <= methods_of(tmp_path / "run").keys()
        assert "beside the variants the controls run" in result.err
        assert "so these run too: blend" in result.err

    def test_draw_what_their_method_draws(self, vary, tmp_path, monkeypatch):
        from benchmark.plan.unit import unit_seed

        vary("--methods", "blend", "--variant", "blend:share=0.5")
        seeds = {row.method: row.seed for row in scores(tmp_path / "run").query("case == 'waves--warm'").itertuples()}
        assert seeds == dict.fromkeys(seeds, unit_seed(0, "waves--warm", "blend"))
        assert len(seeds) == 2

    def test_fail_alone(self, vary, tmp_path):
        assert vary("--methods", "identity", "--variant", "blend:share=0.5").code == 0
        assert vary("--methods", "identity", "--variant", "raises:x=1").code == 2

    def test_of_a_broken_method_fail_with_its_reason(self, vary, tmp_path):
        assert vary("--methods", "identity", "--variant", "broken:x=1").code == 4
        table = scores(tmp_path / "run")
        assert table[table.method == "broken@x=1"].error.str.contains("cannot be imported").all()

    def test_differ_in_case_are_refused(self, vary, tmp_path):
        program = tmp_path / "words.toml"
        program.write_text(
            '[method]\nname = "words"\n[program]\ncommand = ["echo", "{content}", "{style}", "{output}", "{word}"]\n'
            '[settings]\nword = "x"\n'
        )
        result = vary("--methods", str(program), "--sweep", "words.word=a,A")
        assert result.code == 2
        assert "words@word=a and words@word=A differ in case only" in result.error_lines[0]

    def test_differ_in_case_from_those_of_the_run_that_is_continued_are_refused(self, vary, tmp_path):
        program = tmp_path / "words.toml"
        program.write_text(
            '[method]\nname = "words"\n[program]\ncommand = ["echo", "{content}", "{style}", "{output}", "{word}"]\n'
            '[settings]\nword = "x"\n'
        )
        vary("--methods", str(program), "--variant", "words:word=a")
        kept = (tmp_path / "run" / "run.json").read_bytes()
        result = vary("--methods", str(program), "--variant", "words:word=A")
        assert result.code == 2
        assert "words@word=a and words@word=A differ in case only" in result.error_lines[0]
        assert (tmp_path / "run" / "run.json").read_bytes() == kept


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (("--variant", "blnd:share=1"), "unknown method 'blnd'; did you mean blend?"),
            (("--variant", "blend:shar=1"), "method blend has no setting 'shar'; did you mean share?"),
            (("--sweep", "blend.share=0.1,many"), "setting blend.share must be a number, not 'many'"),
            (("--ablate", "blend:share=7"), "settings of method blend: share must be 0 … 1, not 7.0"),
            (("--variant", "identity:x=1"), "method identity has no setting 'x'; this method has no settings"),
            (("--variant", "blend"), "cannot read variant 'blend'; write METHOD:SETTING=VALUE,…"),
        ],
    )
    def test_is_said_before_anything_runs(self, vary, tmp_path, arguments, reason):
        result = vary("--methods", "identity", *arguments)
        assert result.code == 2
        assert reason in result.error_lines[0]
        assert not (tmp_path / "run").exists()

    def test_pictures_have_no_variants(self, vary, tmp_path):
        (tmp_path / "theirs").mkdir()
        result = vary("--pictures", f"theirs={tmp_path / 'theirs'}", "--variant", "theirs:share=1")
        assert result.code == 2
        assert "theirs has no variants: its pictures exist already" in result.error_lines[0]


class TestARun:
    def test_goes_on_with_more_variants_and_makes_nothing_again(self, vary, tmp_path, monkeypatch):
        count = tmp_path / "count"
        monkeypatch.setenv("SAMPLE_PLUGINS_COUNT", str(count))
        vary("--methods", "blend", "--variant", "blend:share=0.5")
        made = len(count.read_text().splitlines())
        assert "continuing: 10 of 15" in vary("--methods", "blend", "--sweep", "blend.share=0.5,0.25").err
        # One more is made before those that are timed.
        assert len(count.read_text().splitlines()) == made // 2 + made
        assert list(methods_of(tmp_path / "run")) == ["blend", "blend@share=0.5", "blend@share=0.25"]

    def test_gates_a_variant_as_a_method(self, vary, command, tmp_path):
        vary("--methods", "blend", "--variant", "blend:share=0.5")
        assert command("baseline", tmp_path / "run", "-o", tmp_path / "base.json").code == 0
        methods = json.loads((tmp_path / "base.json").read_text())["methods"]
        assert set(methods) == {"blend", "blend@share=0.5"}
        assert command("check", tmp_path / "run", "--baseline", tmp_path / "base.json").code == 0

    def test_is_merged_with_others_and_scored_later(self, vary, command, tmp_path):
        vary("--methods", "blend", "--variant", "blend:share=0.5")
        command(*TINY, "--methods", "identity", "--out", tmp_path / "other")
        assert command("merge", tmp_path / "run", tmp_path / "other", "-o", tmp_path / "merged").code == 0
        found = methods_of(tmp_path / "merged")
        assert list(found) == ["blend", "blend@share=0.5", "identity"]
        assert found["blend@share=0.5"]["source"]["variant_of"] == "blend"
        assert command("score", tmp_path / "run", "--metrics", "ssim").code == 0
        assert scores(tmp_path / "run").query("method == 'blend@share=0.5' and status == 'ok'").ssim.notna().all()

    def test_of_a_program_passes_it_the_changes(self, vary, tmp_path):
        (tmp_path / "paint.py").write_text(
            "import sys\nfrom PIL import Image\nimage = Image.open(sys.argv[1])\n"
            "Image.new('RGB', image.size, (int(sys.argv[3]),) * 3).save(sys.argv[2])\n"
        )
        (tmp_path / "paint.toml").write_text(
            '[method]\nname = "paint"\ncondition = "none"\n[program]\n'
            'command = ["python", "paint.py", "{content}", "{output}", "{grey}"]\n'
            f'python = "{sys.executable}"\n[settings]\ngrey = 10\n'
        )
        assert (
            vary("--methods", "identity", "--variant", f"{tmp_path / 'paint.toml'}:grey=200", "--limit", "1").code == 0
        )
        from benchmark.images import open_image

        greys = [
            open_image(tmp_path / "run" / "images" / name / "waves--warm.png").getpixel((0, 0))[0]
            for name in ("paint", "paint@grey=200")
        ]
        assert greys == [10, 200]

    def test_that_was_killed_ends_like_an_undisturbed_one(self, command, sample_plugins, tmp_path):
        """Three settings, two seeds."""
        arguments = [*TINY, "--methods", "noisy", "--sweep", "blend.share=0.25,0.5,1", "--seeds", "0,1"]
        journal = tmp_path / "run" / "journal.jsonl"
        environment = {**os.environ, "PYTHONPATH": str(SAMPLE_PLUGINS), "SAMPLE_PLUGINS_METHOD": "dawdle"}
        for lines in (3, 17, 29):
            run_until_killed(arguments, tmp_path / "run", lines, environment)
        assert journal.read_bytes().count(b"\n") < 50
        assert command(*arguments, "--out", tmp_path / "run").code == 0
        assert command(*arguments, "--out", tmp_path / "undisturbed").code == 0
        assert len(scores(tmp_path / "run")) == 5 * 5 * 2
        assert_ended_alike(tmp_path / "run", tmp_path / "undisturbed")


class TestAProtocol:
    @pytest.fixture
    def fixing(self, tmp_path):
        """Writes the tiny protocol with variants, and returns its path."""

        def write(variants: str, name: str = "p") -> Path:
            source = SAMPLE_PLUGINS / "sample_plugins" / "tiny"
            (tmp_path / name).mkdir()
            for image in source.glob("*.png"):
                (tmp_path / name / image.name).write_bytes(image.read_bytes())
            path = tmp_path / name / "protocol.toml"
            path.write_text((source / "protocol.toml").read_text() + variants)
            return path

        return write

    def test_brings_its_variants_wherever_their_method_runs(self, fixing, command, sample_plugins, tmp_path):
        path = fixing(
            '\n[[variants]]\nmethod = "blend"\nsettings = { share = 0.5, times = 2 }\nsweep = { share = [0.25, 1] }\n'
            'ablate = { invert = true }\n\n[[variants]]\nmethod = "other"\nsettings = { x = 1 }\n'
        )
        run = tmp_path / "run"
        assert command("run", "--protocol", path, "--metrics", "ssim", "--methods", "blend,identity", "--no-report",
                       "--out", run).code == 0  # fmt: skip
        found = methods_of(run)
        assert list(found) == [
            "blend", "blend@share=0.5,times=2", "blend@share=0.25", "blend@share=1.0", "blend@invert=true", "identity",
        ]  # fmt: skip
        assert found["blend@invert=true"]["origins"] == {"share": "protocol", "invert": "protocol"}
        assert (
            "variants, which run with their methods:\n  blend: share=0.5, times=2\n"
            in command("protocol", "show", path).out
        )

    def test_has_them_in_its_fingerprint(self, fixing):
        entry = '\n[[variants]]\nmethod = "blend"\nsettings = { share = 0.5 }\n'
        prints = [
            benchmark.read_protocol(fixing(text, f"p{number}")).fingerprint
            for number, text in enumerate(("", entry, entry.replace("0.5", "0.6"), entry.replace("blend", "blnd")))
        ]
        assert len(set(prints)) == 4

    def test_keeps_them_where_it_is_frozen(self, fixing, tmp_path):
        from benchmark.freezing.lock import lock_table

        protocol = benchmark.read_protocol(fixing('\n[[variants]]\nmethod = "blend"\nsweep = { share = [0.5, 1] }\n'))
        assert lock_table(protocol, (), ())["variants"] == [
            {"method": "blend", "settings": {"share": 0.5}},
            {"method": "blend", "settings": {"share": 1}},
        ]

    @pytest.mark.parametrize(
        ("entry", "problem"),
        [
            ('method = "blend"', "settings, sweep or ablate is missing"),
            ("settings = { share = 1 }", "variants entry 1: method is missing"),
            ('method = "blend"\nsetting = { share = 1 }', "unknown key 'setting'; did you mean settings?"),
        ],
    )
    def test_is_refused_with_the_place(self, fixing, entry, problem):
        with pytest.raises(benchmark.InputError, match=problem):
            benchmark.read_protocol(fixing(f"\n[[variants]]\n{entry}\n"))


class TestPython:
    def test_names_variants_as_the_command_line_does(self, sample_plugins, tmp_path):
        run = benchmark.run(
            "tiny",
            methods="blend",
            metrics="ssim",
            variants=[("blend", {"share": 0.5})],
            sweep={"blend.times": [2, 3]},
            ablate={"blend": {"invert": True}},
            seeds=(0, 1),
            threads=1,
            out=tmp_path / "run",
            report=False,
        )
        names = ["blend", "blend@share=0.5", "blend@times=2", "blend@times=3", "blend@invert=true"]
        assert list(dict.fromkeys(run.units().method)) == names
        assert set(run.units().case.str.endswith("--1")) == {True, False}
        command = json.loads((tmp_path / "run" / "run.json").read_text())["command"]
        assert command[command.index("--seeds") + 1] == "0,1"
        assert command.count("--variant") == 4
