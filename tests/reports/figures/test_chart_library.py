"""The script that draws charts: bundled once, and kept."""

from __future__ import annotations

import pytest
import vl_convert

from reports.figures.chart_library import chart_library


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The user's cache folder, and no memory of what this process made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    chart_library.cache_clear()
    yield tmp_path
    chart_library.cache_clear()


@pytest.fixture
def bundles(monkeypatch):
    """The number of times that the library was bundled, in a list."""
    made = []
    bundle = vl_convert.javascript_bundle
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda code: made.append(code) or bundle(code))
    return made


def again():
    """Asks as another process would."""
    chart_library.cache_clear()
    return chart_library()


def test_the_library_is_bundled_once_for_all_processes(cache, bundles):
    first = chart_library()

    assert again() == first
    assert "vegaEmbed" in first
    assert len(bundles) == 1


@pytest.mark.parametrize("damage", ["", "alert(1)", "\n", "\udcff"])
def test_a_copy_that_is_not_what_was_written_is_made_again(cache, bundles, damage):
    first = chart_library()
    (copy,) = cache.rglob("*.js")
    copy.write_bytes(damage.encode("utf-8", "surrogateescape"))

    assert again() == first
    assert again() == first
    assert len(bundles) == 2


def test_a_cache_that_cannot_be_written_costs_time_only(cache, bundles):
    (cache / "style-transfer-benchmark").write_text("a file in the place of the folder")

    assert chart_library() == again()
    assert len(bundles) == 2
