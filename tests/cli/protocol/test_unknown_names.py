"""Names in a protocol that nothing installed has."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import SAMPLE_PLUGINS

MORE = """
[methods.gaty]
steps = 1

[metrics.lipps]
crop = 1

[[variants]]
method = "gattys"
sweep = { steps = [1, 2] }
"""
NOTES = [
    "protocol tiny has settings of method gaty, which is not installed: they do nothing; did you mean gatys?",
    "protocol tiny has settings of metric lipps, which is not installed: they do nothing; did you mean lpips?",
    "protocol tiny has variants of method gattys, which is not installed: they do nothing; did you mean gatys?",
]


@pytest.fixture
def file(sample_plugins, tmp_path):
    folder = tmp_path / "own"
    shutil.copytree(SAMPLE_PLUGINS / "sample_plugins" / "tiny", folder)
    (folder / "protocol.toml").write_text((folder / "protocol.toml").read_text() + MORE)
    return folder / "protocol.toml"


@pytest.mark.parametrize("subcommand", ["show", "verify"])
def test_are_said_where_a_protocol_is_looked_at(command, file, subcommand):
    result = command("protocol", subcommand, file)
    assert result.code == 0
    assert result.err.splitlines() == NOTES


def test_are_said_before_a_run(command, file, tmp_path):
    run = (
        "run",
        "--methods",
        "identity",
        "--metrics",
        "ssim",
        "--no-report",
        "--limit",
        "1",
        "--out",
        tmp_path / "run",
    )
    result = command(*run, "--protocol", file)
    assert result.code == 0
    assert [line for line in result.err.splitlines() if line in NOTES] == NOTES


def test_of_a_program_that_runs_are_known(command, file, tmp_path):
    program = tmp_path / "gattys.toml"
    program.write_text(
        '[method]\nname = "gattys"\ncondition = "none"\n[program]\ncommand = ["cp", "{content}", "{output}"]\n'
    )
    run = ("run", "--methods", program, "--metrics", "ssim", "--no-report", "--limit", "1", "--out", tmp_path / "run")
    assert "gattys, which is not installed" not in command(*run, "--protocol", file).err
    assert "gaty, which is not installed" in command(*run, "--protocol", file).err


def test_there_are_none_in_what_ships(command):
    assert command("protocol", "show", "mini").err == ""
