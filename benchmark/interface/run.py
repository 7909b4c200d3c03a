"""A run as Python programs and notebooks see it."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.analysis.loading import load_records
from benchmark.analysis.means_table import CASES_DIFFER, CIRCULAR, SIGNS, MeansTable, make_means_table
from benchmark.escaping import printable
from benchmark.interface.answers import Answers
from benchmark.interface.reports import write_report
from benchmark.store.records import RunRecords, RunStatus, UnitStatus
from benchmark.wording import format_count

if TYPE_CHECKING:
    import pandas as pd

    from benchmark.execution.schedule import Observer
    from benchmark.interface.run_table import RunTable
    from benchmark.protocol.protocol import Protocol

_STYLE = "text-align: right"
_CONTROL_STYLE = f"{_STYLE}; opacity: 0.6"


@dataclass(frozen=True, eq=False, repr=False)
class Run(Answers):
    """A run in a folder, finished or not. A notebook shows the means of its methods.

    What is in the folder is read when it is first asked for, and once; ``open_run`` reads it anew.

    Attributes:
        path: The folder.
        status: State of the run.
        planned: Number of units (a method on a case) that the run asks for.
        counts: Number of finished units by how they ended.
    """

    path: Path
    status: RunStatus
    planned: int
    counts: Mapping[UnitStatus, int]

    @property
    def left(self) -> int:
        """Number of units that have not been run."""
        return self.planned - sum(self.counts.values())

    def units(self) -> RunTable:
        """The results: one row per unit, one column per metric; ``load_run`` gives the same.

        Raises:
            InputError: The folder holds no run any more, or ``run.json`` is damaged.
        """
        # Imported here, because it imports pandas.
        from benchmark.interface.run_table import RunTable

        return RunTable(self._records)

    def table(self) -> pd.DataFrame:
        """The means over the cases that a method answered: one row per metric or cost, one column per method.

        Controls are the columns to the right; NaN where there is no mean. Means do not compare where methods answered
        different cases, and numbers of ``circular`` metrics say little: ``report`` and the display in a notebook mark
        both.

        Raises:
            InputError: The folder holds no run any more, or ``run.json`` is damaged.
        """
        import pandas as pd

        means = make_means_table(self._records)
        return pd.DataFrame(
            [[row.mean if row else None for row in metric.means] for metric in means.metrics],
            index=pd.Index([metric.name for metric in means.metrics], name="metric"),
            columns=pd.Index([method.name for method in means.methods], name="method"),
            dtype="float64",
        )

    def problems(self) -> list[str]:
        """What failed or is missing, a line each; empty for a complete run whose files are whole.

        Raises:
            InputError: The folder holds no run any more, or ``run.json`` is damaged.
        """
        records = self._records
        failed = records.units[records.units["status"] == UnitStatus.FAILED]
        return [
            *(f"{unit.method} {unit.case}: {unit.error}" for unit in failed.itertuples()),
            *(f"{error.method} {error.case}: {error.metric}: {error.reason}" for error in records.score_errors),
            *(
                f"{row.method}: {row.metric}: {row.warning}"
                for row in records.summary
                if row.images_sha256 and row.mean is None
            ),
            *records.warnings,
        ]

    def score(
        self,
        metrics: str | Sequence[str] = "all",
        *,
        protocol: str | os.PathLike[str] | Protocol | None = None,
        device: str | None = None,
        workers: int | None = None,
        timeout: float | None = None,
        observer: Observer | None = None,
    ) -> Run:
        """Scores the images that are there, as ``benchmark score`` does; no method is run, and none needs be installed.

        Only scores are computed that are missing, that failed, or whose metric has changed. The others stay.

        Args:
            metrics: Names of the metrics, or ``all``.
            protocol: The protocol, its name or its path, where the run cannot find it itself.
            device: ``auto``, ``cpu`` or ``cuda``; by default the device of the run, if it is there.
            workers: Number of worker processes, by default one per device.
            timeout: Seconds that scoring once may take, or ``None`` for no limit.
            observer: Is told how it goes; by default the logger ``benchmark`` is.

        Returns:
            The run with its new scores.

        Raises:
            InputError: Its protocol is not found or has changed, a metric cannot be used, or the folder cannot be
                written.
            MissingModelError: Weights are missing that metrics that are named cannot do without.
            KeyboardInterrupt: The user stopped it. What is scored is kept.
        """
        # Imported here, because it imports PyTorch, which reading a run does not need.
        from benchmark.interface.checks import refuse_process_without_children, refuse_unusable_resources
        from benchmark.interface.logging_observer import LoggingObserver
        from benchmark.interface.protocols import protocol_name
        from benchmark.interface.scoring import score_run
        from benchmark.plan.resources import Resources
        from benchmark.protocol.protocol import Protocol

        refuse_process_without_children("Run.score")
        refuse_unusable_resources(device, workers, None, timeout)
        outcome = score_run(
            self.path,
            metrics=metrics if isinstance(metrics, str) else ",".join(metrics),
            protocol=protocol if protocol is None or isinstance(protocol, Protocol) else protocol_name(protocol),
            device=device,
            resources=Resources(workers=workers or 0, timeout=timeout),
            observe=lambda: nullcontext(observer or LoggingObserver()),
        )
        if outcome.interrupted:
            raise KeyboardInterrupt
        return open_run(self.path)

    def report(
        self,
        name: str = "html",
        out: str | os.PathLike[str] | None = None,
        *,
        inline: bool = False,
        cases: Sequence[str] = (),
        methods: str | Sequence[str] = "",
    ) -> Path:
        """Renders the run. Scores are not recomputed.

        Args:
            name: Name of the format, of an installed report.
            out: Folder to write to, by default ``report`` in the folder of the run.
            inline: Whether pictures are put inside the file instead of beside it.
            cases: Names of the cases that the figure of pictures of ``figures`` shows.
            methods: Names of the methods that it shows, or one string with commas.

        Returns:
            The file to open.

        Raises:
            InputError: The format is unknown or has no pictures to put inside or to choose, the run has no such case or
                method, or the report cannot be written.
        """
        return write_report(
            [self.path],
            name,
            self.path / "report" if out is None else Path(out),
            inline=inline,
            cases=cases,
            methods=methods if isinstance(methods, str) else ",".join(methods),
        )

    def __repr__(self) -> str:
        return f"<Run {self._title()}>"

    def _repr_html_(self) -> str:
        """The means as a table for notebooks, with marked networks; names and reasons of plugins are escaped."""
        return _html(self._title(), make_means_table(self._records))

    def _title(self) -> str:
        counts = [f"{count:,} {status}" for status, count in self.counts.items() if count]
        counts += [f"{self.left:,} left"] * bool(self.left)
        return f"{printable(self.path)}: {self.status}; {format_count(self.planned, 'unit')}: {', '.join(counts)}"

    @functools.cached_property
    def _records(self) -> RunRecords:
        return load_records(self.path)


def open_run(path: str | os.PathLike[str]) -> Run:
    """Opens a run that is in a folder, finished or not.

    Args:
        path: The folder.

    Raises:
        InputError: It is no run, or ``run.json`` is damaged.
    """
    records = load_records(Path(path))
    found = records.units["status"].value_counts()
    counts = {status: int(found.get(status, 0)) for status in UnitStatus}
    run = Run(Path(path), records.status, len(records.methods) * len(records.cases), counts)
    run.__dict__["_records"] = records
    return run


def _html(title: str, means: MeansTable) -> str:
    head = [_cell("th", "metric"), *[_cell("th", "network")] * means.has_networks]
    head += [_cell("th", method.label, _style(control=method.control)) for method in means.methods]
    lines = [
        [
            _cell("th", metric.label),
            *[_cell("td", metric.network)] * means.has_networks,
            *(
                _cell("td", text, _style(control=method.control))
                for method, text in zip(means.methods, metric.cells, strict=True)
            ),
        ]
        for metric in means.metrics
    ]
    if means.answered:
        numbers = [_cell("td", str(number), _STYLE) for number in means.answered]
        lines.append([_cell("th", CASES_DIFFER), *[_cell("td", "")] * means.has_networks, *numbers])
    body = "".join(f"<tr>{''.join(line)}</tr>" for line in lines)
    notes = (f"mean over cases answered; pale: a control; {CIRCULAR}; {SIGNS}", *means.notes)
    return (
        f"<table><caption>{_text(title)}</caption><thead><tr>{''.join(head)}</tr></thead><tbody>{body}</tbody></table>"
        + "".join(f"<p>{_text(note)}</p>" for note in notes)
    )


def _style(*, control: bool) -> str:
    return _CONTROL_STYLE if control else _STYLE


def _cell(tag: str, text: str, style: str = "text-align: left") -> str:
    return f'<{tag} style="{style}">{_text(text)}</{tag}>'


def _text(text: str) -> str:
    return escape(printable(text))
