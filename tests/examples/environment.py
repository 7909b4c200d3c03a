"""An environment of its own for a plugin's project, which sees the packages of this one."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment.

    Attributes:
        folder: Where it is.
    """

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def run(self, module: str, *arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs a module of the environment as a program; its output is text."""
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.run(
            [self.python, "-m", module, *arguments],
            cwd=folder or self.folder,
            env=variables | {"OMP_NUM_THREADS": "1", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, project: Path) -> None:
        """Installs a project without its dependencies, which are here already, and without any index."""
        command = (sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet", project)
        options = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check")
        result = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr


def make_environment(folder: Path) -> Environment:
    """Makes an environment whose own packages come first, then those of this one, the benchmark among them."""
    venv.create(folder, symlinks=True)
    own = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))
    # Through `addsitedir`, so that what is installed here in editable mode is found too.
    here = sysconfig.get_path("purelib")
    (own / "shared.pth").write_text(f"import site; site.addsitedir({here!r})\n", encoding="utf-8")
    return Environment(folder)
