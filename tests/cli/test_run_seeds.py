"""Repetitions of a protocol's cases, which a command asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import benchmark
from benchmark.protocol.repetitions import parse_seeds
from tests.cli.conftest import TINY, scores


@pytest.fixture
def repeated(command, sample_plugins, tmp_path):
    def run(methods: str, *arguments: str):
        return command(*TINY, "--methods", methods, "--seeds", "0,3", "--out", tmp_path / "run", *arguments)

    return run


def journal(run: Path) -> dict[tuple[str, str], dict]:
    records = map(json.loads, (run / "journal.jsonl").read_text().splitlines())
    return {(record["method"], record["case"]): record for record in records}


def test_a_random_method_makes_each_picture_anew(repeated, tmp_path):
    assert repeated("noisy").code == 0
    folder = tmp_path / "run" / "images" / "noisy"
    assert len(list(folder.iterdir())) == 10
    assert (folder / "hills--warm.png").read_bytes() != (folder / "hills--warm--3.png").read_bytes()


def test_a_deterministic_one_is_not_run_again_but_has_answered_every_case(repeated, tmp_path):
    result = repeated("identity")
    assert "[5/5] identity" in result.err
    assert "5 repetitions are copies" in result.err
    table = scores(tmp_path / "run")
    assert (len(table), set(table.status)) == (10, {"ok"})
    found = journal(tmp_path / "run")
    first, copy = found["identity", "hills--warm"], found["identity", "hills--warm--3"]
    assert copy["note"] == "as hills--warm"
    assert all(copy[fact] == first[fact] for fact in ("scores", "seconds", "image_sha256"))
    assert copy["seed"] != first["seed"]
    images = tmp_path / "run" / "images" / "identity"
    assert (images / "hills--warm--3.png").read_bytes() == (images / "hills--warm.png").read_bytes()


def test_a_failure_of_a_deterministic_one_is_repeated_as_one_and_tried_again(command, sample_plugins, tmp_path):
    arguments = (
        "run",
        "--protocol",
        "tiny",
        "--methods",
        "gatys",
        "--metrics",
        "ssim",
        "--seeds",
        "0,1",
        "--no-report",
    )
    assert command(*arguments, "--out", tmp_path / "run").code == 4
    assert set(scores(tmp_path / "run").status) == {"failed"}
    assert "continuing" not in command(*arguments, "--out", tmp_path / "run").err


def test_is_another_protocol_that_says_so(repeated, command, tmp_path):
    repeated("identity")
    command(*TINY, "--methods", "identity", "--out", tmp_path / "once")
    there, here = (json.loads((tmp_path / name / "run.json").read_text())["protocol"] for name in ("once", "run"))
    assert here["name"] == "tiny_seeds_0_3"
    assert there["fingerprint"] != here["fingerprint"]
    result = command(*TINY, "--methods", "identity", "--out", tmp_path / "run")
    assert "holds another run" in result.error_lines[0]


def test_the_seeds_that_a_protocol_has_anyway_change_nothing(command, sample_plugins, tmp_path):
    command(*TINY, "--methods", "identity", "--out", tmp_path / "run")
    assert (
        "continuing: 5 of 5" in command(*TINY, "--methods", "identity", "--out", tmp_path / "run", "--seeds", "0").err
    )


def test_are_scored_later(repeated, command, tmp_path):
    repeated("identity")
    assert command("score", tmp_path / "run", "--metrics", "ssim").code == 0
    assert scores(tmp_path / "run").ssim.notna().all()


def test_a_copy_that_is_lost_is_made_again(repeated, tmp_path):
    repeated("identity")
    lost = tmp_path / "run" / "images" / "identity" / "hills--warm--3.png"
    lost.unlink()
    assert "1 repetition is a copy" in repeated("identity").err
    assert lost.exists()


@pytest.mark.parametrize(
    ("seeds", "reason"),
    [("", "cannot read seeds"), ("a", "cannot read seeds"), ("-1", "cannot read seeds"), ("1,1", "be there once")],
)
def test_what_is_no_seed_is_refused(command, sample_plugins, tmp_path, seeds, reason):
    result = command(*TINY, "--seeds", seeds, "--out", tmp_path / "run")
    assert result.code == 2
    assert reason in result.error_lines[0]


@pytest.mark.parametrize("seeds", ["9" * 5000, f"0,{2**63}"])
def test_too_large_a_seed_is_one_clear_line(command, tmp_path, seeds):
    result = command("run", "--protocol", "smoke", "--methods", "identity", "--seeds", seeds, "--out", tmp_path / "run")
    assert result.code == 2
    assert result.error_lines == ["error: a number of --seeds is too large; each must be less than 2^63"]


def test_so_it_is_from_python(tmp_path):
    with pytest.raises(benchmark.InputError, match=r"less than 2\^63"):
        benchmark.run("smoke", methods="identity", seeds=(10**5000,), out=tmp_path / "run")


def test_a_seed_may_begin_with_zeros_and_be_the_largest():
    assert parse_seeds(f"{'0' * 30}7,{2**63 - 1}") == (7, 2**63 - 1)
