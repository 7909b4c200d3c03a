"""The command ``benchmark``: its commands, and how errors reach the user."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version

import click

from benchmark.cli.audit import audit
from benchmark.cli.baseline import baseline
from benchmark.cli.check import check
from benchmark.cli.compare import compare
from benchmark.cli.doctor import doctor
from benchmark.cli.list import list_plugins
from benchmark.cli.new import new
from benchmark.cli.protocol.group import protocol
from benchmark.cli.report import report
from benchmark.cli.run import run
from benchmark.cli.show import show
from benchmark.cli.similarity import similarity
from benchmark.cli.stylize import stylize
from benchmark.cli.weights import weights
from benchmark.errors import BenchmarkError, ExitCode
from benchmark.execution.waiting import wait_passively
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
    *(run, report, compare, baseline, check, audit, list_plugins, show, similarity, stylize),
    *(protocol, weights, new, doctor),
)
for command in COMMANDS:
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits the process.

    Args:
        arguments: The arguments after the command's name, by default those of the process.
    """
    wait_passively()
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = given[:1] == ["--debug"]
    try:
        code = cli.main(args=given, prog_name="benchmark", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        code = ExitCode.BAD_INPUT
    except click.ClickException as error:
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "benchmark"
        code = _fail(error, f"{error.format_message()} (see {path} --help)", ExitCode.BAD_INPUT, debug)
    except BenchmarkError as error:
        code = _fail(error, str(error), error.exit_code, debug)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        code = ExitCode.INTERRUPTED
    except SystemExit as error:
        # click exits with 1 where the reader of our output has gone; 1 is reserved for a gate that found a regression.
        code = ExitCode.DONE if error.code == 1 else error.code
    except Exception as error:
        message = f"unexpected {type(error).__name__}: {error}; benchmark --debug … shows where"
        code = _fail(error, message, ExitCode.BAD_INPUT, debug)
    sys.exit(int(code or 0))


def _fail(error: Exception, message: str, code: ExitCode, debug: bool) -> ExitCode:
    if debug:
        traceback.print_exception(error)
    click.echo(f"error: {' '.join(message.split())}", err=True)
    return code
