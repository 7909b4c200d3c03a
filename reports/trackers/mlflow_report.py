"""Logs runs to MLflow."""

from __future__ import annotations

import json
import math
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from benchmark.contracts.report import Report, ReportInfo
from benchmark.errors import InputError, explained, first_line
from benchmark.escaping import shell_command
from reports.trackers.addresses import redacted, seen_from, without_password
from reports.trackers.extras import NOTHING_LOST, import_extra, unless_set
from reports.trackers.names import distinct, legal
from reports.trackers.receipt import LoggedRow, LoggedRun, write_receipt

if TYPE_CHECKING:
    from benchmark.store.records import RunRecords
    from reports.trackers.facts import MethodFacts, RunFacts, State
    from reports.trackers.pictures import LoggedPictures

ENVIRONMENT: Final = {
    # By default a user would wait for minutes until a server that is not there is said not to answer.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    # Nothing is sent to anybody but the server that the user names.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Standard output is for the path of the report.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}
TABLE: Final = "cases.json"
_NO_FOLDERS: Final = ("databricks", "databricks-uc", "uc")
_LONGEST_PARAMETER: Final = 6000
_LONGEST_TAG: Final = 5000
_AT_ONCE: Final = 100
"""MLflow takes no more parameters or tags in a request."""

Item = TypeVar("Item")


class MlflowReport(Report):
    """Logs a run of MLflow for each run, and nested in it one for each of its methods.

    The server and the experiment are those of MLflow's own variables. A run of MLflow is found again by a tag with the
    identity of the run, so that logging twice doubles nothing.
    """

    info: ClassVar[ReportInfo] = ReportInfo(
        name="mlflow",
        title="MLflow",
        version="1",
        summary="Logs parameters, scores with intervals, pictures and the page to an MLflow server.",
    )

    def write(self, runs: Sequence[RunRecords], destination: Path) -> Path:
        """Logs the runs.

        Args:
            runs: Records of the runs.
            destination: An existing folder to write into.

        Returns:
            The path of ``mlflow.json``, which says where they are.

        Raises:
            InputError: MLflow is not installed, the server does not take the runs, or the file cannot be written.
        """
        from reports.trackers.facts import facts_of
        from reports.trackers.pictures import LoggedPictures

        with unless_set(ENVIRONMENT):
            mlflow = import_extra("mlflow", "mlflow")
            uri = str(mlflow.get_tracking_uri())
            problem = f"cannot log to MLflow at {without_password(uri)}"
            with explained(problem, lambda error: redacted(_reason(error), uri), advice=NOTHING_LOST):
                tracker = _Tracker(mlflow, uri)
                logged = [
                    tracker.log(run, facts_of(run), LoggedPictures(run)) for given in runs for run in given.originals
                ]
        public, command = _seen_from(destination, without_password(uri)), command_for(uri, destination)
        return write_receipt(destination / "mlflow.json", public, tracker.experiment_name, logged, command)


class _Tracker:
    """An experiment of an MLflow server.

    Args:
        mlflow: The library.
        uri: The tracking URI.
    """

    def __init__(self, mlflow: Any, uri: str) -> None:
        self._mlflow, self._uri = mlflow, uri
        self._client = mlflow.MlflowClient()
        self._experiment = self._find_experiment()
        self.experiment_name = str(self._experiment.name)

    def _find_experiment(self) -> Any:
        from reports.trackers.facts import EXPERIMENT

        if number := os.environ.get("MLFLOW_EXPERIMENT_ID"):
            return self._client.get_experiment(number)
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
        found = self._client.get_experiment_by_name(name)
        if found is None:
            # Without this, MLflow opens an experiment as one of chats with language models.
            kind = {"mlflow.experimentKind": "custom_model_development"}
            found = self._client.get_experiment(self._client.create_experiment(name, tags=kind))
        if found.lifecycle_stage != "active":
            raise InputError(
                f"the experiment {name} of MLflow is in the trash; restore it with: "
                f"mlflow experiments restore --experiment-id {found.experiment_id}"
            )
        return found

    def log(self, run: RunRecords, facts: RunFacts, pictures: LoggedPictures) -> LoggedRun:
        """Logs a run and its methods.

        Args:
            run: The records of the run.
            facts: What is logged of it.
            pictures: Its pictures.
        """
        from reports.exports import CsvReport
        from reports.html.report import HtmlReport

        note = (
            f"{len(facts.methods)} methods on {len(run.cases)} cases, nested in this run. "
            "The page is the artefact report/index.html."
        )
        parent, outcome = self._open(
            facts.id, facts.name, facts.parameters, facts.tags, facts.started, {"mlflow.note.content": note}
        )
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "report").mkdir()
            HtmlReport(inline=True).write([run], Path(folder) / "report")
            CsvReport().write([run], Path(folder))
            self._client.log_artifacts(parent, folder)
        methods = []
        for method in facts.methods:
            table = json.dumps([{"path": TABLE, "type": "table"}])
            tags = {**facts.tags, **method.tags, "mlflow.parentRunId": parent, "mlflow.loggedArtifacts": table}
            id_, result = self._open(method.id, method.name, method.parameters, tags, facts.started)
            self._log_metrics(id_, method)
            with tempfile.TemporaryDirectory() as folder:
                split = {"columns": method.table.columns, "data": method.table.rows}
                (Path(folder) / TABLE).write_text(json.dumps(split, allow_nan=False), encoding="utf-8")
                (Path(folder) / "pictures").mkdir()
                made = distinct((legal(made.case), made) for made in pictures.of_method(method.name))
                for name, picture in made.items():
                    picture.strip().save(Path(folder) / "pictures" / f"{name}.jpg", quality=90)
                self._client.log_artifacts(id_, folder)
            self._close(id_, facts, method.state)
            methods.append(LoggedRow(method.name, id_, self._address(id_), result, len(made)))
        self._close(parent, facts, facts.state)
        return LoggedRun(LoggedRow(facts.name, parent, self._address(parent), outcome), tuple(methods))

    def _open(
        self,
        identity: str,
        name: str,
        parameters: Mapping[str, object],
        tags: Mapping[str, str],
        started: int | None,
        at_first: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[str, str]:
        """Finds the run of an identity or makes it, and logs its parameters and tags.

        Its name and the tags in ``at_first`` are given once, because users change them in MLflow. Tags and parameters
        of their own stay.

        Returns:
            Its identifier in MLflow, and whether it is ``new``, ``updated``, or ``replaced``: MLflow changes no
            parameter, so a run with another value of one goes to its trash.
        """
        from reports.trackers.facts import PREFIX

        key = f"{PREFIX}.id"
        written = distinct((legal(key), _cut(str(value), _LONGEST_PARAMETER)) for key, value in parameters.items())
        found = self._client.search_runs(
            [self._experiment.experiment_id], f"tags.`{key}` = '{identity}'", max_results=1
        )
        outcome = "updated" if found else "new"
        known = dict(found[0].data.params) if found else {}
        if any(written.get(name, value) != value for name, value in known.items()):
            self._client.delete_run(found[0].info.run_id)
            outcome, known = "replaced", {}
        if outcome == "updated":
            id_ = str(found[0].info.run_id)
        else:
            created = self._client.create_run(
                self._experiment.experiment_id,
                start_time=started,
                tags={
                    key: identity,
                    "mlflow.source.name": "benchmark report",
                    "mlflow.source.type": "LOCAL",
                    **at_first,
                },
                run_name=name,
            )
            id_ = str(created.info.run_id)
        entities = self._mlflow.entities
        for part in _parts([item for item in written.items() if item[0] not in known]):
            self._client.log_batch(id_, params=[entities.Param(*item) for item in part])
        named = {tag if tag.startswith("mlflow.") else f"{PREFIX}.{tag}": text for tag, text in tags.items()}
        for part in _parts([(tag, text) for tag, text in named.items() if text]):
            self._client.log_batch(id_, tags=[entities.RunTag(tag, _cut(text, _LONGEST_TAG)) for tag, text in part])
        if outcome == "updated":
            for tag in named.keys() & found[0].data.tags.keys():
                if not named[tag]:
                    self._client.delete_tag(id_, tag)
        return id_, outcome

    def _log_metrics(self, id_: str, method: MethodFacts) -> None:
        """Logs those numbers that MLflow does not have yet: a repeated one would be another point of its history.

        MLflow deletes no metric. One that has no number any more becomes NaN.
        """
        known = self._client.get_run(id_).data.metrics
        now = int(time.time() * 1000)
        metrics = distinct((legal(metric.dotted), metric.value) for metric in method.metrics)
        changed = [item for item in metrics.items() if known.get(item[0]) != item[1]]
        gone = known.keys() & set(map(legal, method.without_number)) - metrics.keys()
        changed += [(name, math.nan) for name in sorted(gone) if not math.isnan(known[name])]
        for part in _parts(changed):
            self._client.log_batch(id_, metrics=[self._mlflow.entities.Metric(*item, now, 0) for item in part])

    def _close(self, id_: str, facts: RunFacts, state: State) -> None:
        # The names are those of MLflow, but for one.
        status = "KILLED" if state.name == "INTERRUPTED" else state.name
        if status == "RUNNING":
            self._client.update_run(id_, status)
        else:
            self._client.set_terminated(id_, status, facts.finished)

    def _address(self, id_: str) -> str:
        if not self._uri.startswith(("http://", "https://")):
            return ""
        page = f"#/experiments/{self._experiment.experiment_id}/runs/{id_}"
        return f"{without_password(self._uri).rstrip('/')}/{page}"


def command_for(uri: str, folder: Path) -> str:
    """Returns the command that shows what was logged, or the address where no command does.

    Args:
        uri: The tracking URI.
        folder: Where the command is given.
    """
    public = _seen_from(folder, without_password(uri))
    return shell_command(["mlflow", "ui", "--backend-store-uri", public]) if _is_store(uri) else public


def _is_store(uri: str) -> bool:
    """Whether ``mlflow ui`` shows what is there: a folder, or a database to which no password is needed."""
    scheme = uri.partition(":")[0] if ":" in uri else ""
    if not scheme:
        return uri not in _NO_FOLDERS
    is_known = scheme.partition("+")[0] in ("file", "sqlite", "postgresql", "mysql", "mssql")
    return is_known and without_password(uri) == uri


def _seen_from(folder: Path, uri: str) -> str:
    """Returns a tracking URI for a command in a folder: where it is a file, the way to it from there."""
    if uri.startswith("sqlite:///"):
        return f"sqlite:///{seen_from(folder, Path(uri.removeprefix('sqlite:///')))}"
    if uri.startswith("file://"):
        return seen_from(folder, Path(url2pathname(urlsplit(uri).path)))
    return seen_from(folder, Path(uri)) if ":" not in uri and uri not in _NO_FOLDERS else uri


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def _reason(error: Exception) -> str:
    """Says why MLflow did not do what was asked, in a few words."""
    import requests

    statuses = {
        401: "the server does not know you (401): set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
        "or MLFLOW_TRACKING_TOKEN",
        403: "the server does not let you write there (403)",
    }
    response = getattr(error, "response", None)
    status = getattr(response, "status_code", None)
    find_status = getattr(error, "get_http_status_code", None)
    if status is None and find_status is not None:
        status = find_status()
    context: BaseException | None = error
    while context is not None:
        if isinstance(context, requests.ConnectionError):
            return "it does not answer; is the server running, and is MLFLOW_TRACKING_URI its address?"
        context = context.__cause__ or context.__context__
    return statuses.get(status or 0, "") or first_line(error)
