"""Options that several commands share."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from benchmark.plan.precision import PRECISIONS
from benchmark.plan.resources import ExecutorKind, Resources

if TYPE_CHECKING:
    from benchmark.protocol.networks import NetworkChoice

CommandT = TypeVar("CommandT", bound=Callable[..., Any])
POSITIVE = click.FloatRange(min=0, min_open=True, max=1_000_000)


def device_option(command: CommandT) -> CommandT:
    """Adds ``--device``."""
    return click.option(
        "--device",
        type=click.Choice(["auto", "cpu", "cuda"]),
        default="auto",
        show_default=True,
        help="Where to compute; auto takes CUDA if there is one.",
    )(command)


def precision_option(command: CommandT) -> CommandT:
    """Adds ``--precision``."""
    return click.option(
        "--precision",
        type=click.Choice(PRECISIONS),
        default=PRECISIONS[0],
        show_default=True,
        help="What methods compute in, as far as they can; metrics are in float32. auto takes bfloat16 where the "
        "processor or device has instructions for it.",
    )(command)


def networks_option(command: CommandT) -> CommandT:
    """Adds ``--networks``, given to the command as a ``NetworkChoice``."""
    return click.option(
        "--networks",
        type=click.Choice(["own", "published"]),
        callback=lambda _context, _parameter, value: _network_choice(value),
        default="own",
        show_default=True,
        help="The networks that the protocol names, or published ones in place of the embedded.",
    )(command)


def _network_choice(value: str) -> NetworkChoice:
    # Protocols import pictures, and help must not wait for them.
    from benchmark.protocol.networks import NetworkChoice

    return NetworkChoice(value)


def set_option(command: CommandT) -> CommandT:
    """Adds ``--set METHOD.SETTING=VALUE``."""
    return click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="METHOD.SETTING=VALUE",
        help="Set a method's setting; may be repeated. `benchmark show METHOD` lists them.",
    )(command)


def variants_options(command: CommandT) -> CommandT:
    """Adds ``--variant``, ``--sweep`` and ``--ablate``, given to the command as ``variants``."""

    @functools.wraps(command)
    def with_variants(
        *, variant: tuple[str, ...], sweep: tuple[str, ...], ablate: tuple[str, ...], **arguments: Any
    ) -> Any:
        # Programs are read with it, and help must not wait for them.
        from benchmark.plan.variant_arguments import parse_variants

        return command(variants=parse_variants(variant, sweep, ablate), **arguments)

    options = (
        click.option(
            "--variant", multiple=True, metavar="METHOD:SETTING=VALUE,…",
            help="A row of the method with other settings, beside the method; may be repeated, as the next two.",
        ),
        click.option("--sweep", multiple=True, metavar="METHOD.SETTING=VALUE,…", help="A row for each value."),
        click.option("--ablate", multiple=True, metavar="METHOD:SETTING=VALUE,…", help="A row for each change."),
    )  # fmt: skip
    for option in reversed(options):
        with_variants = option(with_variants)
    return with_variants  # type: ignore[return-value]


def resources_options(command: CommandT) -> CommandT:
    """Adds the options about resources, given to the command as ``resources``."""

    @functools.wraps(command)
    def with_resources(
        *,
        timeout: float | None,
        executor: str,
        ray_address: str | None,
        workers: int | None,
        threads: int | None,
        memory_limit: float | None,
        **arguments: Any,
    ) -> Any:
        kind = ExecutorKind(executor)
        if ray_address and kind is not ExecutorKind.RAY:
            raise click.UsageError("--ray-address is for --executor ray")
        resources = Resources(
            executor=kind,
            workers=workers or 0,
            threads=threads or 0,
            timeout=timeout,
            memory_bytes=None if memory_limit is None else int(memory_limit * 2**30),
            address=ray_address or "",
        )
        return command(resources=resources, **arguments)

    number = click.IntRange(1, 1024)
    options = (
        click.option(
            "--timeout", type=POSITIVE, callback=refuse_nan, metavar="SECONDS",
            help="Longest time to prepare a method, to stylize once, or to score once; what takes longer fails.",
        ),
        click.option(
            "--executor", type=click.Choice([str(kind) for kind in ExecutorKind]),
            default=str(ExecutorKind.LOCAL), show_default=True, help="Where the units run.",
        ),
        click.option(
            "--ray-address", metavar="ADDRESS",
            help="Ray cluster: auto, or HOST:PORT.  [default: one is started on this machine]",
        ),
        click.option("--workers", type=number, help="Number of workers.  [default: one per device of this machine]"),
        click.option(
            "--threads", type=number,
            help="Threads of each worker, on which the last bits depend.  [default: one per core]",
        ),
        click.option(
            "--memory-limit", type=POSITIVE, callback=refuse_nan, metavar="GIB",
            help="Most memory of a worker; a unit that takes more fails.",
        ),
    )  # fmt: skip
    for option in reversed(options):
        with_resources = option(with_resources)
    return with_resources  # type: ignore[return-value]


def refuse_nan(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """Refuses NaN, which click's ranges let through."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is not a number", context, parameter)
    return value
