"""A tracker's package is imported when something is logged, and not before; without it one line names the extra."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CommandResult

TRACKERS = ("mlflow", "wandb", "tensorboard")


def test_listing_reports_imports_no_tracker() -> None:
    program = (
        "import sys; from benchmark.cli.main import main\n"
        "try: main(['list', 'reports'])\n"
        f"except SystemExit as end: print(end.code, [name for name in {(*TRACKERS, 'torch')} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "0 []"
    assert all(name in result.stdout for name in TRACKERS)


@pytest.mark.parametrize("name", TRACKERS)
def test_without_the_package_one_line_names_the_extra(
    name: str,
    command: Callable[..., CommandResult],
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("WANDB_MODE", raising=False)
    monkeypatch.setitem(sys.modules, name, None)
    result = command("report", finished, "--format", name, "-o", tmp_path / "out")
    assert result.code == 2
    assert result.error_lines == [
        f"error: --format {name} needs the package {name}; get it with: pip install 'style-transfer-benchmark[{name}]'"
    ]


def test_a_package_that_cannot_be_imported_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from benchmark.errors import InputError
    from reports.trackers.extras import import_extra

    (tmp_path / "torn.py").write_text("raise ImportError('libtorn.so.1 is\\nmissing')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        InputError, match=r"--format torn: the package torn cannot be imported: libtorn.so.1 is missing"
    ):
        import_extra("torn", "torn")


def test_variables_are_those_of_the_user_where_there_are_some(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from reports.trackers.extras import unless_set

    monkeypatch.setenv("GIVEN", "by the user")
    with unless_set({"GIVEN": "by us", "NOT_GIVEN": "by us"}):
        seen: list[Any] = [os.environ["GIVEN"], os.environ["NOT_GIVEN"]]
    assert seen == ["by the user", "by us"]
    assert "NOT_GIVEN" not in os.environ
