"""Files that a user may have damaged: 5,300 of them give a clear error or a sound answer, never a traceback.

Each is a sound file with something changed: bytes, or values of the structure that it holds.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from benchmark.analysis.gate.baseline_file import read_baseline, write_baseline
from benchmark.analysis.gate.regression import compare_snapshots, differences_of_note
from benchmark.analysis.gate.rules import GateRules
from benchmark.analysis.gate.snapshot import take_snapshot
from benchmark.analysis.gate.thresholds import check_thresholds
from benchmark.analysis.gate.thresholds_file import read_thresholds
from benchmark.analysis.gate.verdict import make_verdict
from benchmark.analysis.loading import load_records
from benchmark.errors import BenchmarkError, ExitCode
from benchmark.protocol.reading import read_protocol
from benchmark.store.journal import read_journal
from benchmark.store.records import UnitStatus
from tests.execution.conftest import TINY

INPUTS_PER_KIND = 1_250
MANIFESTS = 300
"""Fewer, because each is loaded with all that the run left."""
TINY_PROTOCOL = Path(__file__).parent / "plugins" / "sample_plugins" / "tiny" / "protocol.toml"

fuzzed = settings(
    max_examples=INPUTS_PER_KIND,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-3, 100),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["", "..", "../../etc/passwd", "/etc/passwd", "ok", "failed", "*", "a\nb", "\x00", "🎨", "x" * 400]
    ),
)
values = st.one_of(scalars, st.lists(scalars, max_size=3), st.dictionaries(st.text(max_size=5), scalars, max_size=3))


def paths_of(value: object, here: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Returns the paths of all values in a structure."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, item in items for path in paths_of(item, (*here, key)))]


@st.composite
def changed(draw, original: object) -> object:
    """A structure with one to three values replaced, removed or added."""
    result = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths_of(result)))
        if not path:
            continue
        parent = result
        for key in path[:-1]:
            parent = parent[key]
        match draw(st.sampled_from(["replace", "remove", "add", "repeat"])):
            case "replace":
                parent[path[-1]] = draw(values)
            case "remove":
                del parent[path[-1]]
            case "add" if isinstance(parent, dict):
                parent[draw(st.text(max_size=8))] = draw(values)
            case "repeat" if isinstance(parent, list):
                parent.append(copy.deepcopy(parent[path[-1]]))
    return result


@st.composite
def damaged(draw, data: bytes) -> bytes:
    """A file with a stretch of it cut out, overwritten or repeated."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.integers(start, min(len(data), start + 60)))
    middle = draw(st.one_of(st.just(b""), st.binary(max_size=20), st.just(data[start:end] * 2)))
    rest = data[end:] if draw(st.booleans()) else b""
    return data[:start] + middle + rest


def to_toml(value: object) -> str:
    """A structure as TOML, as far as TOML can hold it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {to_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return '""' if value is None else json.dumps(value).replace("\x7f", "\\u007f")


def toml_files(text: str) -> st.SearchStrategy[bytes]:
    structure = tomllib.loads(text)
    lines = changed(structure).map(
        lambda table: "\n".join(f"{json.dumps(str(key))} = {to_toml(item)}" for key, item in table.items())
    )
    return st.one_of(lines.map(lambda file: file.encode(errors="replace")), damaged(text.encode()))


def json_files(text: str) -> st.SearchStrategy[bytes]:
    structures = changed(json.loads(text)).map(lambda value: json.dumps(value).encode(errors="replace"))
    return st.one_of(structures, damaged(text.encode()))


def journals(data: bytes) -> st.SearchStrategy[bytes]:
    lines = data.splitlines()
    one_line = st.tuples(st.integers(0, len(lines) - 1), st.data())

    def with_line(drawn):
        number, source = drawn
        line = source.draw(json_files(lines[number].decode()))
        return b"\n".join([*lines[:number], line, *lines[number + 1 :]]) + b"\n"

    return st.one_of(one_line.map(with_line), damaged(data))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzzing")


@pytest.fixture
def run(command, sample_plugins, folder):
    """A sound run, made once."""
    path = folder / "run"
    if not path.exists():
        arguments = ("--metrics", "brightness_difference,sometimes_fails", "--methods", "noisy,identity", "--out", path)
        assert command(*TINY, *arguments).code == 0
    return path


@pytest.fixture
def sound(run):
    return load_records(run)


@pytest.fixture
def failed(sound):
    """The same run, as it would be had every unit failed: nothing may let it pass."""
    scores = ["brightness_difference", "sometimes_fails", "seconds"]
    units = sound.units.assign(status="failed", error="no paint", **dict.fromkeys(scores, float("nan")))
    return dataclasses.replace(sound, units=units, summary=())


def passes(findings) -> bool:
    """Returns whether the gate passes, as ``benchmark check`` decides it."""
    return any(finding.decides for finding in findings) and make_verdict("", findings, ()).exit_code is ExitCode.DONE


def test_protocols(folder):
    path = folder / "protocol.toml"
    for image in TINY_PROTOCOL.parent.glob("*.png"):
        shutil.copy(image, folder)
    text = TINY_PROTOCOL.read_text()

    @seed(1)
    @fuzzed
    @given(toml_files(text))
    def check(data):
        path.write_bytes(data)
        try:
            protocol = read_protocol(path)
            fingerprint = protocol.fingerprint
        except BenchmarkError:
            return
        assert len(fingerprint) == 64
        assert all("/" not in case.id and case.id not in ("", ".", "..") for case in protocol.cases)
        for case in protocol.cases:
            assert sum(share.weight for share in case.styles) == pytest.approx(1)

    check()


def test_thresholds_never_let_a_run_pass_that_they_forbid(folder, sound, failed):
    path = folder / "thresholds.toml"
    text = """schema_version = 1
[[thresholds]]
metric = "brightness_difference"
method = "noisy"
maximum = 0.9
[[thresholds]]
metric = "sometimes_fails"
minimum = 0.5
maximum = 1.5
"""
    means = sound.units.groupby("method")[["brightness_difference", "sometimes_fails"]].mean().to_dict("index")

    @seed(2)
    @fuzzed
    @given(toml_files(text))
    def check(data):
        path.write_bytes(data)
        try:
            thresholds = read_thresholds(path)
            opens = passes(check_thresholds(sound, thresholds))
        except BenchmarkError:
            return
        assert not passes(check_thresholds(failed, thresholds))
        if opens:
            for entry in tomllib.loads(data.decode())["thresholds"]:
                mean = means.get(entry.get("method", "noisy"), {}).get(entry["metric"])
                assert mean is None or entry.get("minimum", -math.inf) <= mean <= entry.get("maximum", math.inf)

    check()


def test_baselines_never_let_a_run_pass_that_failed(folder, sound, failed):
    path = folder / "baseline.json"
    write_baseline(take_snapshot(sound), path)
    text = path.read_text()
    now, nothing = take_snapshot(sound), take_snapshot(failed)

    @seed(3)
    @fuzzed
    @given(json_files(text))
    def check(data):
        path.write_bytes(data)
        try:
            before = read_baseline(path)
        except BenchmarkError:
            return
        differences_of_note(before, now)
        assert not passes(compare_snapshots(before, nothing, GateRules()))

    check()


def test_journals_never_let_a_run_pass_that_lost_something(folder, run, sound):
    before = take_snapshot(sound)
    path = folder / "damaged"
    shutil.copytree(run, path)
    data = (run / "journal.jsonl").read_bytes()
    written, _ = read_journal(run / "journal.jsonl")

    @seed(4)
    @fuzzed
    @given(journals(data))
    def check(data):
        (path / "journal.jsonl").write_bytes(data)
        records, warnings = read_journal(path / "journal.jsonl")
        assert all(isinstance(warning, str) for warning in warnings)
        is_sound = all(
            (read := records.get(key)) is not None
            and read.status is UnitStatus.OK
            and read.scores.keys() >= record.scores.keys()
            for key, record in written.items()
        )
        if records == written:
            return
        now = take_snapshot(load_records(path))
        assert is_sound or not passes(compare_snapshots(before, now, GateRules()))

    check()


def test_manifests_are_loaded_or_refused(folder, run):
    path = folder / "damaged-manifest"
    shutil.copytree(run, path)
    text = (run / "run.json").read_text()

    @seed(5)
    @settings(fuzzed, max_examples=MANIFESTS)
    @given(json_files(text))
    def check(data):
        (path / "run.json").write_bytes(data)
        try:
            records = load_records(path)
        except BenchmarkError:
            return
        assert len(records.units) <= len(records.methods) * len(records.cases)

    check()
