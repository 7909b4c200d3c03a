"""Loading of runs, finished or not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.analysis.summary import scores_in, summarize, summary_from_json
from benchmark.contracts.metric import Direction
from benchmark.errors import describe_error
from benchmark.plan.unit import log_path
from benchmark.store.cases import read_cases
from benchmark.store.journal import UnitRecord, read_journal
from benchmark.store.records import (
    Calibration,
    CaseRecord,
    MethodRecord,
    MetricRecord,
    ModelRecord,
    RunRecords,
    RunStatus,
    ScoreError,
    SummaryRow,
    UnitStatus,
)
from benchmark.store.results import make_table, score_columns
from benchmark.store.run_directory import RunDirectory
from benchmark.wording import format_count, without_fresh

if TYPE_CHECKING:
    import pandas as pd


def load_run(path: Path | str) -> pd.DataFrame:
    """Loads the results of a run: one row per unit, one column per metric.

    Args:
        path: Folder of the run.

    Raises:
        InputError: It is no run, or ``run.json`` is damaged.
    """
    return load_records(Path(path)).units


def load_records(path: Path) -> RunRecords:
    """Loads all records of a run. A damaged or partial run gives the parts that exist, with warnings.

    Args:
        path: Folder of the run.

    Raises:
        InputError: It is no run, or ``run.json`` is damaged.
    """
    directory = RunDirectory(path)
    manifest = directory.read_manifest()
    records, damaged_lines = read_journal(directory.journal)
    warnings: list[str] = []
    try:
        cases = tuple(read_cases(manifest))
        methods = [method["name"] for method in manifest["methods"]]
        units = make_table(methods, cases, score_columns(manifest["metrics"]), records)
        without = without_fresh(manifest["command"])
        missing = len(methods) * len(cases) - len(units)
        if missing:
            # Where no unit lacks a record, the unit of the damaged line has been run again.
            warnings += damaged_lines
            left = format_count(missing, "unit")
            warnings.append(f"not finished: {left}; the command that started the run continues it{without}")
        losses = manifest.get("unread_prompts", [])
        warnings += _warn_of_unread(losses)
        summary, problem = _summary(directory, manifest, units)
        if problem and manifest["status"] != RunStatus.RUNNING:
            warnings.append(
                f"{problem}: means were computed anew, scores of whole methods are left out; "
                f"the command that started the run writes it again{without}"
            )
        return RunRecords(
            directory=path,
            status=RunStatus(manifest["status"]),
            protocol=manifest["protocol"],
            methods=tuple(MethodRecord(**method) for method in manifest["methods"]),
            metrics=tuple(
                MetricRecord(**{**metric, "direction": Direction(metric["direction"])})
                for metric in manifest["metrics"]
            ),
            models=tuple(ModelRecord(**model) for model in manifest["models"]),
            cases=cases,
            contents=tuple(manifest["contents"]),
            styles=tuple(manifest["styles"]),
            units=units,
            summary=tuple(summary),
            similarity=_similarity(methods, cases, manifest["styles"], records),
            provenance={
                **{key: manifest[key] for key in ("command", "seed", "device", "started", "finished", "environment")},
                **({"prompts not wholly read": _unread_parts(losses)} if losses else {}),
            },
            warnings=tuple(warnings),
            summary_problem=problem,
            score_errors=tuple(
                ScoreError(record.method, record.case, metric, reason)
                for record in records.values()
                for metric, reason in record.score_errors.items()
            ),
            logs={
                method["name"]: log
                for method in manifest["methods"]
                if (path / (log := log_path(method["name"]))).exists()
            },
            calibration=Calibration(**manifest["calibration"]) if manifest.get("calibration") else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise directory.damaged(describe_error(error)) from error


def _summary(directory: RunDirectory, manifest: Mapping[str, Any], units: pd.DataFrame) -> tuple[list[SummaryRow], str]:
    """Returns the rows of the summary, and the reason why they had to be computed from the units, or an empty one."""
    if manifest["status"] == RunStatus.RUNNING:
        problem = "the run has not ended"
    else:
        try:
            return summary_from_json(json.loads(directory.summary.read_bytes())), ""
        except FileNotFoundError:
            problem = "summary.json is missing"
        except (OSError, ValueError, KeyError, TypeError) as error:
            problem = f"summary.json is damaged ({describe_error(error)})"
    return summarize(manifest, scores_in(units)), problem


def _warn_of_unread(losses: Sequence[Mapping[str, Any]]) -> list[str]:
    """Warns about styles whose prompt a model did not read as a whole, if there are any."""
    styles = dict.fromkeys(style for loss in losses for style in loss["styles"])
    if not styles:
        return []
    return [f"not wholly read: the prompts of {', '.join(styles)}; the run's provenance says what was lost"]


def _unread_parts(losses: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Returns descriptions of the lost parts of prompts, by style and model."""
    return {
        f"{', '.join(loss['styles'])} › {loss['reader'] or 'metrics'}, {loss['model']}": loss["description"]
        for loss in losses
    }


def _similarity(
    methods: Sequence[str],
    cases: Sequence[CaseRecord],
    styles: Sequence[Mapping[str, Any]],
    records: Mapping[tuple[str, str], UnitRecord],
) -> dict[str, dict[str, Any]]:
    with_prompt = [style for style in styles if style["prompt"]]
    matrices: dict[str, dict[str, Any]] = {}
    for method in methods:
        done = [
            record
            for case in cases
            if (record := records.get((method, case.id))) and record.status is UnitStatus.OK and record.similarities
        ]
        if done:
            matrices[method] = {
                "rows": [style["prompt"] for style in with_prompt],
                "columns": [record.case for record in done],
                "values": [[record.similarities.get(style["id"]) for record in done] for style in with_prompt],
            }
    return matrices
