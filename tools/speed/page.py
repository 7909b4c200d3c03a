"""The page of the figures, and the block of them that the README shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from benchmark.execution.bench.machine_load import LARGEST_SHARE
from tools.markdown_table import table
from tools.speed.machine import Machine
from tools.speed.picture_costs import ALL_TOGETHER, PictureCost
from tools.speed.race import Comparison
from tools.speed.spread import rounded
from tools.speed.start_up import StartUp
from tools.speed.whole_runs import EngineCosts, WholeRun
from tools.speed.work import MachineRates

BEGIN: Final = "<!-- speed: written by tox -e speed -->"
END: Final = "<!-- end of speed -->"
NOT_MEASURED: Final = "Not measured."
_INTRODUCTION: Final = """\
Written by `tox -e speed`, not by hand; `tox -e speed -- --quick` takes a look and writes nothing. Medians, and ranges
in brackets. Processor seconds are those of all threads. Elapsed seconds mean nothing beside other busy processes: ⚠
stands before the number of repetitions that others disturbed ([when that is](scaling.md#durations))."""
_OF_METHODS: Final = """\
One method after the other, prepared and warmed up, on the first cases that it takes; what a method keeps of a style
that it has seen counts as it does in a run. *Share of the limit* is the counted operations over the elapsed time,
divided by what this machine does at most in [a convolution](#limits)."""
_OF_METRICS: Final = """\
Each metric alone, then all together, which share the passes through the networks. What is computed once for a content,
a style or a prompt is there before."""
_OF_PEERS: Final = """\
Both sides in one process, in turn, each first every other time, on the same inputs and the same weights. VGG-19 and the
decoder of the other side have PyTorch's convolutions. Ratios are taken pair by pair; above 1 the benchmark is the
faster one."""
_OF_LIMITS: Final = """\
A multiplication and an addition are two operations. Those of products, convolutions and attention are counted, backward
passes included; what is done element by element (resizing, rectifiers, norms, optimisers) is not. A share of the limit
therefore says how much of the time went into the networks' own arithmetic at full rate. Most convolutions of VGG-19 and
of AdaIN's decoder take fewer operations on the CPU (`benchmark/models/winograd.py`), and those that they take are
counted: a third to a half of what others count. Moving numbers to and fro for that is not, so their share is lower."""

_OF_CUDA: Final = """\
`python -m tools.gpu_figures` writes a page of its own: every method and metric of `mini`, and of 5 × 8 pictures at 512
px with the published networks in full size and random weights, compared with the CPU's; seconds a picture beside those
that papers state, how long the device idles, and memory. It was never run on CUDA."""
_OF_RUNS: Final = """\
Each once, from the command to its report, with all metrics. The engine's part is that of methods that do nothing: to
plan, journal and summarize, without workers (`tools/simulate_units.py`)."""


@dataclass(frozen=True)
class Figures:
    """All that was measured, of which parts may be missing.

    Attributes:
        machine: The machine.
        others: Share of the cores that other processes took meanwhile; ``None`` where the system does not tell.
        quick: Whether the figures are only for a look.
        protocol: The protocol whose settings the methods and metrics had.
        resolution: Its side in pixels.
        starts: Start-up times.
        runs: Whole runs.
        engine: What the engine takes for a unit.
        methods: Costs of a picture by method.
        metrics: Costs of a picture by metric, and of all together.
        comparisons: Races against peers.
        absent: Races that could not be run, each with the reason.
        rates: The most that the machine does in a second.
        networks: Operations of a pass through shared networks, by name.
    """

    machine: Machine
    others: float | None
    quick: bool
    protocol: str
    resolution: int
    starts: Sequence[StartUp] = ()
    runs: Sequence[WholeRun] = ()
    engine: EngineCosts | None = None
    methods: Sequence[PictureCost] = ()
    metrics: Sequence[PictureCost] = ()
    comparisons: Sequence[Comparison] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    rates: MachineRates | None = None
    networks: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_disturbed(self) -> bool:
        """Whether other processes took more of the cores than a measurement bears, or that is unknown."""
        return self.others is None or self.others > LARGEST_SHARE


def write_page(figures: Figures) -> str:
    """Writes the page.

    Args:
        figures: What was measured.
    """
    settings = f"at {figures.resolution} px with the settings of `{figures.protocol}`"
    parts = [
        "# Speed",
        *_warnings(figures),
        _INTRODUCTION,
        _block(figures),
        "## The machine",
        _machine(figures.machine, figures.others),
        "## From the command to the first unit",
        _starts(figures.starts),
        "## Whole runs",
        _OF_RUNS,
        _runs(figures),
        f"## Stylizing a picture {settings}",
        _OF_METHODS,
        _costs(figures.methods, figures.rates, "Method"),
        f"## Scoring a picture {settings}",
        _OF_METRICS,
        _costs(figures.metrics, figures.rates, "Metric"),
        "## Beside other implementations",
        _OF_PEERS,
        _comparisons(figures),
        "## Limits",
        _OF_LIMITS,
        _limits(figures),
        "## On a CUDA device",
        _OF_CUDA,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def block_of(text: str) -> str:
    """Returns the marked block of a page, its marks included; an empty string where there is none."""
    found = re.search(f"{re.escape(BEGIN)}.*?{re.escape(END)}", text, flags=re.DOTALL)
    return found[0] if found else ""


def with_block(text: str, block: str) -> str:
    """Puts a block in the place of the marked one.

    Raises:
        ValueError: The text has no marked block.
    """
    if not (old := block_of(text)):
        raise ValueError(f"there is no block between {BEGIN} and {END}")
    return text.replace(old, block)


def _warnings(figures: Figures) -> Iterator[str]:
    if figures.quick:
        yield "**These figures are for a look only: one repetition of each.**"
    if figures.others is None:
        yield "**⚠ This system does not say what other processes did meanwhile.**"
    elif figures.is_disturbed:
        share = f"{figures.others:.0%} of the cores"
        yield f"**⚠ Other processes took {share} meanwhile: processor seconds and ratios say little, all else less.**"


def _block(figures: Figures) -> str:
    """The figures that the README shows."""
    machine = figures.machine
    where = f"{machine.cores} cores of {machine.processor} ({machine.instructions}), {machine.threads} threads"
    words = f"Measured on {where}, without an accelerator; medians of elapsed seconds:"
    if figures.is_disturbed:
        words = f"⚠ Others used the machine meanwhile. {words}"
    rows = [(start.command, f"{rounded(start.elapsed.median)} s") for start in figures.starts]
    rows += [(f"`{run.command}`", f"{_minutes(run.elapsed)}{' ⚠' * bool(run.disturbed)}") for run in figures.runs]
    if figures.engine:
        rows += [
            (f"{what}, {figures.engine.units:,} units that do nothing", f"{1000 * seconds:.2g} ms a unit")
            for what, seconds in _parts_of(figures.engine)
        ]
    for what, costs in (("stylizing a picture", figures.methods), ("scoring a picture", figures.metrics)):
        shown = [cost for cost in costs if costs is figures.methods or cost.name == ALL_TOGETHER]
        if shown:
            work = f"{what} at {figures.resolution} px, `{figures.protocol}`"
            rows.append((work, ", ".join(_in_short(cost) for cost in shown)))
    rows += [
        (f"{found.race} beside {found.peer}: {found.unit}", f"{rounded(found.processor_ratio.median)} × as fast")
        for found in figures.comparisons
    ]
    shown = table(("What", "Time"), rows) if rows else NOT_MEASURED
    return f"{BEGIN}\n{words}\n\n{shown}\n{END}"


def _in_short(cost: PictureCost) -> str:
    seconds = f"{rounded(cost.elapsed.median)} s"
    return seconds if cost.name == ALL_TOGETHER else f"`{cost.name}` {seconds}"


def _machine(machine: Machine, others: float | None) -> str:
    facts = (
        ("Processor", machine.processor),
        ("Cores, threads of PyTorch", f"{machine.cores}, {machine.threads}"),
        ("Vector instructions", machine.instructions),
        ("Memory", f"{machine.memory_bytes / 2**30:.0f} GiB"),
        ("Python, PyTorch", f"{machine.python}, {machine.torch}"),
        ("Load before", f"{machine.load:.2f} processes in the minute before"),
        ("Other processes meanwhile", "unknown" if others is None else f"{others:.1%} of the cores"),
        ("Measured", f"{datetime.now(tz=UTC):%Y-%m-%d}"),
    )
    return table(("", ""), facts)


def _starts(starts: Sequence[StartUp]) -> str:
    return (
        table(("Start", "Elapsed s"), [(one.command, str(one.elapsed)) for one in starts]) if starts else NOT_MEASURED
    )


def _runs(figures: Figures) -> str:
    rows = [
        (f"`{run.command}`", f"{_minutes(run.elapsed)}{' ⚠' * bool(run.disturbed)}", _minutes(run.processor))
        for run in figures.runs
    ]
    if figures.engine:
        rows += [
            (f"{what}, a unit of {figures.engine.units:,}", f"{1000 * seconds:.2g} ms", "")
            for what, seconds in _parts_of(figures.engine)
        ]
    return table(("What", "Elapsed", "Processor"), rows) if rows else NOT_MEASURED


def _parts_of(engine: EngineCosts) -> tuple[tuple[str, float], ...]:
    return (("planning, journaling and summarizing", engine.run), ("finding finished when continued", engine.resume))


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _costs(costs: Sequence[PictureCost], rates: MachineRates | None, kind: str) -> str:
    if not costs:
        return NOT_MEASURED
    rows = []
    for cost in costs:
        share = cost.flops / cost.elapsed.median / rates.convolution if rates and cost.elapsed.median else None
        rows.append(
            (
                cost.name if cost.name == ALL_TOGETHER else f"`{cost.name}`",
                f"{cost.elapsed}{_mark(cost.disturbed)}",
                str(cost.processor),
                str(cost.elapsed.number),
                f"{cost.flops / 1e9:,.1f}" if cost.flops else "–",
                f"{share:.0%}" if share and cost.flops else "–",
            )
        )
    head = (kind, "Elapsed s", "Processor s", "Pictures", "GFLOP a picture", "Share of the limit")
    return table(head, rows)


def _comparisons(figures: Figures) -> str:
    rows = [
        (
            found.race,
            found.peer,
            found.unit,
            f"{found.ours}{_mark(found.disturbed)}",
            str(found.theirs),
            str(found.processor_ratio),
            str(found.elapsed_ratio),
            str(found.processor_ratio.number),
        )
        for found in figures.comparisons
    ]
    head = ("", "Beside", "Of", "Ours, processor s", "Theirs, processor s", "Ratio", "Ratio, elapsed", "Pairs")
    skipped = [f"- {race} was skipped: {reason}." for race, reason in figures.absent.items()]
    parts = [table(head, rows) if rows else "", "\n".join(skipped)]
    return "\n\n".join(filter(None, parts)) or NOT_MEASURED


def _limits(figures: Figures) -> str:
    if figures.rates is None:
        return NOT_MEASURED
    rates = figures.rates
    rows = [
        ("This machine, product of matrices", f"{rates.product / 1e9:,.0f} GFLOP/s"),
        ("This machine, convolution", f"{rates.convolution / 1e9:,.0f} GFLOP/s"),
        *(
            (f"A pass of {name}", f"{flops / 1e9:,.2f} GFLOP: at least {flops / rates.convolution:.3f} s")
            for name, flops in figures.networks.items()
        ),
    ]
    return table(("", ""), rows)


def _mark(disturbed: int) -> str:
    return f" ⚠{disturbed}" if disturbed else ""
