"""Numbers, times and amounts as people read them."""

from __future__ import annotations

import pytest

from reports.tables.formatting import (
    format_bytes,
    format_range,
    format_seconds,
    format_time,
    number_format,
    number_of,
    text_of,
    web_address,
)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (0.0004, "400 µs"),
        (0.0042, "4.2 ms"),
        (0.203, "203 ms"),
        (0.9996, "1.0 s"),
        (18.43, "18.4 s"),
        (59.96, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3725, "1 h 02 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (512, "512 B"),
        (1024, "1.0 KiB"),
        (5 * 2**20, "5.0 MiB"),
        (900 * 2**20, "900 MiB"),
        (2**50, "1048576 GiB"),
    ],
)
def test_amounts_of_memory(count: float, text: str) -> None:
    assert format_bytes(count) == text


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((0.5, 0.123456), "0.123"),
        ((1.0, 0.123456), "0.123"),
        ((35.0, 0.123456), "0.1"),
        ((1234.5, 0.9), "1"),
        ((0.0031, 0.0001234), "0.00012"),
        ((1e-9, 1.234e-9), "1.23e−09"),
        ((0.5, -0.25), "−0.250"),
        ((0.0,), "0.000"),
    ],
)
def test_a_column_shares_its_number_of_digits(values: tuple[float, ...], shown: str) -> None:
    assert number_format(values)(values[-1]) == shown


def test_an_unbounded_range_ends_in_infinity() -> None:
    assert format_range(-1, 1) == "−1 to 1"
    assert format_range(0, None) == "0 to ∞"
    assert format_range(None, None) == "−∞ to ∞"


def test_times_are_shown_in_utc_and_other_text_is_left_alone() -> None:
    assert format_time("2026-01-02T04:05:06+01:00") == "2026-01-02 03:05 UTC"
    assert format_time("2026-01-02T04:05:06") == "2026-01-02 04:05"
    assert format_time("0001-01-01T00:00:00+14:00") == "0001-01-01T00:00:00+14:00"
    assert format_time("yesterday") == "yesterday"


@pytest.mark.parametrize("value", [None, "0.5", True, float("nan"), float("inf"), [], {}])
def test_what_is_not_a_finite_number_is_none(value: object) -> None:
    assert number_of(value) is None


def test_missing_values_are_empty_text() -> None:
    assert text_of(None) == text_of(float("nan")) == ""
    assert text_of(0) == "0"


@pytest.mark.parametrize("address", ["javascript:x", "//host", "ftp://host", "", "data:x", "\x01https://host"])
def test_only_web_addresses_are_linked(address: str) -> None:
    assert web_address(address) == ""
    assert web_address(" https://example.org/a ") == "https://example.org/a"
