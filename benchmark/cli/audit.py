"""``benchmark audit``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from benchmark.cli.help import CommandWithExamples
from benchmark.cli.options import device_option, networks_option
from benchmark.cli.streams import print_json
from benchmark.errors import ExitCode
from benchmark.escaping import one_line
from benchmark.plan.device import choose_device
from benchmark.wording import format_count

if TYPE_CHECKING:
    from benchmark.analysis.networks import Networks
    from benchmark.audit.audit import Audit
    from benchmark.audit.check_result import CheckResult
    from benchmark.protocol.case import Case
    from benchmark.protocol.networks import NetworkChoice


@click.command(cls=CommandWithExamples, examples=("benchmark audit --metrics ssim,clip_text_similarity",))
@click.option("--protocol", default="mini", show_default=True, help="Whose pictures; `benchmark list protocols`.")
@networks_option
@click.option("--metrics", default="all", show_default=True, help="Names with commas, or all.")
@click.option("--limit", type=click.IntRange(min=1), default=9, show_default=True, help="Number of cases at most.")
@device_option
@click.option("--strict", is_flag=True, help="Exit with 1 if a check failed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every figure.")
def audit(
    protocol: str, networks: NetworkChoice, metrics: str, limit: int, device: str, strict: bool, as_json: bool
) -> ExitCode:
    """Check whether metrics measure what they say, on pictures whose order is known.

    Contents are blended with style images, stored, made smaller, scored against the wrong references; docs/audit.md
    describes each check.
    """
    from benchmark.analysis.networks import networks_of_metrics
    from benchmark.audit.audit import audit_metrics
    from benchmark.models.specification import find_models
    from benchmark.plan.prompt_check import announce, read_prompts, refuse_merged_styles
    from benchmark.plan.selection import load_protocol, select_metrics

    chosen = load_protocol(protocol, networks)
    selected = select_metrics(metrics, chosen)
    prompts = [style.prompt for style in chosen.styles if style.prompt]
    readings = read_prompts(prompts, find_models(chosen.models), metrics=selected)
    refuse_merged_styles(readings, chosen.styles)
    for line in announce(readings):
        click.echo(one_line(line), err=True)
    outcome = audit_metrics(selected, chosen, limit=limit, device=choose_device(device), observe=_show_progress)
    scored_by = networks_of_metrics(selected, chosen.models)
    if as_json:
        print_json({**outcome.to_json(), "networks": asdict(scored_by)["of_metrics"]})
    else:
        _print(outcome, scored_by)
    return ExitCode.REGRESSION if strict and outcome.has_failures else ExitCode.DONE


def _show_progress(number: int, cases: Sequence[Case]) -> None:
    click.echo(f"[{number + 1}/{len(cases)}] {cases[number].id}", err=True)


def _print(audit: Audit, networks: Networks) -> None:
    from rich.markup import escape
    from rich.table import Table

    from benchmark.audit.audit import CHECKS
    from benchmark.audit.check_result import CheckStatus
    from benchmark.cli.tables import results_console

    console = results_console()
    table = Table(
        "metric",
        "network",
        *CHECKS,
        title=f"{escape(audit.protocol)}, {format_count(len(audit.cases), 'case')}",
        caption="the figure is the one that the verdict rests on; ?: cannot be told from chance; –: does not apply",
        title_justify="left",
        caption_justify="left",
    )
    rows: dict[str, dict[str, CheckResult]] = defaultdict(dict)
    for check in audit.checks:
        rows[check.metric][check.check] = check.result
    for metric, row in rows.items():
        table.add_row(escape(metric), escape(networks.metric(metric)), *(_cell(row[name]) for name in CHECKS))
    console.print(table)
    for note in networks.notes():
        console.print(note, highlight=False, markup=False, soft_wrap=True)
    for status, title in (
        (CheckStatus.FAILED, "failed"),
        (CheckStatus.UNDECIDED, "undecided"),
        (CheckStatus.NOT_APPLICABLE, "does not apply"),
    ):
        reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
        for check in audit.checks:
            if check.result.status is status:
                reasons[check.metric, check.result.reason].append(check.check)
        for (metric, reason), checks in reasons.items():
            named = "all checks" if len(checks) == len(CHECKS) else ", ".join(checks)
            console.print(escape(f"{title}: {metric}, {named}: {reason}"), highlight=False, soft_wrap=True)


def _cell(result: CheckResult) -> str:
    from benchmark.audit.check_result import CheckStatus

    figure = next((f" {value:.2g}" for value in result.figures.values()), "")
    match result.status:
        case CheckStatus.PASSED:
            return f"[green]pass[/green]{figure}"
        case CheckStatus.FAILED:
            return f"[bold red]FAIL[/bold red]{figure}"
        case CheckStatus.UNDECIDED:
            return f"[yellow]?[/yellow]{figure}"
    return "–"
