"""Errors that a user can act on: each is one line saying what is wrong, where, and what to do."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator
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


def first_line(error: BaseException) -> str:
    """Returns the first line of an error's message: libraries put pages of advice below it."""
    return str(error).strip().partition("\n")[0]


@contextlib.contextmanager
def explained(problem: str, reason: Callable[[Exception], str] = first_line, *, advice: str = "") -> Iterator[None]:
    """Turns any error of a library into one line for the user.

    Args:
        problem: Words for the failed task.
        reason: Finds words for why it failed.
        advice: What to do, if there is something to say.

    Raises:
        InputError: Something went wrong.
    """
    try:
        yield
    except (BenchmarkError, MemoryError):
        raise
    # Libraries raise errors of several packages, which differ from version to version.
    except Exception as error:
        words = one_line(reason(error)) or type(error).__name__
        raise InputError("; ".join(filter(None, (f"{problem}: {words}", advice)))) from error


def log_error(error: BaseException) -> str:
    """Prints the traceback of a plugin's error, which in a worker goes to the log of the current method.

    Returns:
        One line about it.
    """
    with contextlib.suppress(OSError):
        traceback.print_exception(error)
    return describe_error(error)
