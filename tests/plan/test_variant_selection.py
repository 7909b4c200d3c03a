"""Rows that variants make."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from benchmark.errors import InputError
from benchmark.plan.selection import find_method, select_method
from benchmark.plan.variant_selection import select_variants
from benchmark.protocol.embedded import smoke


@dataclass(frozen=True)
class Choice:
    word: bool | str = "other"


@pytest.fixture
def base():
    return replace(select_method(find_method("identity"), smoke(), {}), settings=Choice(), origins={})


def test_with_one_name_and_other_settings_are_refused(base):
    with pytest.raises(InputError, match=r"both called identity@word=true: .*True.* and .*'true'.*; leave one"):
        list(select_variants(base, smoke(), [{"word": True}, {"word": "true"}], print))


def test_that_are_named_twice_are_one(base):
    rows = list(select_variants(base, smoke(), [{"word": "a"}, {"word": "a"}], print))
    assert [row.name for row in rows] == ["identity@word=a"]
