"""Settings from text, with errors that name the setting."""

from __future__ import annotations

import functools
import pickle
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated

import pytest
from annotated_types import Ge, Le, MinLen, Predicate
from pydantic import Field

from benchmark.allowed_values import InWords
from benchmark.errors import InputError
from benchmark.settings import (
    FilePath,
    check_defaults,
    check_settings,
    describe_settings,
    make_settings,
    parse_assignments,
    settings_of,
)


class Pooling(StrEnum):
    MAX = "max"
    AVERAGE = "average"


@dataclass(frozen=True)
class Settings:
    steps: int = 10
    rate: float = 0.5
    keep: bool = False
    sizes: tuple[int, ...] = (128, 256)
    pooling: Pooling = Pooling.MAX
    prompt: str = "a photo"
    ends: tuple[int, int] = (0, 1)


def is_even(number: int) -> bool:
    return number % 2 == 0


@dataclass(frozen=True)
class Ranged:
    """Ranges and nothing else, as a plugin may declare them."""

    steps: Annotated[int, Ge(1)] = 10
    share: Annotated[float, Ge(0), Le(1)] = 1.0
    sizes: tuple[Annotated[int, Ge(16)], ...] = ()
    layers: Annotated[tuple[str, ...], MinLen(1)] = ("relu1",)
    pairs: Annotated[int, Predicate(is_even), InWords("an even number")] = 2
    levels: Annotated[int, Field(gt=1)] = 6
    pooling: Pooling = Pooling.MAX


@dataclass(frozen=True)
class Checked(Ranged):
    """The same, checked in Python too."""

    def __post_init__(self) -> None:
        check_settings(self)


OUT_OF_RANGE = [
    ("steps", 0, "steps must be at least 1, not 0"),
    ("steps", "many", "steps must be a whole number, at least 1, not 'many'"),
    ("steps", 2.5, "steps must be a whole number, at least 1, not 2.5"),
    ("share", 1.5, "share must be between 0 and 1, not 1.5"),
    ("share", float("nan"), "share must be a number, between 0 and 1, not nan"),
    ("sizes", (64, 8), "sizes must be at least 16 each, not 8"),
    ("layers", (), "layers must be a comma-separated list of strings, at least 1 of them, not ()"),
    ("pairs", 3, "pairs must be an even number, not 3"),
    ("levels", 1, "levels must be above 1, not 1"),
    ("pooling", "sum", "pooling must be one of max, average, not 'sum'"),
]


@pytest.mark.parametrize(("name", "value", "message"), OUT_OF_RANGE)
class TestARange:
    def test_is_kept_by_what_users_and_protocols_set(self, name, value, message):
        with pytest.raises(InputError) as error:
            make_settings("m", Ranged, {name: value})
        assert str(error.value) == f"setting m.{message}"

    def test_is_kept_in_python_by_settings_that_check_themselves(self, name, value, message):
        for make in (Checked, functools.partial(replace, Checked())):
            with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
                make(**{name: value})

    def test_is_kept_by_the_defaults(self, name, value, message):
        changed = type("Changed", (Ranged,), {name: value, "__annotations__": {name: Ranged.__annotations__[name]}})
        changed.__module__ = __name__
        with pytest.raises(ValueError, match=f"^{name} must be"):
            check_defaults(dataclass(frozen=True)(changed))


class TestSettingsMadeInPython:
    def test_become_the_types_of_the_fields(self):
        settings = Checked(steps="3", share=1, sizes=[64], pooling="average")
        assert settings == Checked(3, 1.0, (64,), pooling=Pooling.AVERAGE)
        assert (type(settings.share), type(settings.pooling)) == (float, Pooling)

    def test_can_be_sent_to_other_processes(self):
        assert pickle.loads(pickle.dumps(Checked(3))) == Checked(3)

    def test_at_their_defaults_need_no_pydantic(self):
        code = "import sys, methods.multi_style.settings as m; m.MultiStyleSettings(); print('pydantic' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        assert done.stdout == "False\n"


def test_every_setting_says_what_it_may_be():
    assert describe_settings(Ranged) == {
        "steps": "a whole number, at least 1",
        "share": "a number, between 0 and 1",
        "sizes": "a comma-separated list of whole numbers, at least 16 each",
        "layers": "a comma-separated list of strings, at least 1 of them",
        "pairs": "an even number",
        "levels": "a whole number, above 1",
        "pooling": "one of max, average",
    }


def test_text_becomes_the_type_of_the_field():
    values = {"steps": "3", "rate": "1", "keep": "true", "sizes": "64, 32", "pooling": "average", "prompt": "7"}
    assert make_settings("m", Settings, values) == Settings(3, 1.0, True, (64, 32), Pooling.AVERAGE, "7")


def test_what_is_not_given_keeps_its_default():
    assert make_settings("m", Settings, {}) == Settings()


def test_values_of_a_protocol_are_taken_as_they_are():
    assert make_settings("m", Settings, {"sizes": [64], "keep": True}).sizes == (64,)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"step": "3"}, "method m has no setting 'step'; did you mean steps?"),
        ({"steps": "many"}, "setting m.steps must be a whole number, not 'many'"),
        ({"steps": "2.5"}, "setting m.steps must be a whole number"),
        ({"rate": "fast"}, "setting m.rate must be a number"),
        ({"keep": "perhaps"}, "setting m.keep must be true or false"),
        ({"sizes": "1,b"}, "setting m.sizes must be a comma-separated list of whole numbers, not 'b'"),
        ({"ends": "1,2,3"}, "setting m.ends must be a comma-separated list of 2 whole numbers, not ('1', '2', '3')"),
        ({"ends": "1"}, "setting m.ends must be a comma-separated list of 2 whole numbers"),
        ({"pooling": "sum"}, "setting m.pooling must be one of max, average"),
    ],
)
def test_what_cannot_be_used_is_named(values, message):
    with pytest.raises(InputError) as error:
        make_settings("m", Settings, values)
    assert message in str(error.value)


def test_all_settings_can_be_kept_as_json():
    assert settings_of(Settings()) == {
        "steps": 10,
        "rate": 0.5,
        "keep": False,
        "sizes": [128, 256],
        "pooling": "max",
        "prompt": "a photo",
        "ends": [0, 1],
    }


class TestASettingThatNamesAFile:
    @dataclass(frozen=True)
    class Weights:
        weights: FilePath = ""

    def kept(self, path):
        return settings_of(self.Weights(str(path)))

    def test_is_kept_as_name_and_hash_of_the_file(self, tmp_path):
        (tmp_path / "net.pth").write_bytes(b"abc")
        known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert self.kept(tmp_path / "net.pth") == {"weights": f"net.pth (sha256 {known})"}

    def test_is_another_one_when_the_file_changes_and_the_same_when_it_moves(self, tmp_path):
        file = tmp_path / "net.pth"
        file.write_bytes(b"abc")
        before = self.kept(file)
        (tmp_path / "elsewhere").mkdir()
        moved = file.rename(tmp_path / "elsewhere" / "net.pth")
        assert self.kept(moved) == before
        moved.write_bytes(b"abd")
        assert self.kept(moved) != before

    def test_is_kept_as_it_is_where_there_is_no_file(self, tmp_path):
        for value in ("", str(tmp_path / "none"), "~nobody-of-this-name/net.pth", "a\0b"):
            assert self.kept(value) == {"weights": value}


def test_assignments_are_grouped_by_method():
    assert parse_assignments(["gatys.steps=3", "multi-style.image-weight=1=2"]) == {
        "gatys": {"steps": "3"},
        "multi_style": {"image_weight": "1=2"},
    }


@pytest.mark.parametrize("assignment", ["", "gatys", "gatys=3", "gatys.=3", ".steps=3", "gatys.steps"])
def test_an_assignment_of_another_form_is_refused(assignment):
    with pytest.raises(InputError, match=r"METHOD\.SETTING=VALUE"):
        parse_assignments([assignment])
