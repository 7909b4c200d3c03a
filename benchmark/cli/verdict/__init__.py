"""The formats of the gate's verdict, one file each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import click

from benchmark.cli.streams import print_json

if TYPE_CHECKING:
    from benchmark.analysis.gate.verdict import Verdict


class VerdictFormat(StrEnum):
    """Format of a verdict."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    GITHUB = "github"


def print_verdict(verdict: Verdict, style: VerdictFormat, *, show_all: bool = False) -> None:
    """Writes a verdict to standard output, and for GitHub also to the summary of the job.

    Args:
        verdict: The verdict.
        style: The format.
        show_all: Whether the text also shows findings that stayed the same.

    Raises:
        InputError: The summary of the job cannot be written.
    """
    match style:
        case VerdictFormat.TEXT:
            from benchmark.cli.verdict.text import print_text

            print_text(verdict, show_all=show_all)
        case VerdictFormat.JSON:
            print_json(verdict.to_json())
        case VerdictFormat.JUNIT:
            from benchmark.cli.verdict.junit import to_junit

            # The bytes are UTF-8, which the document names, whatever the encoding of standard output is.
            click.echo(to_junit(verdict).encode("ascii", "xmlcharrefreplace").decode())
        case VerdictFormat.GITHUB:
            from benchmark.cli.verdict.github import append_summary, workflow_commands

            click.echo("\n".join([*workflow_commands(verdict), verdict.summary]))
            append_summary(verdict)
