"""The statements of the page about trackers are true."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from benchmark.registry import PluginKind, installed_plugins
from reports.trackers import mlflow_report
from reports.trackers.facts import EXPERIMENT, PREFIX
from reports.trackers.pictures import CASES, SIDE

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "trackers.md").read_text(encoding="utf-8")


def test_numbers_and_names_are_those_of_the_code() -> None:
    assert f"at most {CASES} cases" in PAGE
    assert f"at most {SIDE} px" in PAGE
    assert f"`{PREFIX}.id`" in PAGE
    assert f"`{EXPERIMENT}`" in PAGE
    assert f"`{mlflow_report.TABLE}`" in PAGE
    assert f"here it is {mlflow_report.ENVIRONMENT['MLFLOW_HTTP_REQUEST_MAX_RETRIES']}" in PAGE


def test_formats_and_extras_have_the_same_names() -> None:
    (heads,) = re.findall(r"^\| \| (.*) \|$", PAGE, flags=re.MULTILINE)
    formats = {name.strip("`") for name in heads.split(" | ")}
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert formats <= set(installed_plugins(PluginKind.REPORTS))
    assert formats <= set(extras)
    assert all(f"[{name}]" in PAGE for name in formats)
