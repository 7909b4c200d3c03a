"""What a command imports before it does anything, counted: a time would tell of the machine."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json, runpy, sys
bare = set(sys.modules)
sys.argv = ["benchmark", *{arguments!r}]
try:
    runpy.run_module("benchmark", run_name="__main__")
except SystemExit:
    pass
new = set(sys.modules) - bare
packages = {{name.partition(".")[0] for name in new}} - set(sys.stdlib_module_names)
print(json.dumps([len(new), sorted(packages)]), file=sys.stderr)
"""
OWN = {"benchmark", "methods", "metrics", "reports"}
FOR_TABLES = {
    "annotated_types",
    "platformdirs",
    "pydantic",
    "pydantic_core",
    "rich",
    "typing_extensions",
    "typing_inspection",
}


@pytest.mark.parametrize(
    ("arguments", "most", "packages"),
    [
        (["--help"], 130, {"click"}),
        (["run", "--help"], 145, {"click"}),
        (["list", "methods"], 450, {"click", *FOR_TABLES}),
        (["list", "metrics"], 450, {"click", *FOR_TABLES}),
    ],
    ids=["--help", "run --help", "list methods", "list metrics"],
)
def test_a_start_imports_few_modules_of_few_packages(arguments, most, packages):
    program = PROGRAM.format(arguments=arguments)
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    number, found = json.loads(result.stderr.splitlines()[-1])

    # Python's own description of its build is a module beside the standard library.
    assert {name for name in found if not name.startswith("_")} <= packages | OWN
    # Versions of Python and of the packages differ by some.
    assert number <= most
