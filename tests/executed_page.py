"""Pages of the documentation whose blocks are followed literally: files are written, commands and programs are run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^>]*) -->\n)?```(?P<language>bash|python|toml)\n(?P<text>.*?)^```", re.DOTALL | re.MULTILINE
)


def follow(
    page: Path,
    folder: Path,
    python: Path,
    variables: Mapping[str, str],
    install: Callable[[Path], object] | None = None,
) -> int:
    """Follows a page from top to bottom in a folder.

    A comment before a block says what else than running is to be done with it: ``file: NAME`` writes it, ``replaces:
    NAME`` writes it over a file that is there, ``installs: NAME`` installs a project, ``not run`` passes it over.

    Args:
        page: The page.
        folder: The folder.
        python: The Python whose ``benchmark`` and programs are run.
        variables: Environment variables.
        install: Installs a project for that Python.

    Returns:
        The number of blocks that were followed.
    """
    steps = 0
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        mark, text = block["mark"] or "", block["text"]
        if mark.startswith("not run"):
            continue
        steps += 1
        if mark.startswith("file: "):
            (folder / mark.removeprefix("file: ")).write_text(text, encoding="utf-8")
        elif mark.startswith("replaces: "):
            replaced = folder / mark.removeprefix("replaces: ")
            assert replaced.exists(), f"{replaced} is not there"
            replaced.write_text(text, encoding="utf-8")
        elif mark.startswith("installs: "):
            assert install is not None
            install(folder / mark.removeprefix("installs: "))
        else:
            program = text
            if block["language"] == "bash":
                program = f'set -e\nbenchmark() {{ python -m benchmark "$@"; }}\n{text}'
            command = ["bash", "-c", program] if block["language"] == "bash" else [python, "-c", program]
            done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return steps
