"""The command ``benchmark``: its commands, and its error messages."""

from __future__ import annotations

import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import click

from benchmark.cli.audit import audit
from benchmark.cli.baseline import baseline
from benchmark.cli.check import check
from benchmark.cli.check_method import check_method
from benchmark.cli.compare import compare
from benchmark.cli.doctor import doctor
from benchmark.cli.list import list_plugins
from benchmark.cli.merge import merge
from benchmark.cli.new import new
from benchmark.cli.protocol.group import protocol
from benchmark.cli.report import report
from benchmark.cli.run import run
from benchmark.cli.score import score
from benchmark.cli.show import show
from benchmark.cli.similarity import similarity
from benchmark.cli.streams import steady_streams
from benchmark.cli.study.group import study
from benchmark.cli.stylize import stylize
from benchmark.cli.targets import Results
from benchmark.cli.weights import weights
from benchmark.color_profile import ColorProfileWarning
from benchmark.errors import BenchmarkError, ExitCode
from benchmark.escaping import one_line
from benchmark.execution.workers.waiting import wait_passively
from benchmark.registry import OWN_DISTRIBUTION


def _print_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"{OWN_DISTRIBUTION} {version(OWN_DISTRIBUTION)}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Show version."
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error; before the command's name.")
def cli(debug: bool) -> None:
    """Run, score and compare image style transfer methods on one fixed protocol."""


COMMANDS = (
    *(run, score, report, compare, merge, baseline, check, audit, list_plugins, show, similarity, stylize),
    *(study, protocol, weights, new, check_method, doctor),
)
for command in COMMANDS:
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits the process.

    An error of standard output never stops a command. The exit code then stays the command's own, unless it would be 0
    and the printed text was the only result: it is 2. A reader that stops reading, as ``head`` does, is no error.

    Args:
        arguments: The arguments after the command's name, by default those of the process.
    """
    wait_passively()
    given = list(sys.argv[1:] if arguments is None else arguments)
    with steady_streams() as out:
        results = Results()
        code = _run(given, results)
        out.flush()
        if out.failure is not None and not isinstance(out.failure, BrokenPipeError):
            is_lost = code == ExitCode.DONE and not results.on_disk
            click.echo(
                f"{'error' if is_lost else 'warning'}: standard output cannot be written: {out.failure.strerror}; "
                + ("nothing else holds the result" if is_lost else "the work was done all the same"),
                err=True,
            )
            code = ExitCode.BAD_INPUT if is_lost else code
    sys.exit(code)


def _run(given: list[str], results: Results) -> int:
    debug = given[:1] == ["--debug"]
    with warnings.catch_warnings():
        show_others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **options: Any) -> None:
            if issubclass(category, ColorProfileWarning):
                click.echo(f"warning: {message}", err=True)
            else:
                show_others(message, category, *where, **options)

        warnings.showwarning = show
        return _run_command(given, results, debug)


def _run_command(given: list[str], results: Results, debug: bool) -> int:
    try:
        return int(cli.main(args=given, prog_name="benchmark", standalone_mode=False, obj=results) or ExitCode.DONE)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return ExitCode.BAD_INPUT
    except click.ClickException as error:
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "benchmark"
        return _fail(error, f"{error.format_message()} (see {path} --help)", ExitCode.BAD_INPUT, debug)
    except BenchmarkError as error:
        return _fail(error, str(error), error.exit_code, debug)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except (Exception, SystemExit) as error:
        if isinstance(error, FileNotFoundError) and not _has_temporary_folder():
            message = "no folder for temporary files can be written; name one with TMPDIR"
            return _fail(error, message, ExitCode.BAD_INPUT, debug)
        message = f"unexpected {type(error).__name__}: {error}; benchmark --debug … shows where"
        return _fail(error, message, ExitCode.BAD_INPUT, debug)


def _has_temporary_folder() -> bool:
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        return False
    return True


def _fail(error: BaseException, message: str, code: ExitCode, debug: bool) -> ExitCode:
    if debug:
        traceback.print_exception(error)
    click.echo(f"error: {one_line(message)}", err=True)
    return code
