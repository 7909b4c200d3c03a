"""No version that a pyproject.toml admits has a vulnerability of ``advisories.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from benchmark.scaffold.project import Project, ProjectKind, write_project

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Advisory:
    """One known vulnerability: of which package, its number, the first version without it, what it is."""

    package: str
    id: str
    fixed: str
    what: str


ADVISORIES = [
    Advisory(**advisory) for advisory in tomllib.loads((ROOT / "tests" / "advisories.toml").read_text())["advisory"]
]


def requirements(project: Path) -> list[Requirement]:
    """Reads the requirements of a pyproject.toml, its extras included."""
    table = tomllib.loads(project.read_text(encoding="utf-8"))
    extras = table["project"].get("optional-dependencies", {}).values()
    return [
        Requirement(line)
        for lines in (table["project"]["dependencies"], table["build-system"]["requires"], *extras)
        for line in lines
    ]


def floor(requirement: Requirement) -> Version:
    """The oldest version that is admitted, by the largest lower bound; 0 if there is none."""
    bounds = [Version(bound.version) for bound in requirement.specifier if bound.operator in (">=", "==", "~=")]
    return max(bounds, default=Version("0"))


def admitted(required: Iterable[Requirement], advisories: Iterable[Advisory]) -> list[str]:
    """One line for each vulnerability that some admitted version has."""
    return [
        f"{requirement} admits {advisory.id}; at least {advisory.fixed} is needed: {advisory.what}"
        for requirement in required
        for advisory in advisories
        if canonicalize_name(requirement.name) == advisory.package and floor(requirement) < Version(advisory.fixed)
    ]


@pytest.mark.parametrize(
    ("line", "is_admitted"),
    [
        ("Some_Package", True),
        ("some-package<3", True),
        ("some-package>=1.9", True),
        ("some-package==1.9", True),
        ("some-package[extra]>=2.0rc1; python_version > '3'", True),
        ("some-package>=2", False),
        ("some-package~=2.1", False),
        ("some-package>=1,>=2.0", False),
        ("another-package", False),
    ],
)
def test_a_vulnerable_version_is_admitted_unless_the_floor_is_at_the_fix(line, is_admitted):
    advisory = Advisory("some-package", "CVE-0000-0000", "2.0", "Everything is lost.")
    assert bool(admitted([Requirement(line)], [advisory])) == is_admitted


@pytest.mark.parametrize("project", [ROOT / "pyproject.toml", *(ROOT / "examples").glob("*/pyproject.toml")], ids=str)
def test_no_vulnerable_version_is_admitted(project):
    assert not admitted(requirements(project), ADVISORIES)


@pytest.mark.parametrize("kind", ProjectKind)
def test_a_new_project_admits_no_vulnerable_version(tmp_path, kind):
    write_project(Project(kind, "first_try"), tmp_path)
    assert not admitted(requirements(tmp_path / "pyproject.toml"), ADVISORIES)


def test_every_advisory_is_about_something_that_is_required():
    required = {canonicalize_name(requirement.name) for requirement in requirements(ROOT / "pyproject.toml")}
    assert {advisory.package for advisory in ADVISORIES} <= required


def test_what_is_required_is_installed_here():
    """Floors that exclude what the tests run with would be untested."""
    for requirement in requirements(ROOT / "pyproject.toml"):
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            continue  # An extra that the tests do not need.
        assert requirement.specifier.contains(installed, prereleases=True), f"{requirement}, but {installed} is here"
