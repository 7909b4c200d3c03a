"""Writes runs as event files of TensorBoard."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from benchmark.contracts.report import Report, ReportInfo
from benchmark.errors import explained
from benchmark.escaping import shell_command
from benchmark.store.atomic import write_bytes
from reports.trackers.extras import NOTHING_LOST, import_extra
from reports.trackers.names import distinct, legal
from reports.trackers.receipt import LoggedRow, LoggedRun, write_receipt

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.trackers.facts import MethodFacts, RunFacts
    from reports.trackers.pictures import LoggedCase, LoggedPictures

FOLDER: Final = "tensorboard"
EVENTS: Final = "events.out.tfevents.benchmark"
"""Name of an event file. TensorBoard's own would hold the name of this machine, and be another one each time."""
_TELLING: Final = ("protocol.fingerprint", "seed", "device", "precision")
"""What all methods of a run share and yet is a hyperparameter: by it runs are told apart. The rest is text."""


class TensorBoardReport(Report):
    """Writes an event file for each method of each run: ``tensorboard/RUN/METHOD/``.

    It holds the scores with their intervals, how they are spread over the cases, pictures, hyperparameters and text.
    Event files of an earlier report of the run are replaced, and removed where the method is gone; other files stay.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="tensorboard",
        title="TensorBoard",
        version="1",
        summary="Event files with scores and intervals, pictures, settings and text, a folder for each method.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Writes the event files.

        Args:
            runs: Records of the runs.
            destination: An existing folder to write into.

        Returns:
            The path of ``tensorboard.json``, which says where they are.

        Raises:
            InputError: TensorBoard is not installed, or a file cannot be written.
        """
        from benchmark.analysis.run_names import name_runs
        from reports.trackers.facts import facts_of
        from reports.trackers.pictures import LoggedPictures

        import_extra("tensorboard", "tensorboard")
        originals = [run for given in runs for run in given.originals]
        names = name_runs([run.directory for run in originals])
        folders = distinct((legal(name), run) for name, run in zip(names, originals, strict=True))
        with explained(f"cannot write event files to {destination / FOLDER}", advice=NOTHING_LOST):
            logged = [
                _write(facts_of(run), LoggedPictures(run), destination / FOLDER / name) for name, run in folders.items()
            ]
        command = shell_command(["tensorboard", "--logdir", FOLDER])
        return write_receipt(destination / "tensorboard.json", FOLDER, "", logged, command)


def _write(facts: RunFacts, pictures: LoggedPictures, folder: Path) -> LoggedRun:
    """Writes the event files of a run, each whole or not at all."""
    whole = LoggedRow(facts.name, facts.id, f"{FOLDER}/{folder.name}", "replaced" if folder.exists() else "new")
    rows = []
    methods = distinct((legal(method.name), method) for method in facts.methods)
    for name, method in methods.items():
        target = folder / name / EVENTS
        outcome = "replaced" if target.exists() else "new"
        shown = list(pictures.of_method(method.name))
        write_bytes(target, _events(method, facts, shown))
        rows.append(LoggedRow(method.name, method.id, f"{whole.address}/{name}", outcome, len(shown)))
    _remove_others(folder, methods)
    return LoggedRun(whole, tuple(rows))


def _remove_others(folder: Path, names: Collection[str]) -> None:
    """Removes event files that an earlier report wrote of methods that the run no longer has."""
    for file in folder.glob(f"*/{EVENTS}"):
        if file.parent.name not in names and not file.parent.is_symlink():
            file.unlink()
            # A folder with something else in it is somebody's.
            with contextlib.suppress(OSError):
                file.parent.rmdir()


def _events(method: MethodFacts, run: RunFacts, pictures: Sequence[LoggedCase]) -> bytes:
    """Returns the event file of a method."""
    import numpy as np
    from torch.utils.tensorboard import SummaryWriter
    from torch.utils.tensorboard.summary import hparams

    numbers = distinct((legal(metric.dotted), metric.value) for metric in method.metrics)
    with tempfile.TemporaryDirectory() as folder:
        with SummaryWriter(folder) as writer:
            of_method = {
                name: value
                for name, value in method.parameters.items()
                if name in _TELLING or name not in run.parameters
            }
            for summary in hparams(of_method, dict(numbers)):
                writer.file_writer.add_summary(summary)
            for name, value in numbers.items():
                writer.add_scalar(name, value, 0)
            for name, scores in _spreads(method).items():
                writer.add_histogram(name, np.asarray(scores), 0)
            for name, picture in distinct((legal(made.case), made) for made in pictures).items():
                writer.add_image(f"pictures/{name}", np.asarray(picture.strip()), 0, dataformats="HWC")
            tags = {name: text for name, text in {**run.tags, **method.tags}.items() if text}
            writer.add_text("facts", _text(tags), 0)
            writer.add_text("parameters", _text(method.parameters), 0)
        (file,) = Path(folder).iterdir()
        return file.read_bytes()


def _spreads(method: MethodFacts) -> Mapping[str, Sequence[float]]:
    """Returns the scores of the cases, by a name for each metric and component that has some."""
    from benchmark.store.results import UNIT_COLUMNS

    columns = dict(zip(method.table.columns, zip(*method.table.rows, strict=True), strict=False))
    scores = {
        f"cases/{legal(name)}": [float(value) for value in values if isinstance(value, int | float)]
        for name, values in columns.items()
        if name not in UNIT_COLUMNS
    }
    return {name: values for name, values in scores.items() if values}


def _text(facts: Mapping[str, object]) -> str:
    """Returns facts as a table in Markdown, which TensorBoard shows."""
    from reports.markdown import escape

    lines = [f"| {escape(name)} | {escape(str(value))} |" for name, value in facts.items()]
    return "\n".join(["| What | Value |", "|---|---|", *lines])
