"""Settings from text, with errors that name the setting."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest

from benchmark.errors import InputError
from benchmark.settings import make_settings, parse_assignments, settings_of


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
        ({"sizes": "1,b"}, "setting m.sizes must be a comma-separated list, not 'b'"),
        ({"ends": "1,2,3"}, "setting m.ends must be a comma-separated list of 2 values, not ('1', '2', '3')"),
        ({"ends": "1"}, "setting m.ends must be a comma-separated list of 2 values"),
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


def test_assignments_are_grouped_by_method():
    assert parse_assignments(["gatys.steps=3", "multi-style.image-weight=1=2"]) == {
        "gatys": {"steps": "3"},
        "multi_style": {"image_weight": "1=2"},
    }


@pytest.mark.parametrize("assignment", ["", "gatys", "gatys=3", "gatys.=3", ".steps=3", "gatys.steps"])
def test_an_assignment_of_another_form_is_refused(assignment):
    with pytest.raises(InputError, match=r"METHOD\.SETTING=VALUE"):
        parse_assignments([assignment])
