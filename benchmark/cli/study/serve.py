"""``benchmark study serve``."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

from benchmark.cli.help import CommandWithExamples

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(cls=CommandWithExamples, examples=("benchmark study serve study",))
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="Port to listen at.")
@click.option(
    "--most-people", default=10_000, show_default=True, type=click.IntRange(1, 1_000_000), help="Participants taken."
)
def serve(study: Path, host: str, port: int, most_people: int) -> None:
    """Serve the page of STUDY and collect answers in STUDY/answers.sqlite until interrupted.

    An answer is acknowledged after it is on the disk; the same command goes on after a crash. It speaks HTTP: to be
    reached from elsewhere, put a web server with HTTPS before it.
    """
    from benchmark.errors import InputError
    from benchmark.escaping import printable
    from benchmark.study.study import read_study

    if any(importlib.util.find_spec(name) is None for name in ("starlette", "uvicorn")):
        raise InputError("serving needs more packages; get them with: pip install 'style-transfer-benchmark[study]'")
    from benchmark.study.answer_store import DATABASE
    from benchmark.study.server import listen, serve

    read = read_study(study)
    with listen(host, port) as socket:
        if host not in _LOOPBACK:
            click.echo("warning: this address can be reached from other machines, without encryption", err=True)
        name, number = socket.getsockname()[:2]
        shown = f"[{name}]" if ":" in name else name
        click.echo(f"http://{shown}:{number}/ – answers: {printable(study / DATABASE)}; stop with Ctrl-C")
        serve(study, read, socket, most_people)
