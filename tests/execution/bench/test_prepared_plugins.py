"""Plugins are made and prepared once, and so is what goes wrong with them."""

from __future__ import annotations

import traceback

import pytest

from benchmark.execution.bench.prepared_plugins import PreparedPlugin
from benchmark.models.provider import Models


class Diary:
    """Makes plugins that note what happens to them."""

    def __init__(self, made="", prepared=""):
        self.notes = []
        self._errors = {"made": made, "prepared": prepared}
        self.plugin = PreparedPlugin(self._make, Models({}))

    def _make(self):
        self._note("made")
        return self

    def prepare(self, models):
        self._note("prepared")

    def _note(self, what):
        print(what)
        self.notes.append(what)
        if self._errors[what]:
            raise SystemExit(self._errors[what])


def test_a_plugin_is_made_and_prepared_once():
    diary = Diary()

    assert diary.plugin.made() is diary.plugin.made() is diary
    assert diary.notes == ["made"]
    assert diary.plugin.prepared() is diary.plugin.prepared() is diary.plugin.made() is diary
    assert diary.notes == ["made", "prepared"]


@pytest.mark.parametrize(("errors", "notes"), [({"made": "no"}, ["made"]), ({"prepared": "no"}, ["made", "prepared"])])
def test_what_failed_is_not_tried_again(errors, notes):
    diary = Diary(**errors)
    lengths = []

    for _ in range(3):
        with pytest.raises(SystemExit, match="no") as caught:
            diary.plugin.prepared()
        lengths.append(len(traceback.extract_tb(caught.value.__traceback__)))
    # Nor does one that could not be prepared pass for one that was only made.
    with pytest.raises(SystemExit, match="no"):
        diary.plugin.made()

    assert diary.notes == notes
    # Frames that piled up would keep the tensors of every unit.
    assert lengths[1] == lengths[2]


def test_what_a_plugin_prints_is_no_result(capsys):
    Diary().plugin.prepared()

    printed = capsys.readouterr()
    assert (printed.out, printed.err.split()) == ("", ["made", "prepared"])
