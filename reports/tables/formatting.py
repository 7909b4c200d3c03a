"""Text for people from values of a run's records."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

MINUS: Final = "\N{MINUS SIGN}"
NOTHING: Final = "\N{EN DASH}"
FINGERPRINT_LENGTH: Final = 12

NumberFormat = Callable[[float], str]


def text_of(value: object) -> str:
    """Returns a value as text; ``None`` and NaN become an empty string."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value)


def field_of(mapping: Mapping[str, Any], *keys: str) -> str:
    """Returns the first of the fields that is not empty, as text."""
    return next((text for text in (text_of(mapping.get(key)).strip() for key in keys) if text), "")


def number_of(value: object) -> float | None:
    """Returns a value as a finite number, or ``None`` if it is not one."""
    if value is None or isinstance(value, bool | str | bytes):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def number_format(values: Sequence[float]) -> NumberFormat:
    """Returns a format that shows the largest of the values with three digits, and the others with as many decimals.

    Shares, whose largest may be exactly 1, keep three decimals.
    """
    largest = max((abs(value) for value in values), default=0.0)
    if largest == 0:
        return lambda value: _signed(f"{value:.3f}")
    magnitude = -1 if largest == 1 else math.floor(math.log10(largest))
    if not -4 <= magnitude <= 6:
        return lambda value: _signed(f"{value:.2e}") if value else "0"
    decimals = min(max(2 - magnitude, 0), 5)
    return lambda value: _signed(f"{value:,.{decimals}f}")


def format_seconds(seconds: float) -> str:
    """Returns a duration, for instance ``18 ms``, ``4.2 s`` or ``3 min 05 s``."""
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs" if seconds > 0 else "0 s"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.{1 if seconds < 0.01 else 0}f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {rest:02d} s"


def format_bytes(count: float) -> str:
    """Returns an amount of memory in binary units, for instance ``512 MiB`` or ``1.4 GiB``."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(amount) < 999.5 or unit == "GiB":
            break
        amount /= 1024
    return f"{amount:.{1 if amount < 10 and unit != 'B' else 0}f} {unit}"


def format_time(moment: str) -> str:
    """Returns an ISO 8601 time to the minute, in UTC; any other text is returned as it is."""
    try:
        time = datetime.fromisoformat(moment)
        return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if time.tzinfo else f"{time:%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return moment


def parse_time(moment: str) -> datetime | None:
    """Returns an ISO 8601 time that says its zone, or ``None`` if it is something else."""
    try:
        time = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return time if time.tzinfo else None


def format_range(minimum: float | None, maximum: float | None) -> str:
    """Returns the range of a metric; an unbounded end is shown as infinity."""
    low = f"{MINUS}∞" if minimum is None else _signed(f"{minimum:g}")
    high = "∞" if maximum is None else _signed(f"{maximum:g}")
    return f"{low} to {high}"


def web_address(address: str) -> str:
    """Returns an address that a page may link to, or an empty string: scripts and files are not linked."""
    stripped = address.strip()
    return stripped if stripped.lower().startswith(("https://", "http://")) else ""


def short_fingerprint(fingerprint: str) -> str:
    """Returns the first characters of a fingerprint."""
    return fingerprint[:FINGERPRINT_LENGTH]


def _signed(digits: str) -> str:
    return digits.replace("-", MINUS)
