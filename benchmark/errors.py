"""Errors that a user can act on: each is one line saying what is wrong, where, and what to do."""

from __future__ import annotations

import contextlib
import traceback
from enum import IntEnum

from benchmark.escaping import one_line


class ExitCode(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    REGRESSION = 1
    BAD_INPUT = 2
    NOT_COMPARABLE = 3
    FAILED_UNITS = 4
    INTERRUPTED = 130


class BenchmarkError(Exception):
    """An error whose message is meant for the user, without a traceback."""

    exit_code: ExitCode = ExitCode.BAD_INPUT


class InputError(BenchmarkError):
    """Something that the user gave (a file, a name, a setting) cannot be used."""


class UnfitCaseError(BenchmarkError):
    """A method found out while stylizing that a case does not fit it; the message says why, as ``Method.skip`` does."""


class NotComparableError(BenchmarkError):
    """Two things that the user wants side by side were measured differently."""

    exit_code = ExitCode.NOT_COMPARABLE


class MissingModelError(BenchmarkError):
    """A pretrained network's weights are not on this machine."""


def describe_error(error: BaseException) -> str:
    """Returns one line about an error: its message, which its type precedes unless it is written for users."""
    text = one_line(str(error))
    if isinstance(error, BenchmarkError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def log_error(error: BaseException) -> str:
    """Prints the traceback of a plugin's error, which in a worker goes to the log of the current method.

    Returns:
        One line about it.
    """
    with contextlib.suppress(OSError):
        traceback.print_exception(error)
    return describe_error(error)
