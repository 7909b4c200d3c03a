"""Tables of results where they are read outside a terminal: in a file or the log of continuous integration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.analysis.means_table import make_means_table
from benchmark.cli.tables import ranking_table, results_console
from tests.reports.sample_runs import build_crossed_run

METHODS = 9


@pytest.fixture(params=[{}, {"FORCE_COLOR": "1"}], ids=["plain", "coloured"])
def log(monkeypatch, request):
    """Output to no terminal, whose width nobody tells."""
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in request.param.items():
        monkeypatch.setenv(name, value)


def test_numbers_and_names_of_many_methods_stay_whole(tmp_path, capsys, log):
    run = build_crossed_run(tmp_path, contents=2, styles=2, methods=METHODS)
    summary = tuple(replace(row, mean=487654.3, circular=True) for row in run.summary)
    results_console().print(ranking_table(make_means_table(replace(run, summary=summary))))
    printed = capsys.readouterr().out
    (head,) = (line for line in printed.splitlines() if "metric" in line)
    assert all(f"method_{number}" in head for number in range(METHODS))
    (ssim,) = (line for line in printed.splitlines() if "ssim" in line)
    assert ssim.count("(4.88e+05)") == METHODS + 2


def test_colours_are_left_out_where_the_user_wants_none(capsys, log, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    results_console().print("[red]worse[/red]")
    assert "\x1b[31mworse" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    results_console().print("[red]worse[/red]")
    assert capsys.readouterr().out == "worse\n"
