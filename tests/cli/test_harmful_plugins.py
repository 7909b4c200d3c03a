"""``benchmark doctor`` where plugins harm every process that imports them, installed in an environment of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.examples.environment import Environment, make_environment

MODULES = {
    "exits": "import os; os._exit(0)",
    "segfaults": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "hangs": "import time; time.sleep(600)",
    "raises": "raise RuntimeError('no such model')",
    "shouts": "print('a plugin that prints when it is imported')",
}


@pytest.fixture
def environment(tmp_path) -> Environment:
    """An environment with one package whose methods' modules are those above."""
    project = tmp_path / "harmful-methods"
    package = project / "harmful_methods"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for name, source in MODULES.items():
        method = (
            "from benchmark import Condition, Method, MethodInfo\n"
            "class Sample(Method):\n"
            f"    info = MethodInfo(name={name!r}, title='', version='1', condition=Condition.NONE, summary='')\n"
            "    def stylize(self, content, styles, generator): return content\n"
        )
        (package / f"{name}.py").write_text(f"{source}\n{method}")
    entry_points = "\n".join(f'{name} = "harmful_methods.{name}:Sample"' for name in MODULES)
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "harmful-methods"\nversion = "1.0"\n'
        f'[project.entry-points."style_transfer_benchmark.methods"]\n{entry_points}\n'
    )
    made = make_environment(tmp_path / "venv")
    made.install(project)
    return made


def test_each_one_is_named_and_the_rest_is_checked(environment, tmp_path: Path):
    assert environment.run("benchmark", "list", "methods").stdout == "", "the command dies and can say nothing"

    result = environment.run("benchmark", "doctor", "--timeout", "10", folder=tmp_path)

    harmed = "of harmful-methods harms the process that imports it, which"
    advice = "; uninstall harmful-methods until it is mended"
    assert result.returncode == 2
    problems = [line.removeprefix("problem  ") for line in result.stdout.splitlines() if line.startswith("problem")]
    assert problems == [
        f"method exits {harmed} ended with exit code 0{advice}",
        f"method hangs of harmful-methods takes longer than 10 s to be imported{advice}",
        f"method segfaults {harmed} was killed by signal 11 (SIGSEGV){advice}",
        "method raises of harmful-methods cannot be imported: RuntimeError: no such model",
    ]
    assert "ok       methods: adain, " in result.stdout
    assert result.stdout.rstrip().endswith("4 problems found")
    assert result.stderr == ""
