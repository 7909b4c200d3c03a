"""Plugins that harm every process that imports them, installed in an environment of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import benchmark
from tests.examples.environment import Environment, make_environment

MODULES = {
    "exits": "import os; os._exit(0)",
    "segfaults": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "hangs": "import time; time.sleep(600)",
    "raises": "raise RuntimeError('no such model')",
    "shouts": "print('a plugin that prints when it is imported')",
}
EXITS = "of harmful-methods harms the process that imports it, which ended with exit code 0"
SEGFAULTS = "of harmful-methods harms the process that imports it, which was killed by signal 11 (SIGSEGV)"
RAISES = "method raises of harmful-methods cannot be imported: RuntimeError: no such model"


@pytest.fixture
def environment(tmp_path) -> Callable[..., Environment]:
    """Makes an environment with one package whose methods' modules are some of those above."""

    def make(*names: str) -> Environment:
        project = tmp_path / "harmful-methods"
        package = project / "harmful_methods"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        for name in names:
            method = (
                "from benchmark import Condition, Method, MethodInfo\n"
                "class Sample(Method):\n"
                f"    info = MethodInfo(name={name!r}, title='', version='1', condition=Condition.NONE, summary='')\n"
                "    def stylize(self, content, styles, generator): return content\n"
            )
            (package / f"{name}.py").write_text(f"{MODULES[name]}\n{method}")
        entry_points = "\n".join(f'{name} = "harmful_methods.{name}:Sample"' for name in names)
        (project / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
            '[project]\nname = "harmful-methods"\nversion = "1.0"\n'
            f'[project.entry-points."style_transfer_benchmark.methods"]\n{entry_points}\n'
        )
        made = make_environment(tmp_path / "venv")
        made.install(project)
        return made

    return make


def test_doctor_names_each_one_and_checks_the_rest(environment, tmp_path: Path):
    result = environment(*MODULES).run("benchmark", "doctor", "--timeout", "10", folder=tmp_path)

    advice = "; uninstall harmful-methods until it is mended"
    assert result.returncode == 2
    problems = [line.removeprefix("problem  ") for line in result.stdout.splitlines() if line.startswith("problem")]
    assert problems == [
        f"method exits {EXITS}{advice}",
        f"method hangs of harmful-methods takes longer than 10 s to be imported{advice}",
        f"method segfaults {SEGFAULTS}{advice}",
        RAISES,
    ]
    assert "ok       methods: aams, adain, " in result.stdout
    assert result.stdout.rstrip().endswith("4 problems found")
    assert result.stderr == "a plugin that prints when it is imported\n"


def test_they_are_listed_as_broken(environment, tmp_path: Path):
    result = environment("exits", "segfaults", "raises", "shouts").run(
        "benchmark", "list", "methods", "--json", folder=tmp_path
    )

    assert result.returncode == 0, result.stderr
    errors = {method["name"]: method["error"] for method in json.loads(result.stdout)}
    assert {name: error for name, error in errors.items() if error} == {
        "exits": f"method exits {EXITS}",
        "segfaults": f"method segfaults {SEGFAULTS}",
        "raises": RAISES,
    }
    assert "adain" in errors
    assert result.stderr.strip() == "a plugin that prints when it is imported", "and not among the results"


def test_they_fail_their_own_units_only(environment, tmp_path: Path):
    methods = "exits,identity,raises,segfaults,shouts"
    selection = ("--protocol", "smoke", "--methods", methods, "--metrics", "ssim", "--limit", "1", "--no-report")
    result = environment(*(name for name in MODULES if name != "hangs")).run(
        "benchmark", "run", *selection, "--out", tmp_path / "run", folder=tmp_path
    )

    assert result.returncode == 4, result.stderr
    table = benchmark.load_run(tmp_path / "run").set_index("method")
    assert dict(table.error) == {
        "exits": f"method exits {EXITS}",
        "identity": "",
        "raises": RAISES,
        "segfaults": f"method segfaults {SEGFAULTS}",
        "shouts": "",
    }
    assert list(table.ssim.dropna()) == [1.0, 1.0]
