"""The leaderboard: a static site of any number of runs, for any web server and for the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark.contracts.report import Report, ReportInfo

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords


class LeaderboardReport(Report):
    """Writes ``index.html`` and, in folders, a page for each protocol, method and run, small pictures, and badges.

    Runs are read one after the other, and of each only its scores are kept. Only runs of one fingerprint share a table,
    and only scores of one version, network and settings of a metric a column. Each page forbids every request but for
    the site's own pictures, and every script and style sheet but ours; nothing of a run is copied but its pictures,
    read and written anew.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="leaderboard",
        title="Leaderboard",
        version="1",
        summary="A site of many runs: a table for each protocol, history, pictures and badges.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the site.

        Args:
            runs: Records of the runs; one that is there twice is shown once.
            destination: An existing folder to write into; pages of an earlier site there are replaced.

        Returns:
            The path of ``index.html``.

        Raises:
            InputError: The site cannot be written.
        """
        from reports.leaderboard.site import Site

        site = Site(destination)
        for given in runs:
            for run in given.originals:
                site.add(run)
        return site.finish()
