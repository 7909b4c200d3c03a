"""Programs in a run: isolated as plugins are, resumed as they are, and named by the user alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

import benchmark
from benchmark.errors import InputError
from tests.cli.conftest import TINY, scores

MIX = """
import os, sys, time
from pathlib import Path
from PIL import Image
open(os.environ["COUNT"], "a").write("x")
content, style = Image.open(sys.argv[1]), Image.open(sys.argv[2])
made = Image.blend(content, style.resize(content.size), 0.5)
red, _, blue = style.convert("RGB").resize((1, 1)).getpixel((0, 0))
cold = blue > red
"""
"""The beginning of a program; ``cold`` tells the two styles of the tiny protocol apart."""
ALL = """
import os, sys, time
from pathlib import Path
from PIL import Image
open(os.environ["COUNT"], "a").write("x")
pairs = [(c, s) for c in sorted(Path(sys.argv[1]).iterdir()) for s in sorted(Path(sys.argv[2]).iterdir())]
def make(pair):
    content, style = pair
    image = Image.open(content)
    made = Image.blend(image, Image.open(style).resize(image.size), 0.5)
    made.save(f"{sys.argv[3]}/{content.stem}_{style.stem}.png")
"""

CASES = ("waves--warm", "waves--cold", "hills--warm", "hills--cold", "waves--warm+cold")


@pytest.fixture
def count(tmp_path, monkeypatch):
    """Where the programs leave an x for each call."""
    path = tmp_path / "count"
    monkeypatch.setenv("COUNT", str(path))
    return path


@pytest.fixture
def program(tmp_path, count):
    """Writes a program and its file, and returns the file."""

    def write(script: str, name: str = "mixer", more: str = "", *, batch: bool = False) -> Path:
        (tmp_path / f"{name}.py").write_text((ALL if batch else MIX) + textwrap.dedent(script))
        path = tmp_path / f"{name}.toml"
        arguments = (
            '"{contents_dir}", "{styles_dir}", "{output_dir}"' if batch else '"{content}", "{style}", "{output}"'
        )
        produces = 'batch = true\nproduces = "{content_stem}_{style_stem}.png"\n' if batch else ""
        path.write_text(
            f'[method]\nname = "{name}"\n[program]\ncommand = ["python", "{name}.py", {arguments}]\n'
            f'python = "{sys.executable}"\n{produces}{more}\n'
        )
        return path

    return write


def journal(run: Path) -> dict[str, dict]:
    records = map(json.loads, (run / "journal.jsonl").read_text().splitlines())
    return {f"{record['method']} {record['case']}": record for record in records}


def manifest(run: Path) -> dict:
    return json.loads((run / "run.json").read_text())


class TestRun:
    def test_beside_a_plugin(self, tiny, program, tmp_path):
        result = tiny(f"blend,{program('made.save(sys.argv[3])')}")
        assert result.code == 0
        by_name = {method["name"]: method for method in manifest(tmp_path / "run")["methods"]}
        assert by_name["blend"]["origin"] == "plugin"
        mixer = by_name["mixer"]
        assert (mixer["origin"], mixer["timing"]) == ("program", "measured")
        assert mixer["source"]["file"] == str(tmp_path / "mixer.toml")
        assert mixer["source"]["command"] == ["python", "mixer.py", "{content}", "{style}", "{output}"]
        units = scores(tmp_path / "run")
        assert (units[units.method == "mixer"].status == "ok").sum() == 4

    def test_costs_are_those_of_the_program(self, tiny, program, tmp_path):
        script = """
            data = bytearray(150 << 20)
            data[::4096] = b"x" * len(data[::4096])
            end = time.process_time() + 0.5
            while time.process_time() < end:
                pass
            time.sleep(0.3)
            made.save(sys.argv[3])
        """
        tiny(str(program(script)), "--limit", "1")
        record = journal(tmp_path / "run")["mixer waves--warm"]
        assert 0.5 < record["cpu_seconds"] < 5
        assert record["seconds"] > record["cpu_seconds"] * 0.5
        assert record["seconds"] > 0.8
        assert 150 << 20 < record["peak_memory_bytes"] < 400 << 20

    def test_a_mix_of_styles_is_skipped(self, tiny, program, tmp_path):
        tiny(str(program("made.save(sys.argv[3])")))
        record = journal(tmp_path / "run")["mixer waves--warm+cold"]
        assert record["status"] == "skipped"
        assert "takes at most 1 style" in record["error"]

    def test_what_goes_wrong_costs_one_unit(self, tiny, program, tmp_path):
        faults = {
            "is_refused": ("raise ValueError('no')", "ended with exit code 1; its last line: ValueError: no"),
            "is_killed": ("os.kill(os.getpid(), 9)", "the program was killed by signal 9 (SIGKILL)"),
            "writes_garbage": ("Path(sys.argv[3]).write_bytes(b'no'); sys.exit()", "cannot be used: not an image"),
            "makes_another_aspect": ("made = made.resize((64, 20))", "it is 64×20, the content 32×32"),
            "prints_bytes": ("os.write(1, bytes(range(256))); sys.exit()", "the program left no file output.png"),
            "writes_elsewhere": ("made.save('here.png'); sys.exit()", "the program left no file output.png"),
        }
        paths = [program(f"if cold: {fault}\nmade.save(sys.argv[3])", name) for name, (fault, _) in faults.items()]
        result = tiny(",".join(map(str, paths)))
        assert result.code == 4
        assert "Traceback" not in result.err
        records = journal(tmp_path / "run")
        for name, (_, error) in faults.items():
            statuses = {case: records[f"{name} {case}"]["status"] for case in CASES}
            assert statuses == dict(zip(CASES, ("ok", "failed", "ok", "failed", "skipped"), strict=True)), name
            found = records[f"{name} waves--cold"]
            assert error in found["error"]
            assert found["error"].isprintable()
            assert (tmp_path / "run" / found["log"]).is_file()

    def test_a_hang_costs_one_unit_and_leaves_nothing(self, tiny, program, tmp_path):
        script = """
            import subprocess
            if cold:
                child = subprocess.Popen(["setsid", "sleep", "1000"])
                Path("child").write_text(str(child.pid))
                time.sleep(1000)
            made.save(sys.argv[3])
        """
        assert tiny(str(program(script, more="timeout = 2"))).code == 4
        assert "took longer than 2 s" in journal(tmp_path / "run")["mixer waves--cold"]["error"]
        assert not psutil.pid_exists(int((tmp_path / "child").read_text()))

    def test_the_timeout_of_the_run_ends_it_too(self, tiny, program, tmp_path):
        script = """
            if cold:
                Path("pid").write_text(str(os.getpid()))
                time.sleep(1000)
            made.save(sys.argv[3])
        """
        assert tiny(str(program(script)), "--timeout", "3").code == 4
        assert "took longer than 3 s" in journal(tmp_path / "run")["mixer waves--cold"]["error"]
        wait_for_end(int((tmp_path / "pid").read_text()))

    def test_its_output_is_in_its_log_as_text(self, tiny, program, tmp_path):
        tiny(str(program("os.write(1, b'\\xff\\x00\\x1b[31m loading\\n'); made.save(sys.argv[3])")), "--limit", "1")
        log = (tmp_path / "run" / "logs" / "mixer.log").read_bytes()
        assert b"\x1b" not in log
        assert b"\0" not in log
        assert b"loading" in log

    def test_workers_side_by_side_make_the_same_pictures(self, tiny, program, tmp_path):
        path = program("made.save('made.png')")
        path.write_text(path.read_text().replace('"{output}"', '"x"') + 'produces = "made.png"\n')
        assert tiny(str(path)).code == 0
        alone = scores(tmp_path / "run")
        assert tiny(str(path), "--fresh", "--workers", "2", "--threads", "1").code == 0
        assert scores(tmp_path / "run").equals(alone)

    def test_settings_are_set_and_recorded(self, tiny, program, tmp_path):
        path = program("assert sys.argv[4] == '0.25', sys.argv; made.save(sys.argv[3])")
        path.write_text(path.read_text().replace('"{output}"', '"{output}", "{alpha}"') + "[settings]\nalpha = 1.0\n")
        assert tiny(str(path), "--set", "mixer.alpha=0.25").code == 0
        method = manifest(tmp_path / "run")["methods"][0]
        assert method["settings"] == {"alpha": 0.25}
        assert method["origins"] == {"alpha": "user"}

    def test_from_python(self, program, sample_plugins, tmp_path):
        path = program("made.save(sys.argv[3])")
        run = benchmark.run(
            "tiny", methods=["blend", path], metrics="brightness_difference", out=tmp_path / "run", report=False
        )
        assert run.status == "complete"
        assert {method["name"] for method in manifest(tmp_path / "run")["methods"]} == {"blend", "mixer"}


class TestContinuing:
    def test_nothing_finished_is_called_again(self, tiny, program, count):
        path = program("made.save(sys.argv[3])")
        tiny(str(path))
        assert count.read_text() == "xxxx"
        assert tiny(str(path)).code == 0
        assert count.read_text() == "xxxx"

    def test_what_failed_is_tried_again(self, tiny, program, count, tmp_path):
        path = program("if cold and not Path('mended').exists(): sys.exit(1)\nmade.save(sys.argv[3])")
        assert tiny(str(path)).code == 4
        (tmp_path / "mended").touch()
        assert tiny(str(path)).code == 0
        assert len(count.read_text()) == 4 + 2

    def test_a_run_with_another_command_is_not_continued(self, tiny, program):
        path = program("made.save(sys.argv[3])")
        tiny(str(path))
        path.write_text(path.read_text().replace('"{output}"', '"{output}", "--fast"'))
        result = tiny(str(path))
        assert result.code == 2
        assert "version of mixer" in result.error_lines[0]

    def test_its_timeout_may_change(self, tiny, program):
        path = program("made.save(sys.argv[3])")
        tiny(str(path))
        path.write_text(path.read_text() + "timeout = 5\n")
        assert tiny(str(path)).code == 0

    def test_it_is_added_to_a_finished_run(self, tiny, program, count):
        path = program("made.save(sys.argv[3])")
        tiny("blend")
        assert tiny(f"blend,{path}").code == 0
        assert count.read_text() == "xxxx"

    def test_killed_and_started_again_it_goes_on(self, tiny, program, count, tmp_path, sample_plugins):
        path = program("time.sleep(1)\nmade.save(sys.argv[3])")
        arguments = [*TINY, "--methods", str(path), "--out", str(tmp_path / "run")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(sample_plugins), *sys.path])}
        code = "from benchmark.cli.start import start; start()"
        run = subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while not count.exists() or len(count.read_text()) < 2:
            assert time.monotonic() < deadline
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGKILL)
        run.wait()
        time.sleep(1.5)  # A call that went on would have ended by now.
        calls = len(count.read_text())
        finished = len(journal(tmp_path / "run"))
        assert tiny(str(path)).code == 0
        assert len(count.read_text()) == calls + 4 - finished


class TestAllAtOnce:
    def test_one_call_makes_all_pictures_and_its_duration_is_shared(self, tiny, program, count, tmp_path):
        path = program("time.sleep(1)\nlist(map(make, pairs))", batch=True)
        assert tiny(str(path)).code == 0
        assert count.read_text() == "x"
        assert manifest(tmp_path / "run")["methods"][0]["timing"] == "shared"
        records = journal(tmp_path / "run")
        seconds = [record["seconds"] for record in records.values() if record["status"] == "ok"]
        assert len(seconds) == 4
        assert len({*seconds}) == 1
        assert 0.25 <= seconds[0] < 5
        assert records["mixer waves--warm+cold"]["status"] == "skipped"

    def test_the_pictures_are_those_of_one_call_each(self, tiny, program, tmp_path):
        tiny(f"{program('made.save(sys.argv[3])')},{program('list(map(make, pairs))', 'all_of_them', batch=True)}")
        units = scores(tmp_path / "run")
        one, many = (units[units.method == name].brightness_difference.tolist() for name in ("mixer", "all_of_them"))
        assert one[:4] == many[:4]

    def test_a_crash_costs_those_without_a_picture(self, tiny, program, count, tmp_path):
        script = """
            list(map(make, pairs[:3]))
            if not Path("mended").exists():
                sys.exit("out of memory")
            make(pairs[-1])
        """
        path = program(script, batch=True)
        assert tiny(str(path)).code == 4
        failed = [record for record in journal(tmp_path / "run").values() if record["status"] == "failed"]
        assert len(failed) == 1
        assert "the program ended with exit code 1; the program left no file" in failed[0]["error"]
        assert failed[0]["error"].endswith("its last line: out of memory")
        (tmp_path / "mended").touch()
        before = journal(tmp_path / "run")
        script = tmp_path / "mixer.py"
        # Only what is left is asked for.
        script.write_text(script.read_text().replace("list(map(make, pairs[:3]))", "assert len(pairs) == 1, pairs"))
        assert tiny(str(path)).code == 0
        assert count.read_text() == "xx"
        after = journal(tmp_path / "run")
        assert all(after[name] == record for name, record in before.items() if record["status"] == "ok")

    def test_a_finished_run_calls_nothing(self, tiny, program, count):
        path = program("list(map(make, pairs))", batch=True)
        tiny(str(path))
        assert tiny(str(path)).code == 0
        assert count.read_text() == "x"

    def test_a_broken_picture_costs_one_unit(self, tiny, program, tmp_path):
        script = (
            "list(map(make, pairs))\nPath(sys.argv[3], f'{pairs[0][0].stem}_{pairs[0][1].stem}.png').write_bytes(b'x')"
        )
        assert tiny(str(program(script, batch=True))).code == 4
        statuses = sorted(record["status"] for record in journal(tmp_path / "run").values())
        assert statuses == ["failed", "ok", "ok", "ok", "skipped"]

    def test_what_keeps_it_from_being_called_costs_its_units_alone(self, tiny, program, count, tmp_path):
        more = "[program.stage]\n'{alpha}/styles' = '{styles_dir}'\n[settings]\nalpha = 'a'"
        path = program("list(map(make, pairs))", more=more, batch=True)
        path.write_text(path.read_text().replace('"{output_dir}"', '"{output_dir}", "{stage}"'))
        assert tiny(f"{path},blend", "--set", f"mixer.alpha={'x' * 300}").code == 4
        assert not count.exists()
        records = journal(tmp_path / "run")
        assert records["mixer waves--warm"]["error"].startswith("its program cannot be called: OSError: ")
        statuses = {name: [records[f"{name} {case}"]["status"] for case in CASES[:4]] for name in ("mixer", "blend")}
        assert statuses == {"mixer": ["failed"] * 4, "blend": ["ok"] * 4}
        assert "its program cannot be called" in (tmp_path / "run" / "logs" / "mixer.log").read_text()

    def test_a_hang_is_ended(self, tiny, program, tmp_path):
        script = "make(pairs[0])\nPath('pid').write_text(str(os.getpid()))\ntime.sleep(1000)"
        assert tiny(str(program(script, more="timeout = 0.5", batch=True))).code == 4
        statuses = sorted(record["status"] for record in journal(tmp_path / "run").values())
        assert statuses == ["failed", "failed", "failed", "ok", "skipped"]
        assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))

    def test_ctrl_c_ends_the_call_and_loses_nothing(self, tiny, program, count, tmp_path, sample_plugins):
        script = """
            Path("pid").write_text(str(os.getpid()))
            if not Path("mended").exists():
                time.sleep(1000)
            list(map(make, pairs))
        """
        path = program(script, batch=True)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(sample_plugins), *sys.path])}
        code = "from benchmark.cli.start import start; start()"
        arguments = [*TINY, "--methods", f"blend,{path}", "--out", str(tmp_path / "run")]
        run = subprocess.Popen(
            [sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 120
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < deadline
            assert run.poll() is None
            time.sleep(0.05)
        os.killpg(run.pid, signal.SIGINT)
        _, err = run.communicate(timeout=60)
        assert run.returncode == 130
        assert "Traceback" not in err
        assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))
        (tmp_path / "mended").touch()
        assert tiny(f"blend,{path}").code == 0
        assert count.read_text() == "xx"


class TestBadInput:
    def test_a_file_that_is_not_there(self, tiny):
        result = tiny("blend,nothing.toml")
        assert (result.code, len(result.error_lines)) == (2, 1)
        assert "cannot read program file nothing.toml" in result.error_lines[0]

    def test_a_missing_file_of_weights_is_said_before_anything_runs(self, tiny, program, count, tmp_path):
        path = program("", more='needs = ["weights.pth"]')
        result = tiny(f"blend,{path}")
        assert result.code == 2
        assert "weights.pth is missing" in result.error_lines[0]
        assert not (tmp_path / "run").exists()
        assert not count.exists()

    def test_a_missing_program(self, tiny, program):
        path = program("")
        path.write_text(path.read_text().replace('"python"', '"no-such-program-xyz"'))
        result = tiny(str(path))
        assert (result.code, len(result.error_lines)) == (2, 1)
        assert "no program 'no-such-program-xyz' is installed" in result.error_lines[0]

    def test_the_name_of_an_installed_method(self, tiny, program):
        result = tiny(str(program("", "blend")))
        assert result.code == 2
        assert "method blend is installed already, by sample-plugins" in result.error_lines[0]

    def test_two_files_of_one_name(self, tiny, program, tmp_path):
        path = program("made.save(sys.argv[3])")
        (tmp_path / "copy.toml").write_text(path.read_text())
        result = tiny(f"{path},{tmp_path / 'copy.toml'}")
        assert result.code == 2
        assert "are both called mixer" in result.error_lines[0]

    def test_one_file_twice_is_one_method(self, tiny, program, tmp_path):
        path = program("made.save(sys.argv[3])")
        assert tiny(f"{path},{path}").code == 0
        assert len(manifest(tmp_path / "run")["methods"]) == 1

    def test_a_setting_that_it_does_not_have(self, tiny, program):
        result = tiny(str(program("")), "--set", "mixer.alpha=1")
        assert "method mixer has no setting 'alpha'" in result.error_lines[0]

    def test_a_path_with_a_comma_from_python(self, sample_plugins, tmp_path):
        with pytest.raises(InputError, match="with a comma"):
            benchmark.run("tiny", methods=[tmp_path / "a,b.toml"], out=tmp_path / "run")


class TestOnlyTheUserNamesPrograms:
    """What a stranger may have written runs nothing: a protocol, a run."""

    @pytest.fixture
    def trap(self, program, count):
        path = program("made.save(sys.argv[3])", "trap")
        yield path
        assert not count.exists(), "a program was called that the user did not name"

    @pytest.fixture
    def protocol(self, trap, sample_plugins, tmp_path):
        folder = sample_plugins / "sample_plugins" / "tiny"
        for image in folder.glob("*.png"):
            (tmp_path / image.name).write_bytes(image.read_bytes())
        text = (folder / "protocol.toml").read_text()
        path = tmp_path / "protocol.toml"
        path.write_text(
            f'{text}\n[methods."{trap}"]\n[methods.trap]\ncommand = "x"\n[methods."trap.toml"]\nfolder = "."\n'
        )
        return path

    def test_a_protocol_that_names_one(self, protocol, command, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for methods in ("blend", "all"):
            result = command(
                *("run", "--protocol", protocol, "--methods", methods, "--metrics", "brightness_difference"),
                *("--out", tmp_path / methods, "--limit", "1", "--no-report"),
            )
            assert "trap" not in {method["name"] for method in manifest(tmp_path / methods)["methods"]}, result.err

    def test_a_run_that_names_one(self, trap, tiny, command, tmp_path):
        tiny("blend")
        path = tmp_path / "run" / "run.json"
        value = json.loads(path.read_text())
        value["methods"][0] |= {"origin": "program", "source": {"file": str(trap), "command": [str(trap)]}}
        value["command"] = ["benchmark", "run", "--methods", str(trap)]
        path.write_text(json.dumps(value))
        command("report", tmp_path / "run", "-o", tmp_path / "report")
        command("doctor", tmp_path / "run")
        command("baseline", tmp_path / "run", "-o", tmp_path / "baseline.json")
        command("check", tmp_path / "run", "--baseline", tmp_path / "baseline.json")
        tiny("blend")

    def test_a_protocol_sets_nothing_of_one(self, program, protocol, command, tmp_path):
        path = program("assert sys.argv[4] == 'mine', sys.argv; made.save(sys.argv[3])", "other")
        text = path.read_text().replace('"{output}"', '"{output}", "{mode}"')
        path.write_text(text + '[settings]\nmode = "mine"\n')
        protocol.write_text(protocol.read_text() + '[methods.other]\nmode = "theirs"\n')
        result = command(
            *("run", "--protocol", protocol, "--methods", path, "--metrics", "brightness_difference"),
            *("--out", tmp_path / "other", "--limit", "1", "--no-report"),
        )
        assert result.code == 0, result.err
        (tmp_path / "count").unlink()

    def test_showing_and_examining_a_file_runs_nothing(self, trap, command):
        assert "trap.py" in command("show", trap).out
        assert command("doctor", trap).code == 0


class TestCheckMethod:
    def test_what_fits(self, program, command):
        result = command("check-method", program("print('hello')\nmade.save(sys.argv[3])"), "--size", "32")
        assert result.code == 0
        assert result.err == ""
        assert re.search(
            r"^note +it runs in \S+: \S+ mixer.py \S+/contents/c\w+.png \S+/styles/s\w+.png", result.out, re.M
        )
        for line in (
            "it printed hello",
            "it left one new picture of its own, 32×32",
            "two styles give two pictures",
            "the same call makes the same picture; the command passes no {seed}",
            "all fits",
        ):
            assert line in result.out

    @pytest.mark.parametrize(
        ("script", "line"),
        [
            ("content.convert('L').save(sys.argv[3])", "two styles give the same picture"),
            ("made.resize((99, 20)).save(sys.argv[3])", "which is another aspect"),
            ("sys.exit('no GPU')", "the program ended with exit code 1; its last line: no GPU"),
            ("import shutil; shutil.copy(sys.argv[1], sys.argv[3])", "the program left the content as it was"),
        ],
    )
    def test_what_does_not_fit(self, program, command, script, line):
        result = command("check-method", program(script), "--size", "32")
        assert result.code == 4
        assert re.search(f"^problem +.*{re.escape(line)}", result.out, re.M)
        assert "1 problem found" in result.out

    def test_one_that_is_random_is_told_so(self, program, command):
        script = "made.putpixel((0, 0), tuple(os.urandom(3)))\nmade.save(sys.argv[3])"
        result = command("check-method", program(script), "--size", "32")
        assert result.code == 0
        assert "the same call makes another picture each time" in result.out

    def test_once(self, program, command, count):
        assert command("check-method", program("made.save(sys.argv[3])"), "--once").code == 0
        assert count.read_text() == "x"

    def test_all_at_once(self, program, command, count):
        path = program("list(map(make, pairs))", batch=True)
        result = command("check-method", path, "--size", "32")
        assert result.code == 0
        assert "two styles give two pictures" in result.out
        assert count.read_text() == "x"
        program("make(pairs[0])", batch=True)
        result = command("check-method", path, "--size", "32")
        assert result.code == 4
        assert result.out.count("the program left no file") == 1

    @pytest.mark.parametrize("number", [1, 2])
    def test_only_styles_that_it_has(self, program, command, count, number):
        values = {"'own'": "1", "'other'": "2"}
        table = "\n".join(["[styles]", *(f"{name} = '{value}'" for name, value in [*values.items()][:number])])
        path = program("Image.new('RGB', content.size, (int(sys.argv[4]), 0, 0)).save(sys.argv[3])", more=table)
        path.write_text(path.read_text().replace('"{output}"', '"{output}", "{style_value}"'))
        result = command("check-method", path, "--size", "32")
        assert result.code == 0, result.out
        assert ("two styles give two pictures" in result.out) is (number == 2)
        assert ("it has one style, own" in result.out) is (number == 1)
        assert "the same call makes the same picture" in result.out
        assert len(count.read_text()) == number + 1

    def test_bad_input(self, program, command):
        assert command("check-method", "nothing.toml").code == 2
        result = command("check-method", program("", more='needs = ["weights.pth"]'))
        assert (result.code, result.out) == (2, "")
        assert "weights.pth is missing" in result.error_lines[0]


class TestOtherCommands:
    def test_a_new_file_is_valid_and_tells_what_to_do(self, command, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        result = command("new", "program", "my-method")
        assert (result.code, result.out) == (0, "my_method.toml\n")
        assert "benchmark check-method my_method.toml" in result.err
        result = command("doctor", "my_method.toml")
        assert result.code == 2
        assert "its folder" in result.out
        again = command("new", "program", "my-method")
        assert again.error_lines == ["error: my_method.toml exists already; name another file with -o"]

    def test_every_key_of_a_program_is_explained_in_a_new_file(self, command, tmp_path):
        from dataclasses import fields

        from benchmark.programs.schema import MethodTable, ProgramFileTable, ProgramTable

        command("new", "program", "mine", "-o", tmp_path / "mine.toml")
        text = (tmp_path / "mine.toml").read_text()
        for table in (MethodTable, ProgramTable, ProgramFileTable):
            for field in fields(table):
                assert re.search(rf"^#? ?\[?(program\.)?{field.name}\b", text, re.M) or field.name == "minimum_side"

    @pytest.mark.parametrize("name", ["Bad Name", "../escape", "gatys"])
    def test_a_name_that_cannot_be_used(self, command, tmp_path, name):
        result = command("new", "program", name, "-o", tmp_path / "x.toml")
        assert (result.code, len(result.error_lines)) == (2, 1)
        assert not (tmp_path / "x.toml").exists()

    def test_stylize_takes_it(self, program, command, sample_plugins, tmp_path):
        images = sample_plugins / "sample_plugins" / "tiny"
        out = tmp_path / "out.png"
        result = command(
            *("stylize", images / "waves.png", "--method", program("made.save(sys.argv[3])")),
            *("--style", images / "warm.png", "-o", out, "--protocol", "tiny", "--device", "cpu"),
        )
        assert result.code == 0, result.err
        assert out.is_file()

    def test_show_says_how_it_is_called(self, program, command):
        out = command("show", program("")).out
        assert "command: python mixer.py" in out
        assert "sha256: " in out


def wait_for_end(process: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(process):
        assert time.monotonic() < deadline
        time.sleep(0.05)
