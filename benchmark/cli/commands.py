"""The commands of ``benchmark``, each imported when it is used: ``--help`` and a fast command wait for no other."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click


@dataclass(frozen=True)
class CommandEntry:
    """A command that is not imported yet.

    Attributes:
        module: Its module.
        function: Its name there.
        summary: The first sentence of its help.
    """

    module: str
    function: str
    summary: str


COMMANDS = {
    "audit": CommandEntry(
        "benchmark.cli.audit", "audit", "Check whether metrics measure what they say, on pictures whose order is known."
    ),
    "baseline": CommandEntry(
        "benchmark.cli.baseline",
        "baseline",
        "Write the scores of a RUN to a small file that later runs are checked against.",
    ),
    "check": CommandEntry(
        "benchmark.cli.check",
        "check",
        "Check a RUN against a baseline, against thresholds, or against both, for continuous integration.",
    ),
    "check-method": CommandEntry(
        "benchmark.cli.check_method",
        "check_method",
        "Try the program that FILE.toml describes on one case, and say what fits and what does not.",
    ),
    "check-run": CommandEntry(
        "benchmark.cli.check_run",
        "check_run",
        "Check whether RUNS are fit for a leaderboard, one line a problem; exit code 1 if one is not.",
    ),
    "compare": CommandEntry(
        "benchmark.cli.compare",
        "compare",
        "Compare two RUNS, the earlier one first; or the methods of one RUN with each other.",
    ),
    "doctor": CommandEntry(
        "benchmark.cli.doctor",
        "doctor",
        "Check this installation, or what a RUN left on disk, and say what to do; RUN may be a program's FILE.toml.",
    ),
    "leaderboard": CommandEntry(
        "benchmark.cli.leaderboard",
        "leaderboard",
        "Write a site of RUNS by anybody: a table for each protocol, with history, pictures and badges.",
    ),
    "list": CommandEntry(
        "benchmark.cli.list", "list_plugins", "List the installed methods, metrics, protocols or reports."
    ),
    "merge": CommandEntry(
        "benchmark.cli.merge", "merge", "Make one run of several RUNS of one protocol, with the methods of all."
    ),
    "new": CommandEntry(
        "benchmark.cli.new",
        "new",
        "Write an installable project with a method or a metric of your own, or the file of a program.",
    ),
    "protocol": CommandEntry(
        "benchmark.cli.protocol.group", "protocol", "Make protocols, get their images, and check them."
    ),
    "publish": CommandEntry(
        "benchmark.cli.publish",
        "publish",
        "Publish a RUN with its pictures and its report as a data set of the Hugging Face hub.",
    ),
    "report": CommandEntry("benchmark.cli.report", "report", "Render the records of one or several RUNS."),
    "run": CommandEntry("benchmark.cli.run", "run", "Run methods on a protocol, score them, and write a report."),
    "score": CommandEntry(
        "benchmark.cli.score", "score", "Score pictures that exist: those of a RUN, or of folders without a protocol."
    ),
    "show": CommandEntry(
        "benchmark.cli.show",
        "show",
        "Show everything about one method, metric, protocol or report; NAME may be the FILE.toml of a program.",
    ),
    "similarity": CommandEntry(
        "benchmark.cli.similarity",
        "similarity",
        "Compare prompts with images: rows are prompts, columns are images, numbers are raw cosines.",
    ),
    "study": CommandEntry(
        "benchmark.cli.study.group",
        "study",
        "Ask people about the pictures of a run, and hold metrics against what they say.",
    ),
    "stylize": CommandEntry("benchmark.cli.stylize", "stylize", "Stylize images with one method."),
    "weights": CommandEntry(
        "benchmark.cli.weights", "weights", "List, fetch and verify the weights of the published networks."
    ),
}
"""All commands by name; a new one is listed here."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used.

    Args:
        entries: The commands by name.
        settings: What ``click.Group`` takes.
    """

    def __init__(self, *, entries: Mapping[str, CommandEntry], **settings: Any) -> None:
        super().__init__(**settings)
        self._entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Returns the names of all commands, in alphabetical order."""
        return sorted(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Imports a command; ``None`` where there is none of this name."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        command: click.Command = getattr(importlib.import_module(entry.module), entry.function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the list of commands for the help, and imports none."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            # A command without its options shortens its help like the real one.
            described = [click.Command(name, help=self._entries[name].summary) for name in names]
            formatter.write_dl([(command.name or "", command.get_short_help_str(limit)) for command in described])
