"""Options of the commands that judge differences between runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from benchmark.analysis.gate.rules import GateRules, Tolerance
from benchmark.cli.options import refuse_nan

CommandT = TypeVar("CommandT", bound=Callable[..., Any])
_SHARE = click.FloatRange(min=0, max=1000)


def rules_options(command: CommandT) -> CommandT:
    """Adds ``--tolerance``, ``--runtime-tolerance`` and ``--confidence``, given to the command as ``rules``."""
    defaults = GateRules()

    @functools.wraps(command)
    def with_rules(
        *, tolerances: dict[str, float], runtime_tolerance: float, confidence: float, **arguments: Any
    ) -> Any:
        rules = GateRules(
            scores=Tolerance(tolerances.get("", defaults.scores.relative), defaults.scores.absolute),
            runtime=Tolerance(runtime_tolerance, defaults.runtime.absolute),
            own={metric: share for metric, share in tolerances.items() if metric},
            level=confidence,
        )
        return command(rules=rules, **arguments)

    options = (
        click.option(
            "--tolerance", "tolerances", callback=_read_tolerances, multiple=True, metavar="[METRIC=]SHARE",
            help="Change of a mean score that is tolerated, as a share of the baseline's; or METRIC=SHARE for one "
            f"metric; may be repeated.  [default: {defaults.scores.relative}]",
        ),
        click.option(
            "--runtime-tolerance", type=_SHARE, callback=refuse_nan, default=defaults.runtime.relative,
            show_default=True, help="The same for the runtime in multiples of the calibration workload.",
        ),
        click.option(
            "--confidence", type=click.FloatRange(0.5, 0.9999), callback=refuse_nan, default=defaults.level,
            show_default=True,
            help="Probability that chance alone makes nothing worse or better, over all methods and metrics together.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        with_rules = option(with_rules)
    return with_rules  # type: ignore[return-value]


def _read_tolerances(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    """Reads shares by metric, the one for all metrics under an empty name; the last one given for a metric counts."""
    tolerances: dict[str, float] = {}
    for text in texts:
        metric, equals, share = text.rpartition("=")
        if equals and not metric.strip():
            raise click.BadParameter(f"{text!r} names no metric before the =", context, parameter)
        number: float = _SHARE.convert(share, parameter, context)  # type: ignore[arg-type]  # it converts texts
        tolerances[metric.strip().replace("-", "_")] = refuse_nan(context, parameter, number) or 0.0
    return tolerances
