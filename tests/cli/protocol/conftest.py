"""A loopback hub with a synthetic WikiArt, and the command line in a process that knows no other hub."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import CommandResult
from tests.loopback_hub import LoopbackHub, loopback_hub
from tests.synthetic_wikiart import SyntheticWikiArt

NAME = "huggan/wikiart"


@dataclass(frozen=True)
class Machine:
    """A machine with its own caches and data directory, which knows one hub.

    Attributes:
        home: Where it keeps everything.
        hub: The hub.
        variables: Other environment variables.
    """

    home: Path
    hub: LoopbackHub
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def environment(self) -> dict[str, str]:
        own = {"STYLE_TRANSFER_BENCHMARK_DATA": str(self.data), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        return {**os.environ, **self.hub.environment(self.home / "hub"), **own, **self.variables}

    def run(self, *arguments: str | Path, largest_file: int | None = None) -> CommandResult:
        """Runs ``benchmark`` with arguments, where no file can grow larger than some KiB."""
        self.home.mkdir(exist_ok=True, parents=True)
        limit = f"ulimit -f {largest_file}; " if largest_file else ""
        result = subprocess.run(
            ["bash", "-c", f'{limit}exec "$@"', "bash", sys.executable, "-m", "benchmark", *map(str, arguments)],
            env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=280, check=False,
        )  # fmt: skip
        assert "Traceback" not in result.stderr
        return CommandResult(result.returncode, result.stdout, result.stderr)

    def script(self, text: str) -> None:
        """Runs a Python program."""
        self.home.mkdir(exist_ok=True, parents=True)
        subprocess.run([sys.executable, "-c", text], env=self.environment, cwd=self.home, timeout=280, check=True)


@pytest.fixture(scope="session")
def wikiart_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return SyntheticWikiArt().write(tmp_path_factory.mktemp("wikiart") / "first")


@pytest.fixture(scope="session")
def frozen(wikiart_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine's home in which ``wikiart_small`` was frozen from the newest revision, with its ``lock.json``."""
    home = tmp_path_factory.mktemp("frozen") / "machine"
    with loopback_hub() as running:
        running.publish(NAME, wikiart_folder)
        result = Machine(home, running).run("protocol", "freeze", "wikiart_small", "-o", "lock.json")
    assert result.code == 0, result.err
    return home


@pytest.fixture
def lock(frozen: Path, machine: Machine, tmp_path: Path) -> Path:
    """The lock of ``wikiart_small``, which is frozen on the machine."""
    shutil.copytree(frozen / "data", machine.data)
    return Path(shutil.copy(frozen / "lock.json", tmp_path))


@pytest.fixture
def hub(wikiart_folder: Path) -> Iterator[LoopbackHub]:
    with loopback_hub() as running:
        running.publish(NAME, wikiart_folder)
        yield running


@pytest.fixture
def machine(hub: LoopbackHub, tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine", hub)


@pytest.fixture
def other_machine(hub: LoopbackHub, tmp_path: Path) -> Machine:
    return Machine(tmp_path / "other", hub)


@pytest.fixture
def on(command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., CommandResult]:
    """Runs ``benchmark`` with the data of a machine, in this process: for what needs no hub."""

    def run(machine: Machine, *arguments: str | Path) -> CommandResult:
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", str(machine.data))
        return command(*arguments)

    return run
