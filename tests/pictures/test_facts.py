"""Facts about a method whose pictures exist."""

from __future__ import annotations

import pytest

from benchmark.contracts import Condition
from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.pictures.facts import MethodTable, find_facts, make_info, method_name, read_facts


def test_facts_become_those_of_a_method(tmp_path):
    file = tmp_path / "theirs.toml"
    file.write_text(
        '[method]\ntitle = "Theirs"\npaper = "arXiv:1"\nyear = 2022\nlicence = "MIT"\ncondition = "image"\n'
        'optimises = ["vgg"]\nuses = ["clip"]\n'
    )
    info = make_info("theirs", "theirs", read_facts(file).method, "0123456789abcdef", "out")
    assert (info.title, info.paper, info.year, info.licence) == ("Theirs", "arXiv:1", 2022, "MIT")
    assert info.condition is Condition.IMAGE
    assert info.optimises == (Role.VGG,)
    assert info.uses == (Role.CLIP, Role.VGG)


def test_the_version_is_that_of_the_pictures_unless_one_is_stated():
    assert make_info("a", "A", MethodTable(), "0123456789abcdef", "out").version == "0123456789ab"
    assert make_info("a", "A", MethodTable(version="3"), "0123456789abcdef", "out").version == "3"
    assert make_info("a", "A", MethodTable(), "0123456789abcdef", "out").title == "A"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[method]\ntitel = "x"\n', "method: unknown key 'titel'; did you mean title?"),
        ("[metod]\n", "unknown key 'metod'; did you mean method?"),
        ('[method]\noptimises = ["vg"]\n', "method.optimises"),
        ("[method]\nyear = 22\n", "method.year must be between 1900 and 2100, not 22"),
        ("[method\n", "is not valid TOML"),
    ],
)
def test_wrong_facts_are_refused_in_one_line(tmp_path, text, problem):
    file = tmp_path / "theirs.toml"
    file.write_text(text)
    with pytest.raises(InputError) as refused:
        read_facts(file)
    assert problem in str(refused.value)
    assert str(file) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_facts_lie_beside_the_folder(tmp_path):
    assert find_facts(tmp_path / "out", "my-own") is None
    (tmp_path / "my_own.toml").touch()
    assert find_facts(tmp_path / "out", "my-own") == tmp_path / "my_own.toml"


@pytest.mark.parametrize(("given", "name"), [("StyTR-2", "stytr_2"), ("my own", "my_own"), ("a.b", "a_b"), ("x", "x")])
def test_names_become_snake_case(given, name):
    assert method_name(given) == name


@pytest.mark.parametrize(("given", "usable"), [("StyTR²", "stytr"), ("画", "theirs"), ("_x", "x")])
def test_a_name_that_cannot_be_one_is_refused_with_one_that_can(given, usable):
    with pytest.raises(InputError, match=f"write {usable}=FOLDER"):
        method_name(given)
