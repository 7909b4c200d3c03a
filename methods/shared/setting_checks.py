"""Check of the values of settings."""

from __future__ import annotations


def require(satisfied: bool, setting: str, allowed: str, value: object) -> None:
    """Refuses a setting whose value is not allowed.

    Args:
        satisfied: Whether the value is allowed.
        setting: Name of the setting.
        allowed: The allowed values, in words that follow "must be".
        value: The value given.

    Raises:
        ValueError: If it is not allowed.
    """
    if not satisfied:
        raise ValueError(f"{setting} must be {allowed}, not {value!r}")
