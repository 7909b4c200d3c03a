"""The HTML report: one self-contained page that can be mailed, printed and opened from the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark.contracts.report import Report, ReportInfo
from benchmark.store.atomic import write_bytes

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


class HtmlReport(Report):
    """Writes ``index.html``, with every picture, style sheet and script inside it.

    The page asks for nothing from outside: its content security policy forbids every request, and allows only the
    style sheet and the script whose hashes it names. Whatever comes from a plugin, a prompt, a file name or an error
    message is shown as text.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="html",
        title="HTML page",
        version="1",
        summary="One self-contained page: ranking, gallery, similarity matrices, failures and provenance.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the page, whole or not at all.

        Args:
            runs: Records of the runs, at least one; several are shown one after the other.
            destination: An existing folder to write into.

        Returns:
            The path of ``index.html``.

        Raises:
            ValueError: If there are no runs.
            InputError: If the page cannot be written.
        """
        from reports.page import build_page
        from reports.rendering import render

        page = build_page(runs)
        target = destination / "index.html"
        # A record read from JSON can hold lone surrogates, which UTF-8 cannot encode.
        write_bytes(target, render(page).encode("utf-8", errors="replace"))
        return target
