"""What a tool ends with that wrote a page of runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.store.records import RunRecords
from tests.reports.sample_runs import build_crossed_run
from tools.written_page import WrittenPage


@pytest.fixture
def whole(tmp_path) -> RunRecords:
    return build_crossed_run(tmp_path / "run", contents=2, styles=2, methods=1)


def test_a_page_of_whole_runs_is_named_and_no_more_is_said(whole, tmp_path, capsys):
    assert WrittenPage.of(tmp_path / "page.md", whole, whole).end() == 0
    assert capsys.readouterr() == (f"{tmp_path / 'page.md'}\n", "")


def test_units_that_failed_in_any_run_are_the_exit_code_of_the_command_line(whole, tmp_path, capsys):
    status = whole.units["status"].where(whole.units.index != whole.units.index[0], "failed")
    failed = replace(whole, units=whole.units.assign(status=status))

    assert WrittenPage.of(tmp_path / "page.md", whole, failed).end() == 4
    assert capsys.readouterr() == (f"{tmp_path / 'page.md'}\n", "1 unit or score failed\n")
