"""A program makes a picture, or fails with one line that says what is wrong."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import venv
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from benchmark.contracts import StyleCondition
from benchmark.errors import InputError
from benchmark.method_source import MethodOrigin, Timing
from benchmark.programs.error import ProgramError
from benchmark.programs.program_file import read_program
from benchmark.settings import make_settings
from tests.programs.conftest import stylize, stylize_twice

PROMPTS = (
    'it\'s "quoted"',
    "{braces} {content}",
    "two\nlines",
    "$(touch x); `y` && | > *",
    "日本語 ñ",
    "--help",
    "\\",
)
IN_FOLDER = '"{content}", "{style}", "{output_dir}"'


def failure(source, **options) -> str:
    with pytest.raises(ProgramError) as error:
        stylize(source, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


class TestPictures:
    def test_the_file_that_is_asked_for(self, program):
        dark, light = stylize_twice(program("made.save(output)"))
        assert dark.mean() < light.mean()

    @pytest.mark.parametrize(
        "name", ["made.png", "deep/er/made.jpg", "made_{seed}_x.png", "{content_stem}+{style_stem}..png"]
    )
    def test_a_file_of_a_known_name_in_the_output_folder(self, program, name):
        source = program(
            f"""
            from pathlib import Path
            name = {name!r}.format(
                seed=sys.argv[4], content_stem=Path(sys.argv[1]).stem, style_stem=Path(sys.argv[2]).stem
            )
            path = Path(output, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            made.save(path)
            """,
            arguments=IN_FOLDER + ', "{seed}"',
            more=f'produces = "{name}"',
        )
        stylize_twice(source)

    def test_a_star_stands_for_what_cannot_be_known(self, program):
        source = program(
            'import random; made.save(f"{output}/made_{random.random()}.png"); open(f"{output}/log_1.txt", "w")',
            arguments=IN_FOLDER,
            more='produces = "made_*.png"',
        )
        stylize_twice(source)

    def test_one_file_too_many_is_named(self, program):
        source = program(
            'made.save(f"{output}/made_1.png"); made.save(f"{output}/made_2.png"); print("done")',
            arguments=IN_FOLDER,
            more='produces = "made_*.png"',
        )
        assert failure(source) == (
            "the program left 2 files like made_*.png, not one: made_1.png, made_2.png; its last line: done"
        )

    def test_other_files_beside_a_known_name_are_no_matter(self, program):
        source = program(
            'made.save(f"{output}/made.png"); content.save(f"{output}/content.png")',
            arguments=IN_FOLDER,
            more='produces = "made.png"',
        )
        stylize_twice(source)

    def test_a_file_in_its_own_folder_must_be_new(self, program, tmp_path):
        source = program(
            "import os; os.environ.get('LAZY') or made.save('made.png')",
            arguments='"{content}", "{style}", "x"',
            more='produces = "made.png"',
        )
        dark, light = stylize_twice(source)
        assert dark.mean() < light.mean()
        path = tmp_path / source.path.name
        path.write_text(path.read_text() + '[program.env]\nLAZY = "1"\n')
        assert "is from before the call: it was not written" in failure(read_program(path))

    def test_a_file_in_the_wrong_place_is_found_for_the_message(self, program):
        source = program("made.save('made.png')", arguments=IN_FOLDER, more='produces = "made.png"')
        assert "but there is" in failure(source)
        assert "is not told of {output_dir}" in failure(source)

    def test_a_file_of_another_name_is_named(self, program):
        source = program('made.save(f"{output}/other.png")', arguments=IN_FOLDER, more='produces = "made.png"')
        assert failure(source) == "the program left no file made.png; there is other.png"

    def test_nothing_at_all(self, program):
        assert failure(program("print('nothing to do')")) == (
            "the program left no file output.png; its output folder is empty; its last line: nothing to do"
        )

    def test_a_file_that_is_no_image(self, program):
        assert "not an image" in failure(program("open(output, 'wb').write(b'garbage')"))

    def test_a_file_that_was_cut_off(self, program):
        source = program("made.save(output); data = open(output, 'rb').read(); open(output, 'wb').write(data[:-40])")
        assert "cannot read image" in failure(source)

    @pytest.mark.parametrize(("number", "what"), [(1, "the content"), (2, "the style")])
    def test_one_that_copies_its_input_has_made_nothing(self, program, number, what):
        source = program(f"import shutil; shutil.copy(sys.argv[{number}], output)")
        assert failure(source) == f"the program left {what} as it was, byte for byte"

    def test_the_third_of_three_panels(self, program):
        script = """
            wide = Image.new("RGB", (3 * made.width + 8, made.height + 4))
            for place, image in enumerate([content, content, made]):
                wide.paste(image, (2 + place * (made.width + 2), 2))
            wide.save(output)
        """
        panel = stylize(program(script, more="panel = [3, 3]\npanel_gap = 2"))[0]
        assert torch.equal(panel, stylize(program("made.save(output)", name="whole"))[0])


class TestSizes:
    def test_another_size_of_the_same_aspect_is_resized_and_noted(self, program):
        _, note = stylize(program("made.resize((512, 512)).save(output)"))
        assert note == "resized from 512×512"

    def test_rounding_of_a_side_is_no_other_aspect(self, program):
        _, note = stylize(program("made.resize((152, 104)).save(output)"), size=(150, 100))
        assert note == "resized from 152×104"

    def test_another_aspect_names_both_sizes(self, program):
        message = failure(program("made.resize((64, 32)).save(output)"))
        assert "it is 64×32, the content 32×32, which is another aspect" in message
        assert 'geometry = "squash"' in message

    def test_what_was_stretched_is_stretched_back(self, program):
        _, note = stylize(program("made.resize((64, 64)).save(output)", more='geometry = "squash"'), size=(60, 40))
        assert note == "resized from 64×64"

    def test_what_cuts_out_the_middle_needs_square_contents(self, program):
        source = program("made.resize((64, 64)).save(output)", more='geometry = "crop"')
        stylize(source)
        assert "cuts out the square in the middle" in failure(source, size=(60, 40))

    def test_it_may_be_given_other_sizes(self, program):
        source = program(
            "assert content.size == (64, 64) == (int(sys.argv[4]), int(sys.argv[5])); made.save(output)",
            arguments='"{content}", "{style}", "{output}", "{width}", "{height}"',
            more="side = 64",
        )
        assert stylize(source)[1] == "resized from 64×64"


class TestWhatItIsGiven:
    def test_folders_of_one_picture(self, program):
        script = """
            import os
            for folder in sys.argv[4:6]:
                assert len(os.listdir(folder)) == 1, os.listdir(folder)
            made.save(output)
        """
        stylize(program(script, arguments='"{content}", "{style}", "{output}", "{content_dir}", "{style_dir}"'))

    def test_a_layout_of_its_own(self, program):
        script = """
            import os
            found = sorted(f"{folder}/{name}" for folder, _, names in os.walk(".") for name in names)
            stage = sys.argv[4]
            a, b = os.listdir(stage + "/testA"), os.listdir(stage + "/test B")
            assert a == [sys.argv[1].rpartition("/")[2]] and b == ["fixed.jpg"], (a, b)
            made.save(output)
        """
        source = program(
            script,
            arguments='"{content}", "{style}", "{output}", "{stage}"',
            more='inputs = "jpg"',
            tables='[program.stage]\n"testA/{content_name}" = "{content}"\n"test B/fixed.jpg" = "{style}"',
        )
        stylize(source)

    def test_names_are_plain_and_belong_to_the_pixels(self, program, tmp_path):
        source = program("open('names', 'a').write(sys.argv[1] + '\\n' + sys.argv[2] + '\\n'); made.save(output)")
        stylize(source, style=0.25)
        stylize(source, style=0.5)
        stylize(source, style=0.25)
        names = [line.rpartition("/")[2] for line in (source.folder / "names").read_text().splitlines()]
        assert all(re.fullmatch(r"[a-z0-9]+\.png", name) for name in names)
        assert len({*names[::2]}) == 1
        assert names[1] == names[5] != names[3]

    @pytest.mark.parametrize("prompt", PROMPTS)
    def test_a_prompt_arrives_as_it_is(self, program, prompt):
        script = f"""
            import json
            assert sys.argv[4] == {prompt!r}, sys.argv[4]
            assert json.loads(sys.argv[5]) == {{"prompt": {prompt!r}}}, sys.argv[5]
            made.save(output)
        """
        source = program(
            script,
            arguments='"{content}", "{style}", "{output}", "{prompt}", "{{\\"prompt\\": {prompt_json}}}"',
            method='condition = "either"',
        )
        stylize(source, prompt=prompt)

    def test_a_prompt_may_be_part_of_the_files_name(self, program):
        source = program(
            'made.save(f"{output}/{sys.argv[4]}.png")',
            arguments=IN_FOLDER + ', "{prompt}"',
            method='condition = "either"',
            more='produces = "{prompt}.png"',
        )
        stylize(source, prompt="a [*] in the name?")
        assert "holds '/', which no name can" in failure(source, prompt="day/night")
        assert "holds '\\n', which no name can" in failure(source, prompt="day\nnight")

    def test_the_seed_is_passed_and_decides(self, program):
        script = """
            import random
            tint = Image.new("RGB", made.size, tuple(random.Random(int(sys.argv[4])).randbytes(3)))
            assert 0 <= int(sys.argv[4]) < 2**31
            Image.blend(made, tint, 0.5).save(output)
        """
        source = program(script, arguments='"{content}", "{style}", "{output}", "{seed}"')
        first, again, other = (stylize(source, seed=seed)[0] for seed in (1, 1, 2))
        assert torch.equal(first, again)
        assert not torch.equal(first, other)
        assert source.description["seed"] == "passed"
        assert program("", name="other").description["seed"] == "not passed"

    def test_variables_of_its_own(self, program):
        source = program(
            "import os; assert os.environ['FROM'] == sys.argv[1] and os.environ['DEVICE'] == '7'; made.save(output)",
            tables='[program.env]\nFROM = "{content}"\nDEVICE = "7"',
        )
        stylize(source)

    def test_settings_with_defaults(self, program):
        source = program(
            "assert sys.argv[4:] == ['0.5', 'true', 'fast'], sys.argv; made.save(output)",
            arguments='"{content}", "{style}", "{output}", "{alpha}", "{sharp}", "{mode}"',
            tables='[settings]\nalpha = 1.0\nsharp = true\nmode = "slow"',
        )
        assert "AssertionError" in failure(source)
        stylize(source, settings=make_settings("mixer", source.settings_type, {"alpha": "0.5", "mode": "fast"}))
        with pytest.raises(InputError, match="alpha must be a number"):
            make_settings("mixer", source.settings_type, {"alpha": "much"})

    def test_one_model_for_each_style(self, program):
        source = program(
            "assert sys.argv[4] == 'models/warm one.pth'; made.save(output)",
            arguments='"{content}", "{style}", "{output}", "{style_value}"',
            tables='[styles]\nwarm = "models/warm one.pth"',
        )
        stylize(source, name="warm")


class TestFailures:
    def test_a_crash_tells_its_last_line(self, program):
        assert failure(program("raise ValueError('sides must be even')")) == (
            "the program ended with exit code 1; its last line: ValueError: sides must be even"
        )

    def test_a_hang(self, program):
        source = program("import time; print('step 7', flush=True); time.sleep(100)", more="")
        text = source.path.read_text().replace("timeout = 30", "timeout = 1")
        source.path.write_text(text)
        assert failure(read_program(source.path)) == (
            "the program took longer than 1 s and was ended; its last line: step 7"
        )

    def test_a_prompt_with_a_zero_byte_costs_the_call_alone(self, program):
        arguments = '"{content}", "{style}", "{output}", "{prompt}"'
        source = program("made.save(output)", arguments=arguments, method='condition = "either"')
        assert "cannot be started" in failure(source, prompt="a\0b")

    def test_what_it_leaves_running_is_noted(self, program):
        script = "made.save(output); import subprocess; subprocess.Popen(['sleep', '100'])"
        assert stylize(program(script))[1] == "ended what the program left running: sleep"


class TestSeveralAtOnce:
    def test_calls_that_write_into_one_folder_wait_for_each_other(self, program):
        script = """
            import os, time
            os.mkdir("busy")
            time.sleep(0.2)
            made.save("made.png")
            os.rmdir("busy")
        """
        source = program(script, arguments='"{content}", "{style}", "x"', more='produces = "made.png"')
        with ThreadPoolExecutor(3) as pool:
            made = list(pool.map(lambda style: stylize(source, style=style)[0].mean(), (0.1, 0.5, 0.9)))
        assert made == sorted(made)
        assert len(set(made)) == 3


class TestStartUp:
    def content(self):
        return torch.linspace(0, 1, 32).expand(3, 32, 32), [StyleCondition(torch.full((3, 32, 32), 0.9))]

    def warmed_up(self, source):
        method = source.load()()
        method.warm_up(*self.content(), torch.Generator().manual_seed(0))
        return method

    def test_nothing_is_called_unless_asked_for(self, program):
        source = program("open('count', 'a').write('x'); made.save(output)")
        assert self.warmed_up(source).startup_seconds is None
        assert not (source.folder / "count").exists()

    def test_a_command_of_its_own_is_measured(self, program):
        code = "import time; time.sleep(0.2); open('count', 'a').write('x')"
        source = program("made.save(output)", more=f'startup = ["python", "-c", "{code}"]')
        method = self.warmed_up(source)
        assert 0.2 <= method.startup_seconds < 5
        assert (source.folder / "count").read_text() == "xxx"
        method.stylize(*self.content(), torch.Generator())
        assert method.note == f"start-up {method.startup_seconds:.2f} s"

    def test_a_dry_call_has_a_tiny_picture(self, program):
        source = program("open('sizes', 'a').write(f'{content.width} '); made.save(output)", more="dry_side = 16")
        assert self.warmed_up(source).startup_seconds > 0
        assert (source.folder / "sizes").read_text() == "16 "

    def test_one_that_fails_costs_nothing(self, program):
        source = program("made.save(output)", more='startup = ["python", "-c", "raise SystemExit(1)"]')
        method = self.warmed_up(source)
        assert method.startup_seconds is None
        method.stylize(*self.content(), torch.Generator())
        assert method.note == ""


def test_a_program_in_an_environment_of_its_own(tmp_path):
    """One without pip, without our packages, and with a script of the standard library alone."""
    repository = tmp_path / "repo"
    repository.mkdir()
    venv.create(repository / ".venv", with_pip=False, symlinks=True)
    (repository / "invert.py").write_text(
        textwrap.dedent("""
            import sys
            assert sys.prefix != sys.base_prefix and sys.prefix.endswith("/repo/.venv"), sys.prefix
            try:
                import PIL
            except ModuleNotFoundError:
                data = open(sys.argv[1], "rb").read()
                head, size, most, pixels = data.split(b"\\n", 3)
                assert (head, most) == (b"P6", b"255")
                body = bytes(255 - value for value in pixels)
                open(sys.argv[3], "wb").write(b"\\n".join([head, size, most, body]))
        """)
    )
    (tmp_path / "invert.toml").write_text(
        '[method]\nname = "invert"\n'
        '[program]\ncommand = ["python", "invert.py", "{content}", "{style}", "{output_dir}/o.ppm"]\n'
        'folder = "repo"\npython = ".venv/bin/python"\nproduces = "o.ppm"\ninputs = "ppm"\n'
    )
    made, _ = stylize(read_program(tmp_path / "invert.toml"))
    assert torch.allclose(made[0, 0], 1 - torch.linspace(0, 1, 32), atol=1 / 255)


def test_it_says_where_it_comes_from(program):
    source = program("made.save(output)", method='version = "3"')
    assert (source.name, source.origin, source.timing) == ("mixer", MethodOrigin.PROGRAM, Timing.MEASURED)
    assert source.description["file"] == str(source.path)
    assert len(source.description["sha256"]) == 64
    assert source.description["command"][:2] == ["python", "mixer.py"]
    assert source.description["folder"] == str(source.folder)
    assert source.info.version.startswith("3+")


def test_the_version_follows_what_is_asked_of_the_program(program):
    plain = program("made.save(output)")
    assert program("made.save(output)", method='title = "Another"').info.version == plain.info.version
    assert program("made.save(output)", more="needs = ['mixer.py']").info.version == plain.info.version
    assert program("made.save(output)", more="side = 64").info.version != plain.info.version


def test_nothing_is_left_in_the_temporary_folder(program, tmp_path, monkeypatch):
    folder = tmp_path / "temporary files"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    stylize(program("made.save(output)"))
    with pytest.raises(ProgramError):
        stylize(program("raise SystemExit(1)", name="other"))
    assert not list(folder.iterdir())


def test_the_supervisor_needs_the_standard_library_alone():
    code = "import runpy, sys; sys.argv = ['x', '/nothing']; runpy.run_path({!r}, run_name='supervisor')"
    from benchmark.programs import supervisor

    done = subprocess.run([sys.executable, "-I", "-S", "-c", code.format(supervisor.__file__)], env={**os.environ})
    assert done.returncode == 0
