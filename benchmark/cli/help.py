"""Help texts with examples, and with options in sections where there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import click

OTHER_OPTIONS = "Other options"


class CommandWithExamples(click.Command):
    """A command whose help ends with examples.

    Args:
        examples: Command lines that work as they stand, given the files that they name.
        sections: Names of parameters by the heading that they stand under, in this order; the rest comes last.
        settings: What ``click.Command`` takes.
    """

    def __init__(
        self,
        *settings: Any,
        examples: Sequence[str],
        sections: Mapping[str, Sequence[str]] = MappingProxyType({}),
        **more: Any,
    ) -> None:
        super().__init__(*settings, **more)
        self.examples = tuple(examples)
        self.sections = dict(sections)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, each under its heading."""
        if not self.sections:
            super().format_options(ctx, formatter)
            return
        headings = {name: heading for heading, names in self.sections.items() for name in names}
        entries: dict[str, list[tuple[str, str]]] = {heading: [] for heading in (*self.sections, OTHER_OPTIONS)}
        for parameter in self.get_params(ctx):
            if (record := parameter.get_help_record(ctx)) is not None:
                entries[headings.get(parameter.name or "", OTHER_OPTIONS)].append(record)
        for heading, records in entries.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the examples, each on a line of its own, however long it is, so that it can be copied."""
        super().format_epilog(ctx, formatter)
        with formatter.section("Examples" if len(self.examples) > 1 else "Example"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
