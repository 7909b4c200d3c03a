"""What pydantic finds wrong with a file, in words for users."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


def first_problem(error: ValidationError) -> str:
    """Where the first value is that cannot be used, and why, for instance ``methods.0.title: Field required``.

    Args:
        error: What pydantic found.
    """
    problem = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg']}" if where else problem["msg"]


def missing_fields(error: ValidationError) -> list[str]:
    """Names of the fields that a file lacks at its top.

    Args:
        error: What pydantic found.
    """
    problems = error.errors(include_url=False, include_input=False)
    return [str(problem["loc"][0]) for problem in problems if problem["type"] == "missing" and len(problem["loc"]) == 1]
