"""The statements of the README are true."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from benchmark.cli.main import cli
from benchmark.registry import PluginKind, installed_plugins

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def test_the_plugin_of_the_readme_passes_the_conformance_suite(tmp_path):
    plugin, check = (block for block in blocks("python") if "Grayscale" in block)
    package = tmp_path / "my_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "grayscale.py").write_text(plugin)
    (tmp_path / "test_grayscale.py").write_text(check)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    result = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
    )
    assert result.returncode == 0, result.stdout
    assert " passed" in result.stdout


def test_the_entry_point_groups_are_the_real_ones():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert set(groups) == {f"style_transfer_benchmark.{kind}" for kind in PluginKind}
    assert 'entry-points."style_transfer_benchmark.methods"' in README


def test_every_method_is_in_the_table():
    for name, plugin in installed_plugins(PluginKind.METHODS).items():
        if plugin.distribution == "style-transfer-benchmark":
            assert f"| `{name}` |" in README


def test_the_ci_script_runs_the_test_command_as_it_stands_here():
    script = (ROOT / ".ci" / "run").read_text()
    program = re.search(r"awk '(.*)' README\.md", script)
    assert program
    result = subprocess.run(["awk", program[1], "README.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip().endswith(".venv/bin/tox")
    assert result.stdout in README


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", README))
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize(
    "line", [line for block in blocks("bash") for line in block.splitlines() if line[:10] == "benchmark "]
)
def test_the_options_of_every_command_exist(line, command):
    words = line.split("#")[0].split()
    options = {word for word in words if word.startswith("-")}
    name = words[1:3] if isinstance(cli.get_command(click.Context(cli), words[1]), click.Group) else words[1:2]
    text = command(*name, "--help").out
    assert all(re.search(rf"(^|[\s,]){re.escape(option)}\b", text) for option in options)
