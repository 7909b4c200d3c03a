"""Short titles of methods and metrics, each once in a run, with the marks of their networks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from benchmark.analysis.networks import networks_of_run
from benchmark.escaping import encodable
from reports.tables.units import methods_before_controls

if TYPE_CHECKING:
    from benchmark.analysis.statistics import RunStatistics
    from benchmark.store.records import RunRecords

LONGEST_TITLE: Final = 60


def method_titles(run: RunRecords) -> dict[str, str]:
    """Returns unique short titles of a run's methods by name, controls last; users of a stand-in are marked."""
    networks = networks_of_run(run)
    titles = _unique((method.name, method.title or method.name) for method in methods_before_controls(run))
    return {name: f"{title} {networks.method_mark(name)}".rstrip() for name, title in titles.items()}


def marked_titles(titles: Mapping[str, str], circular: Collection[str]) -> dict[str, str]:
    """Returns titles of methods by name, with ↻ behind those that optimised the network of the metric shown.

    Args:
        titles: The titles without marks.
        circular: The names of those methods.
    """
    return {name: f"{title} ↻" if name in circular else title for name, title in titles.items()}


def standing(run: RunRecords, statistics: RunStatistics, metrics: Collection[str] | None = None) -> str:
    """Explains which scores are not drawn, and why, in sentences that continue an explanation, or as an empty string.

    Args:
        run: The run.
        statistics: Its statistics.
        metrics: Names of the metrics or costs, or ``None`` for all that rank; then those without a place between the
            controls are named too.
    """
    methods, titles = method_titles(run), metric_titles(run)
    words: dict[str, list[str]] = {}
    for refused in statistics.unanchored if metrics is None else ():
        subject = f"{methods.get(refused.method, refused.method)} by " if refused.method else ""
        reason = f"Not between the controls ({refused.reason})"
        words.setdefault(reason, []).append(subject + titles.get(refused.metric, refused.metric))
    for entry in statistics.left_out:
        if metrics is None or entry.metric in metrics:
            reason = f"Left out, having too few cases to be compared, {methods.get(entry.method, entry.method)} by"
            words.setdefault(reason, []).append(titles.get(entry.metric, entry.metric))
    return "".join(f" {reason}: {', '.join(dict.fromkeys(names))}." for reason, names in words.items())


def metric_titles(run: RunRecords) -> dict[str, str]:
    """Returns unique short titles of a run's metrics by name; those computed with a stand-in are marked."""
    networks = networks_of_run(run)
    return {name: f"{title} {networks.metric_mark(name)}".rstrip() for name, title in _plain_metric_titles(run).items()}


def metric_labels(run: RunRecords) -> dict[str, str]:
    """Returns unique short titles of a run's metrics by name, with the networks that made their scores."""
    networks = networks_of_run(run)
    return {
        name: ", ".join(filter(None, (title, shorten(networks.metric(name)))))
        for name, title in _plain_metric_titles(run).items()
    }


def network_notes(run: RunRecords, metrics: Iterable[str], methods: Iterable[str]) -> tuple[str, ...]:
    """Returns the meanings of the marks behind the metrics and methods of a chart.

    Args:
        run: The run.
        metrics: Names of the metrics that it shows, or lets the reader choose.
        methods: Names of its methods.
    """
    return networks_of_run(run).notes(metrics, methods)


def _plain_metric_titles(run: RunRecords) -> dict[str, str]:
    return _unique((metric.name, metric.title or metric.name) for metric in run.metrics)


def _unique(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    titles: dict[str, str] = {}
    for name, title in named:
        short = shorten(title) or "unnamed"
        number = 1 + sum(found == short or found.startswith(f"{short} (") for found in titles.values())
        titles[name] = short if number == 1 else f"{short} ({number})"
    return titles


def shorten(text: str, longest: int = LONGEST_TITLE) -> str:
    """Returns a text as one line of limited length.

    Args:
        text: The text.
        longest: Largest number of letters; a longer text is cut and ends in an ellipsis.
    """
    # Charts refuse lone surrogates, which records read from JSON can hold.
    clean = " ".join(encodable(text).replace("\0", "").split())
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"
