"""The help of every command: examples that fit its options, and options in sections where there are many."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from click.shell_completion import ShellComplete

from benchmark.cli.commands import COMMANDS
from benchmark.cli.help import OTHER_OPTIONS, CommandWithExamples
from benchmark.cli.main import cli

CONTEXT = click.Context(cli, info_name="benchmark")


def commands(group=cli, words=()):
    """All commands that are no groups, with the words that call them."""
    found = {}
    for name in group.list_commands(CONTEXT):
        command = group.get_command(CONTEXT, name)
        if isinstance(command, click.Group):
            found |= commands(command, (*words, name))
        else:
            found[(*words, name)] = command
    return found


ALL = commands()


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_has_examples_that_it_accepts(words):
    found = ALL[words]
    assert isinstance(found, CommandWithExamples)
    assert found.examples
    for example in found.examples:
        called = shlex.split(example)
        assert called[: len(words) + 1] == ["benchmark", *words]
        found.make_parser(click.Context(found)).parse_args(called[len(words) + 1 :])
        options = {name for parameter in found.params for name in parameter.opts}
        assert {word for word in called if re.fullmatch("--?[a-z][a-z-]*", word)} <= options


@pytest.mark.parametrize("words", [("run",), ("weights", "fetch"), ("show",)], ids=" ".join)
def test_examples_stand_whole_at_the_end_of_the_help(command, words):
    out = command(*words, "--help").out
    examples = ALL[words].examples
    assert out.endswith("".join(f"  {example}\n" for example in examples))


def test_the_options_of_run_stand_in_sections(command):
    out = command("run", "--help").out
    headings = ["What is run", "Where it is run", "How much", "Beginning and ending", OTHER_OPTIONS]
    places = [out.index(f"\n{heading}:\n") for heading in headings]
    assert places == sorted(places)
    rest = out[places[-1] :].partition("\nExamples:\n")[0]
    assert re.findall(r"--[a-z-]+", rest) == ["--help"], "every other option has its section"


def test_sections_name_parameters_that_exist():
    for found in ALL.values():
        names = [name for section in found.sections.values() for name in section]
        assert set(names) <= {parameter.name for parameter in found.params}
        assert len(names) == len(set(names))


def test_every_command_of_the_list_is_there():
    assert {words[0] for words in ALL} == set(COMMANDS)


def test_the_tab_key_completes_names_of_commands_and_options():
    shell = ShellComplete(cli, {}, "benchmark", "_BENCHMARK_COMPLETE")
    assert [item.value for item in shell.get_completions([], "ru")] == ["run"]
    assert [item.value for item in shell.get_completions(["run"], "--proto")] == ["--protocol"]
