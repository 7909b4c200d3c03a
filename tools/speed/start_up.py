"""How long the command takes until it does something, as a user meets it: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.speed.spread import Spread

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "`python -c pass`, for comparison": ("-c", "pass"),
    "`benchmark --help`": ("-m", "benchmark", "--help"),
    "`benchmark list methods`": ("-m", "benchmark", "list", "methods"),
    "`benchmark list metrics`": ("-m", "benchmark", "list", "metrics"),
}
FIRST_UNIT: Final = (
    "`benchmark run --protocol smoke --methods identity --metrics ssim`, until its first unit is finished"
)


@dataclass(frozen=True)
class StartUp:
    """Elapsed seconds of a start.

    Attributes:
        command: What was started, as Markdown.
        elapsed: The seconds.
    """

    command: str
    elapsed: Spread


def start_ups(repetitions: int) -> list[StartUp]:
    """Starts each command some times, in turn, and once before, unmeasured.

    Args:
        repetitions: How often.
    """
    seconds: dict[str, list[float]] = {name: [] for name in (*COMMANDS, FIRST_UNIT)}
    for number in range(repetitions + 1):
        for name in seconds:
            found = _until_first_unit() if name == FIRST_UNIT else _until_end(COMMANDS[name])
            if number:
                seconds[name].append(found)
    return [StartUp(name, Spread.of(found)) for name, found in seconds.items()]


def _until_end(arguments: tuple[str, ...]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - began


def _until_first_unit() -> float:
    with tempfile.TemporaryDirectory() as folder:
        run = (
            "run",
            "--protocol",
            "smoke",
            "--methods",
            "identity",
            "--metrics",
            "ssim",
            "--limit",
            "1",
            "--no-report",
        )
        command = [sys.executable, "-m", "benchmark", *run, "--out", str(Path(folder) / "run")]
        began = time.perf_counter()
        with subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ | {"COLUMNS": "200"}
        ) as process:
            assert process.stderr
            found = next((time.perf_counter() - began for line in process.stderr if "[1/1]" in line), None)
            rest = process.stderr.read()
        if found is None or process.returncode:
            raise RuntimeError(f"the run for the start-up did not end as it should: {rest}")
        return found
