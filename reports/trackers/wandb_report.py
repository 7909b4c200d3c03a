"""Logs runs to Weights & Biases."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from benchmark.contracts.report import Report, ReportInfo
from benchmark.errors import InputError, explained, first_line
from benchmark.escaping import shell_command
from reports.trackers.addresses import redacted, seen_from, without_password
from reports.trackers.extras import NOTHING_LOST, import_extra, unless_set
from reports.trackers.names import distinct, word
from reports.trackers.receipt import LoggedRow, LoggedRun, write_receipt

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.trackers.facts import MethodFacts, RunFacts, State
    from reports.trackers.pictures import LoggedCase, LoggedPictures

_ENVIRONMENT: Final = {
    # Nothing is sent to anybody but the server that the user names.
    "WANDB_ERROR_REPORTING": "false",
    "WANDB_INIT_TIMEOUT": "30",
    # It would print its address, with the password that may be in it.
    "WANDB_SILENT": "true",
}
OFFLINE: Final = "this machine (WANDB_MODE=offline)"
_ANSWER: Final = 10.0
"""Seconds in which the server has to answer."""
_MODES: Final = ("online", "offline")
_PICTURES: Final = ("content_picture", "style_picture", "stylized_picture")


class WandbReport(Report):
    """Logs a run of Weights & Biases for each method of each run, and one for the run's page; a run is a group there.

    Project, entity, mode and folder are those of W&B's own variables. Identifiers are made of the identity of the run,
    so that logging twice updates what is there. Runs of W&B that are open stay open, and nothing is logged in them.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="wandb",
        title="Weights & Biases",
        version="1",
        summary="Logs settings, scores with intervals, tables with pictures and the page to Weights & Biases.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Logs the runs.

        Args:
            runs: Records of the runs.
            destination: An existing folder to write into.

        Returns:
            The path of ``wandb.json``, which says where they are.

        Raises:
            InputError: W&B is not installed or does not take the runs, nobody is logged in, or the file cannot be
                written.
        """
        import requests

        from reports.trackers.facts import EXPERIMENT, facts_of
        from reports.trackers.pictures import LoggedPictures

        mode = os.environ.get("WANDB_MODE") or "online"
        if mode not in _MODES:
            raise InputError(f"WANDB_MODE is {mode}, with which nothing is logged; choose {' or '.join(_MODES)}")
        with unless_set(_ENVIRONMENT):
            wandb = import_extra("wandb", "wandb")
            is_used = wandb.run is not None
            try:
                named = os.environ.get("WANDB_BASE_URL", "")
                with explained(
                    "cannot log to Weights & Biases",
                    lambda error: redacted(_reason(error), named),
                    advice=NOTHING_LOST,
                ):
                    session = wandb.setup()
                    uri = str(session.settings.base_url) if mode == "online" else OFFLINE
                    # Beside the one that is `wandb.run`, there can be others.
                    is_used = is_used or session.most_recent_active_run is not None
                public = without_password(uri)
                with explained(
                    f"cannot log to Weights & Biases at {public}",
                    lambda error: redacted(_reason(error), uri),
                    advice=NOTHING_LOST,
                ):
                    if mode == "online":
                        # W&B's own process goes on asking a server that is not there for minutes.
                        requests.head(uri, timeout=_ANSWER)
                    # Asks the server, which otherwise would be found out not to answer after half a minute a run.
                    if mode == "online" and not wandb.login(prompt=False, verify=True):
                        raise InputError(
                            "nobody is logged in to Weights & Biases: use `wandb login`, or set WANDB_API_KEY; "
                            "WANDB_MODE=offline keeps everything on this machine"
                        )
                    project = os.environ.get("WANDB_PROJECT") or EXPERIMENT
                    tracker = _Tracker(wandb, project, destination, is_offline=mode == "offline")
                    logged = [
                        tracker.log(run, facts_of(run), LoggedPictures(run))
                        for given in runs
                        for run in given.originals
                    ]
            finally:
                # Ends the process that W&B started, and forgets what it read of the environment. It would also end runs
                # that the user has open.
                if not is_used:
                    wandb.teardown()
        folders = [row.address for run in logged for row in (run.run, *run.methods)]
        command = shell_command(["wandb", "sync", *folders]) if mode == "offline" else logged[0].run.address
        return write_receipt(destination / "wandb.json", public, project, logged, command)


class _Tracker:
    """A project of Weights & Biases.

    Args:
        wandb: The library.
        project: Name of the project.
        destination: The folder of the report.
        is_offline: Whether everything stays on this machine.
    """

    def __init__(self, wandb: Any, project: str, destination: Path, *, is_offline: bool) -> None:
        self._wandb, self._project, self._is_offline = wandb, project, is_offline
        self._destination = destination

    def log(self, run: RunRecords, facts: RunFacts, pictures: LoggedPictures) -> LoggedRun:
        """Logs a run and its methods.

        Args:
            run: The records of the run.
            facts: What is logged of it.
            pictures: Its pictures.
        """
        page = self._log_page(run, facts)
        return LoggedRun(page, tuple(self._log_method(facts, method, pictures) for method in facts.methods))

    def _log_page(self, run: RunRecords, facts: RunFacts) -> LoggedRow:
        from reports.exports import CsvReport
        from reports.html.report import HtmlReport

        opened = self._open(facts, facts.id, facts.name, "report", {**facts.parameters, **facts.tags})
        with tempfile.TemporaryDirectory() as folder:
            artifact = self._wandb.Artifact(f"report-{facts.id}", type="report")
            artifact.add_file(str(HtmlReport(inline=True).write([run], Path(folder))))
            artifact.add_file(str(CsvReport().write([run], Path(folder))))
            opened.log_artifact(artifact)
            return self._close(opened, facts.id, facts.name, 0, facts.state)

    def _log_method(self, facts: RunFacts, method: MethodFacts, pictures: LoggedPictures) -> LoggedRow:
        config = {**method.parameters, **facts.tags, **method.tags}
        opened = self._open(facts, method.id, method.name, "method", config)
        made = {one.case: one for one in pictures.of_method(method.name)}
        named = ((word("_".join(filter(None, (metric.name, metric.part)))), metric) for metric in method.metrics)
        numbers = {name: metric.value for name, metric in distinct(named).items()}
        opened.log({**numbers, "cases": self._table(method, made)})
        # A run that is resumed would keep the numbers that it had.
        opened.summary.update({name: None for name in map(word, method.without_number) if name not in numbers})
        return self._close(opened, method.id, method.name, len(made), method.state)

    def _table(self, method: MethodFacts, made: Mapping[str, LoggedCase]) -> Any:
        columns = list(distinct((word(name), None) for name in (*method.table.columns, *_PICTURES)))
        case = method.table.columns.index("case") if "case" in method.table.columns else None
        rows = []
        for row in method.table.rows:
            picture = made.get(row[case]) if case is not None else None
            shown = (picture.content, next(iter(picture.styles), None), picture.stylized) if picture else (None,) * 3
            rows.append(
                [*row, *(None if image is None else self._wandb.Image(image, file_type="jpg") for image in shown)]
            )
        return self._wandb.Table(columns=columns, data=rows, allow_mixed_types=True)

    def _open(self, facts: RunFacts, id_: str, name: str, kind: str, config: Mapping[str, Any]) -> Any:
        # What W&B would gather by itself is of this process, which only logs, and of its machine.
        settings = self._wandb.Settings(
            console="off",
            silent=True,
            disable_code=True,
            disable_git=True,
            host=os.environ.get("WANDB_HOST", ""),
            x_disable_machine_info=True,
            x_disable_meta=True,
            x_disable_stats=True,
            x_save_requirements=False,
        )
        return self._wandb.init(
            project=self._project,
            group=f"{facts.name} {facts.id}",
            job_type=kind,
            id=id_,
            name=name,
            config=dict(distinct((word(key), value) for key, value in config.items())),
            resume=None if self._is_offline else "allow",
            # The user may have a run open.
            reinit="create_new",
            settings=settings,
        )

    def _close(self, opened: Any, id_: str, name: str, pictures: int, state: State) -> LoggedRow:
        # The folder of an offline run is the one above that of its files.
        is_offline, files = self._is_offline, Path(opened.dir)
        address = seen_from(self._destination, files.parent) if is_offline else without_password(str(opened.url))
        outcome = "updated" if opened.resumed else "new"
        if state.name in ("RUNNING", "INTERRUPTED"):
            # W&B has no state for what this process does not do, but this one for what is to be resumed.
            opened.mark_preempting()
        opened.finish(exit_code=int(state.name != "FINISHED"))
        return LoggedRow(name, id_, address, outcome, pictures)


def _reason(error: Exception) -> str:
    """Says why W&B did not do what was asked, in a few words."""
    import requests
    from pydantic import ValidationError

    from benchmark.validation import first_problem

    if isinstance(error, ValidationError):
        return f"its settings are wrong: {first_problem(error)}"
    if "previously created and deleted" in str(error):
        return (
            "this run was deleted there, and W&B gives its identifier to no other: undelete it there, "
            "or choose another project with WANDB_PROJECT"
        )
    text = first_line(error)
    if isinstance(error, requests.RequestException) or any(
        words in text for words in ("did not respond", "deadline exceeded", "connection refused", "no such host")
    ):
        return "it does not answer, or not as it should; is WANDB_BASE_URL its address? WANDB_MODE=offline needs none"
    if type(error).__name__ == "AuthenticationError" or "401" in text:
        return "the server does not know you: use `wandb login`, or set WANDB_API_KEY"
    return text
