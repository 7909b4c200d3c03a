"""Plugins are found where packages are installed, also where one comes or goes while a program runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmark.registry import Plugin, PluginKind, installed_plugins


def install(folder: Path) -> Path:
    """Installs a package with one method, and returns the folder of its metadata."""
    metadata = folder / "late-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: late\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[style_transfer_benchmark.methods]\nlate = late:Late\n")
    return metadata


def late() -> Plugin | None:
    return installed_plugins(PluginKind.METHODS).get("late")


def test_a_package_that_comes_or_goes_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    assert late() is None
    metadata = install(tmp_path)
    found = late()
    assert found is not None
    assert (found.distribution, found.version) == ("late", "1.0")
    shutil.rmtree(metadata)
    assert late() is None


def test_the_import_path_counts_as_it_is_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path)
    assert late() is None
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(tmp_path))
        assert late() is not None
    assert late() is None


def test_what_is_installed_is_read_once_as_long_as_nothing_changes() -> None:
    first, second = (installed_plugins(PluginKind.METRICS) for _ in range(2))
    assert first
    assert all(second[name] is plugin for name, plugin in first.items())


def test_nobody_can_change_what_others_find() -> None:
    installed_plugins(PluginKind.METRICS).clear()
    assert installed_plugins(PluginKind.METRICS)
