"""What is wrong with a program's file is said in one line, before anything runs."""

from __future__ import annotations

import pickle

import pytest

from benchmark.errors import InputError
from benchmark.programs.program_file import looks_like_program, read_program
from benchmark.settings import settings_of

FACTS = '[method]\nname = "mixer"\n'
GOOD = """[program]
command = ["python", "mix.py", "{content}", "{style}", "{output_dir}"]
produces = "{content_stem}_{style_stem}.png"
"""
ALL = GOOD.replace("{content}", "{contents_dir}").replace("{style}", "{styles_dir}")


def refusal(tmp_path, text: str) -> str:
    path = tmp_path / "mixer.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_program(path)
    message = str(error.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def with_program(lines: str) -> str:
    return f"{FACTS}[program]\n{lines}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "method is missing"),
        (GOOD, "method is missing"),
        (FACTS, "program is missing; it must be a table [program] with a command"),
        (FACTS + "[program]\n", "program.command is missing; it must be a list of strings"),
        ('[method]\nname = "Mixer"\n' + GOOD, "name must be lower-case letters"),
        (FACTS + 'licens = "MIT"\n' + GOOD, "method: unknown key 'licens'; did you mean licence?"),
        (FACTS + GOOD + 'produce = "x"\n', "program: unknown key 'produce'; did you mean produces?"),
        (FACTS + GOOD + "[setings]\n", "unknown key 'setings'; did you mean settings?"),
        (FACTS + 'condition = "picture"\n' + GOOD, "method.condition must be one of image, text, either, none"),
        (with_program('command = "python mix.py {content}"'), "command must be a list of strings"),
        (with_program("command = []"), "command"),
        (FACTS + GOOD + "timeout = 0\n", "timeout must be above 0"),
        (FACTS + GOOD + "timeout = '2 s'\n", "timeout must be"),
        (FACTS + GOOD + 'geometry = "stretch"\n', "geometry must be one of fit, crop, squash"),
        (FACTS + GOOD + "panel = [4, 3]\n", "counts further than there are panels"),
        (FACTS + GOOD + 'inputs = "gif"\n', "inputs must be one of png, jpg"),
        (FACTS + GOOD.replace("{content}", "{contnt}"), "unknown placeholder {contnt}; did you mean content?"),
        (FACTS + GOOD.replace("{content}", "{content"), "a brace that belongs to the text is written twice"),
        (FACTS + GOOD.replace("{content}", "{content:>9}"), "no plain name"),
        (FACTS + GOOD.replace("{content_stem}", "{content}"), "the name without suffix is {content_stem}"),
        (FACTS + GOOD.replace("{content_stem}_", "/tmp/"), "produces must be a relative path without .."),
        (FACTS + GOOD.replace("{content_stem}_", "../"), "produces must be a relative path without .."),
        (FACTS + GOOD.replace("{content_stem}_", "**/"), "single stars"),
        (FACTS + GOOD.partition("produces")[0], "produces is missing"),
        (FACTS + GOOD.replace('"{content}", ', ""), "passes no content"),
        (FACTS + GOOD.replace('"{style}", ', ""), "passes no style"),
        (FACTS + 'condition = "text"\n' + GOOD, "passes no style: {prompt}"),
        (
            FACTS + 'condition = "text"\n' + GOOD.replace('"{style}"', '"{prompt}", "{style}"'),
            '{style} is an image, and condition is "text"',
        ),
        (FACTS + GOOD.replace('"python"', '"{seed}"'), "the program itself may hold no placeholder"),
        (FACTS + GOOD.replace('"{style}"', '"{style}", "{style_value}"'), "the table [styles]"),
        (FACTS + GOOD.replace('"{style}"', '"{style}", "{stage}"'), "program.stage lays out; there is none"),
        (FACTS + GOOD + '[program.stage]\na = "{content}"\n', "which nothing does"),
        (FACTS + GOOD + '[program.stage]\n"../a" = "{content}"\n', "must be a relative path"),
        (FACTS + GOOD + '[program.stage]\na = "/etc/passwd"\n', "must be {content}, {style}"),
        (FACTS + GOOD + '[program.env]\n"A=B" = "1"\n', "cannot be the name of a variable"),
        (FACTS + GOOD + "[settings]\nseed = 1\n", "'seed' cannot be the name of a setting"),
        (FACTS + GOOD + "[settings]\nalpha = [1]\n", "settings.alpha"),
        (FACTS + GOOD + "batch = true\n", "unknown placeholder {content}; did you mean contents_dir?"),
        (
            FACTS + ALL.replace("{style_stem}", "x") + "batch = true\n",
            "produces must hold {content_stem} and {style_stem}",
        ),
        (FACTS + GOOD + "dry_side = 64\nstartup = ['true']\n", "keep one"),
        ("[method\n", "is not valid TOML"),
    ],
)
def test_says_in_one_line_what_is_wrong(tmp_path, text, message):
    assert message in refusal(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"cannot read program file .*nothing.toml: No such file"):
        read_program(tmp_path / "nothing.toml")


def test_a_file_that_is_no_text(tmp_path):
    path = tmp_path / "binary.toml"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="program file"):
        read_program(path)


class TestWhatIsMissing:
    def read(self, tmp_path, more=""):
        (tmp_path / "mixer.toml").write_text(FACTS + GOOD + more)
        return read_program(tmp_path / "mixer.toml")

    def refusal(self, tmp_path, more):
        with pytest.raises(InputError) as error:
            self.read(tmp_path, more).refuse_incomplete()
        return str(error.value)

    def test_its_folder(self, tmp_path):
        assert "its folder" in self.refusal(tmp_path, 'folder = "nowhere"\n')

    def test_its_interpreter(self, tmp_path):
        assert "there is no program" in self.refusal(tmp_path, 'python = ".venv/bin/python"\n')

    def test_the_program(self, tmp_path):
        (tmp_path / "mixer.toml").write_text((FACTS + GOOD).replace('"python"', '"no-such-program-xyz"'))
        with pytest.raises(InputError, match="no program 'no-such-program-xyz' is installed"):
            read_program(tmp_path / "mixer.toml").refuse_incomplete()

    def test_a_program_that_is_not_executable(self, tmp_path):
        (tmp_path / "run.sh").write_text("#!/bin/sh\n")
        (tmp_path / "mixer.toml").write_text((FACTS + GOOD).replace('"python"', '"./run.sh"'))
        with pytest.raises(InputError, match="or it is not executable"):
            read_program(tmp_path / "mixer.toml").refuse_incomplete()

    def test_the_program_is_looked_for_where_the_call_finds_it(self, tmp_path):
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "only-here-xyz").write_text("#!/bin/sh\n")
        (tmp_path / "bin" / "only-here-xyz").chmod(0o755)
        more = f"[program.env]\nPATH = '{tmp_path}/bin'\n"
        for name in ("only-here-xyz", "sh"):
            (tmp_path / "mixer.toml").write_text((FACTS + GOOD).replace('"python"', f'"{name}"') + more)
            source = read_program(tmp_path / "mixer.toml")
            if name == "sh":
                with pytest.raises(InputError, match="no program 'sh' is installed"):
                    source.refuse_incomplete()
            else:
                source.refuse_incomplete()

    def test_a_search_path_that_only_the_call_knows(self, tmp_path):
        text = (FACTS + GOOD).replace('"python"', '"only-there-xyz"') + "[program.env]\nPATH = '{stage}/bin'\n"
        (tmp_path / "mixer.toml").write_text(f"{text}[program.stage]\na = '{{content}}'\n")
        read_program(tmp_path / "mixer.toml").refuse_incomplete()

    def test_a_file_that_it_needs(self, tmp_path):
        import sys

        more = f'python = "{sys.executable}"\nneeds = ["models/a.pth"]\n'
        assert "models/a.pth is missing in" in self.refusal(tmp_path, more)
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "a.pth").touch()
        self.read(tmp_path, more).refuse_incomplete()


def test_it_and_its_settings_can_be_sent_to_workers(tmp_path):
    (tmp_path / "mixer.toml").write_text(FACTS + GOOD + '[settings]\nalpha = 1.0\nfast = true\nn = 1\nmode = "a"\n')
    source = read_program(tmp_path / "mixer.toml")
    settings = source.settings_type(alpha=0.5)
    again, kept = pickle.loads(pickle.dumps((source, settings)))
    assert again == source
    assert again.settings_type is source.settings_type
    assert kept == settings
    assert settings_of(kept) == {"alpha": 0.5, "fast": True, "n": 1, "mode": "a"}


def test_one_and_true_are_two_settings(tmp_path):
    (tmp_path / "mixer.toml").write_text(FACTS + GOOD + "[settings]\nn = 1\n")
    one = read_program(tmp_path / "mixer.toml").settings_type
    (tmp_path / "mixer.toml").write_text(FACTS + GOOD + "[settings]\nn = true\n")
    assert read_program(tmp_path / "mixer.toml").settings_type is not one


@pytest.mark.parametrize(
    ("name", "is_program"), [("a.toml", True), ("./x/a.TOML ", True), ("adain", False), ("a.toml.txt", False)]
)
def test_what_looks_like_a_program(name, is_program):
    assert looks_like_program(name) is is_program
