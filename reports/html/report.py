"""The HTML report: a page that can be printed, put on any web server and opened from the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark.contracts.report import Report, ReportInfo
from benchmark.store.atomic import write_text

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


class HtmlReport(Report):
    """Writes ``index.html`` with style sheets and scripts inside it, and its pictures beside or inside it.

    The logs of failed methods are copied beside it; an inline page gives their paths in the run's folder instead.

    The page asks for nothing but its own pictures: its content security policy forbids every other request, and allows
    only the style sheet and the script whose hashes it names. Text from plugins, prompts, file names and error messages
    is escaped.

    Args:
        inline: Whether the pictures are inside the page, so that it is a single file. Of a large run it then
            shows only some cases.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="html",
        title="HTML page",
        version="2",
        summary="A page: scores at a glance, trade-offs, gallery, similarity matrices, failures and provenance.",
        inline=True,
    )

    def __init__(self, *, inline: bool = False) -> None:
        self.inline = inline

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the page, whole or not at all.

        Args:
            runs: Records of the runs, at least one; several are compared, and then shown one after the other.
            destination: An existing folder to write into.

        Returns:
            The path of ``index.html``.

        Raises:
            ValueError: If there are no runs.
            InputError: If the page cannot be written.
        """
        from reports.html.linked_files import LOGS, PICTURES, LinkedFiles
        from reports.html.page import build_page
        from reports.html.rendering import render

        pictures, logs = (None if self.inline else LinkedFiles(destination, folder) for folder in (PICTURES, LOGS))
        page = build_page(runs, pictures, logs)
        target = destination / "index.html"
        # Records read from JSON can hold lone surrogates, which UTF-8 cannot encode.
        write_text(target, render(page))
        for files in (pictures, logs):
            if files is not None:
                files.remove_others()
        return target
