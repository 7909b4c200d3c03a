"""The recipes of images install what the project is, as its own files say."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "containers" / "Dockerfile").read_text(encoding="utf-8")
APPTAINER = (ROOT / "containers" / "apptainer.def").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
SOURCES = PACKAGES | {"pyproject.toml", "README.md", *PROJECT["project"]["license-files"]}


@pytest.mark.parametrize("recipe", [DOCKERFILE, APPTAINER], ids=["docker", "apptainer"])
def test_pytorch_is_the_one_that_the_project_asks_for(recipe):
    floors = {need for need in PROJECT["project"]["dependencies"] if need.startswith("torch")}
    assert set(re.findall(r'"(torch\w*>=[^"]+)"', recipe)) == floors


def test_the_sources_of_the_wheel_and_nothing_else_go_into_the_image():
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    assert {name for names in copied for name in names.split()} == SOURCES
    assert set(re.findall(r"^    (\S+) /source/\1$", APPTAINER, flags=re.MULTILINE)) == SOURCES
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == SOURCES
    assert all((ROOT / name).exists() for name in SOURCES)


def test_the_user_of_the_image_is_not_root_and_owns_what_it_writes():
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", final, flags=re.MULTILINE) == ["10001:10001"]
    assert "--owner=10001 --group=10001 /runs /weights" in final
    assert 'VOLUME ["/runs", "/weights"]' in final


def test_only_the_two_variants_can_be_built(tmp_path):
    """The shell that installs, with a ``pip`` that only prints what it is asked for."""
    if not (shell := shutil.which("sh")):
        pytest.skip("needs a shell")
    script = re.search(
        r"^RUN python -m venv /opt/benchmark \\\n    && (case .*?)\n\w", DOCKERFILE, re.DOTALL | re.MULTILINE
    )
    (tmp_path / "pip").write_text("#!/bin/sh\necho $@\n")
    (tmp_path / "pip").chmod(0o755)

    def install(variant):
        environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "VARIANT": variant}
        return subprocess.run([shell, "-c", script[1]], env=environment, capture_output=True, text=True, check=False)

    assert "--index-url https://download.pytorch.org/whl/cpu torch" in install("cpu").stdout
    assert install("cuda").stdout.startswith("install --no-cache-dir torch>="), "from pip's own index"
    wrong = install("gpu")
    assert (wrong.returncode, wrong.stderr) == (2, "VARIANT must be cpu or cuda, not gpu\n")
