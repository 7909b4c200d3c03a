"""Measures all methods and metrics on a CUDA device: agreement with the CPU, seconds, idle time, memory.

    python -m tools.gpu_figures                                 # docs/results/gpu.md; an hour is a guess
    python -m tools.gpu_figures --device cpu                    # a self-check on tiny pictures, printed
    python -m tools.gpu_figures --methods adain,clipstyler      # a look: printed
    python -m tools.gpu_figures --methods adain,clipstyler --seconds 10 -o build/gpu.md

The workloads are `mini` as it is, and a stand-in for `wikiart_small`: 5 × 8 pictures at 512 px with the published
networks in full size and random weights, which take as long as the real ones. Beside them stand the seconds that papers
state. Needs the packages of `.[test]`, and nothing of the network. A file is written anew after each workload; what
raises an error is named on the page with it.

**It was never run on CUDA**: where it was written there was no such device. The self-check runs the same code on the
CPU twice. Exit codes: 0 done, 1 where the device disagrees with the CPU, 2 without the device that was asked for.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmark.errors import BenchmarkError, InputError
from benchmark.execution.workers.waiting import wait_passively
from benchmark.plan.device import choose_device
from benchmark.registry import PluginKind, select_plugins

SELF_CHECK_SIDE: Final = 64
PAGE: Final = Path("docs/results/gpu.md")


def make_parser() -> argparse.ArgumentParser:
    """Makes the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="cpu is a self-check (default: cuda)")
    parser.add_argument("--methods", default="all", help="names with commas (default: all)")
    parser.add_argument("--metrics", default="all", help="names with commas (default: all)")
    parser.add_argument("--seconds", type=float, default=60.0, help="about how long each method stylizes (default: 60)")
    parser.add_argument(
        "-o", "--out", type=Path, help="file to write (default: docs/results/gpu.md; self-checks and looks are printed)"
    )
    return parser


def file_to_write(options: argparse.Namespace) -> Path | None:
    """Returns where the page goes: to the committed one only if nothing was left out; ``None`` if it is printed."""
    parser = make_parser()
    measured = ("device", "methods", "metrics", "seconds")
    is_whole = all(getattr(options, name) == parser.get_default(name) for name in measured)
    return options.out or (PAGE if is_whole else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line, measures, and writes or prints the tables; returns the exit code."""
    options = make_parser().parse_args(arguments)
    out = file_to_write(options)
    # PyTorch reads it when it is imported.
    wait_passively()
    import torch

    from benchmark.store.atomic import write_text
    from tools.gpu.measuring import measure_device
    from tools.gpu.workload import mini_workload, wikiart_workloads

    try:
        if options.seconds < 0:
            raise InputError(f"--seconds must be 0 or more, not {options.seconds:g}")
        is_check = choose_device(options.device) == "cpu"
        methods = select_plugins(PluginKind.METHODS, options.methods)
        metrics = select_plugins(PluginKind.METRICS, options.metrics)
        wrong: list[str] = []
        with contextlib.ExitStack() as stack:
            workloads = [mini_workload(SELF_CHECK_SIDE if is_check else None)]
            if not is_check:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                workloads += stack.enter_context(wikiart_workloads(folder))
            for page, found in measure_device(
                torch.device(options.device),
                workloads,
                methods,
                metrics,
                seconds=0 if is_check else options.seconds,
                note=lambda line: print(line, file=sys.stderr, flush=True),
            ):
                wrong = found
                if out is not None:
                    write_text(out, page)
        if out is None:
            print(page)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    for name in wrong:
        print(f"{name} is not on {options.device} as it is on the CPU", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
