"""Shells complete lines that begin with ``benchmark``."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def ask(instruction: str, line: str = "", word: int = 0) -> subprocess.CompletedProcess[str]:
    asked = {"_BENCHMARK_COMPLETE": instruction, "COMP_WORDS": line, "COMP_CWORD": str(word)}
    command = [sys.executable, "-m", "benchmark"]
    return subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("shell", "registers"),
    [
        ("bash", "complete -o nosort -F _benchmark_completion benchmark"),
        ("zsh", "compdef _benchmark_completion benchmark"),
        ("fish", "complete --no-files --command benchmark"),
    ],
)
def test_each_shell_gets_a_script_of_its_own(shell, registers):
    if shell == "bash":
        version = subprocess.run(
            ["bash", "-c", "echo ${BASH_VERSINFO[0]}"], capture_output=True, text=True, check=False
        )
        if version.returncode != 0 or int(version.stdout) < 5:
            pytest.skip("needs bash 5")
    answer = ask(f"{shell}_source")
    assert answer.returncode == 0, answer.stderr
    assert registers in answer.stdout


@pytest.mark.parametrize(
    ("line", "word", "words"),
    [
        ("benchmark ru", 1, ["run"]),
        ("benchmark protocol ", 2, ["export", "freeze", "new", "show", "verify"]),
        ("benchmark run --execu", 2, ["--executor"]),
        ("benchmark run --executor ", 3, ["local", "ray"]),
    ],
)
def test_commands_options_and_choices_are_completed(line, word, words):
    answer = ask("bash_complete", line, word)
    assert [found.partition(",")[2] for found in answer.stdout.split()] == words
    assert answer.stderr == ""
