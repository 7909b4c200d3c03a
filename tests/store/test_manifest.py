"""What a run says of itself, whichever version wrote it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmark import Axis, Direction, InputError, MetricInfo
from benchmark.analysis.comparability import why_not_continued
from benchmark.analysis.loading import load_records
from benchmark.models.prompt_reading import PromptReading
from benchmark.models.role import Role
from benchmark.plan.configuration import RunConfiguration, SelectedMetric
from benchmark.plan.resources import Resources
from benchmark.plan.selection import select_metrics
from benchmark.protocol.embedded import mini
from benchmark.store.manifest import make_manifest
from benchmark.store.records import MetricRecord, RunStatus
from benchmark.store.run_directory import RunDirectory

RECORDED = sorted((Path(__file__).parent / "recorded_runs").glob("*.json"))
"""Written by earlier versions; the last of the name's words says which."""
LATEST = json.loads((Path(__file__).parent / "recorded_runs" / "version_2_first.json").read_text())
PAINTER, SSIM = (
    {"name": "painter", "title": "", "version": "1", "summary": "", "condition": "image", "control": False}
    | {"settings": {"ink": "blue", "size": 1, "steps": 3}},
    {"name": "ssim", "title": "", "version": "1", "summary": "", "direction": "higher", "axis": "content"},
)
MANIFEST = {
    **LATEST,
    "protocol": {"name": "tiny", "version": "1", "fingerprint": "0" * 64, "resolution": 64},
    "methods": [PAINTER],
    "metrics": [SSIM],
    "environment": {"threads": 2},
}

CASE = {"id": "a--b", "content": "a", "style": "b", "prompt": "", "seed": 0, "styles": []}
PART = {name: LATEST[name] for name in ("seed", "device", "environment", "command", "started", "finished")} | {
    "name": "first",
    "methods": {"painter": "painter"},
    "metrics": ["ssim"],
    "number_of_cases": 1,
}


def changed(*keys, value):
    manifest = copy.deepcopy(MANIFEST)
    place = manifest
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return manifest


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def recorded(request, tmp_path):
    """A run whose ``run.json`` an earlier version wrote."""
    (tmp_path / "run.json").write_bytes(request.param.read_bytes())
    return tmp_path


@pytest.mark.parametrize("part", [{"cases": [CASE]}, {"merged": [PART]}])
def test_the_facts_that_damage_is_done_to_here_are_sound_before(tmp_path, part):
    (tmp_path / "run.json").write_text(json.dumps(MANIFEST | part))
    RunDirectory(tmp_path).read_manifest()


class TestTheRunsOfEarlierVersions:
    def test_are_loaded(self, recorded):
        run = load_records(recorded)
        painter, broken = run.methods
        assert (painter.title, painter.year, painter.optimises) == ("Painter", 2016, ("vgg",))
        assert painter.settings == {"steps": 300, "layers": ["relu1_1", "relu2_1"]}
        assert (broken.version, broken.summary) == ("", "method broken of x cannot be imported")
        style_loss, lpips = run.metrics
        assert style_loss.backbones == ("vgg19-embedded",)
        assert (style_loss.direction, style_loss.minimum, style_loss.maximum) == (Direction.LOWER, 0, None)
        assert (lpips.backbones, lpips.unavailable) == ((), "no weights")
        assert list(run.units.columns)[-2:] == ["style_loss", "style_loss.relu1_1"]
        assert len(run.cases) == 2
        assert run.cases[0].styles[0]["weight"] == 1
        assert run.provenance["command"] == ["benchmark", "run", "--limit", "2"]
        assert run.provenance["environment"]["packages"]["style-transfer-benchmark"]

    def test_do_not_know_what_has_been_noted_since(self, recorded):
        run = load_records(recorded)
        written = json.loads((recorded / "run.json").read_text())
        assert [model.stands_in_for for model in run.models] == [None] * len(written["models"])
        assert [method.uses for method in run.methods] == [None, None]
        assert (run.methods[0].origins is None) is ("origins" not in written["methods"][0])
        assert [metric.minimum_side for metric in run.metrics] == [1, 1]
        assert run.calibration is None

    def test_are_written_again_with_all_that_they_say(self, recorded):
        before = json.loads((recorded / "run.json").read_text())
        RunDirectory(recorded).finish(RunStatus.COMPLETE, "later")
        after = json.loads((recorded / "run.json").read_text())
        assert after.keys() == before.keys()
        assert (after["status"], after["finished"]) == ("complete", "later")
        for key in before.keys() - {"status", "finished", "methods", "metrics", "models"}:
            assert after[key] == before[key]
        for key in ("methods", "metrics", "models"):
            assert [old | new for old, new in zip(after[key], before[key], strict=True)] == after[key]


def test_two_runs_that_start_in_the_same_second_are_told_apart():
    first, second = (
        make_manifest(RunConfiguration(mini(), (), (), limit=1), Resources(threads=1), "now") for _ in range(2)
    )
    assert first.id
    assert first.id != second.id


def test_what_a_later_version_says_beside_is_kept(tmp_path):
    style = {**LATEST["styles"][0], "mood": "calm"}
    beside = {**LATEST, "weather": {"rain": True}, "styles": [style, *LATEST["styles"][1:]]}
    (tmp_path / "run.json").write_text(json.dumps(beside))
    RunDirectory(tmp_path).note_workers(3)
    written = json.loads((tmp_path / "run.json").read_text())
    assert (written["weather"], written["workers"]) == ({"rain": True}, 3)
    assert load_records(tmp_path).styles[0]["mood"] == "calm"


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        ({"schema_version": 1, "status": "running", "seed": 0}, "protocol, methods, metrics, models, contents"),
        (changed("methods", 0, "colour", value="red"), "methods.0.colour: Unexpected keyword argument"),
        (changed("methods", 0, value={"name": "painter"}), "methods.0.title: Field required"),
        (changed("metrics", 0, "direction", value="up"), "metrics.0.direction: Input should be 'higher'"),
        (changed("metrics", value=[SSIM, SSIM]), "metric ssim is there twice"),
        (changed("metrics", 0, "name", value="seed"), "column seed is there twice"),
        (changed("environment", "threads", value=0), "environment.threads: Input should be greater than"),
        (changed("cases", "number", value=-1), "cases.crossing.number: Input should be greater than"),
        (changed("cases", "number", value=10**6), r"1000000 of \d+ cases"),
        (changed("calibration", value={"version": "1", "seconds": 0}), "calibration took 0.0 seconds"),
        (changed("protocol", value={"name": "tiny"}), "protocol.version: Field required"),
        (changed("methods", 0, "name", value="../../pwn"), r"method '\.\./\.\./pwn' has a name that no file can have"),
        (changed("methods", 0, "name", value=""), "method '' has a name that no file can have"),
        (changed("contents", 0, "id", value="a/b"), "content 'a/b' has a name that no file can have"),
        (changed("styles", 0, "id", value=".."), r"style '\.\.' has a name that no file can have"),
        (changed("cases", value=[{**CASE, "id": "a\0b"}]), r"case 'a\\x00b' has a name that no file can have"),
        (changed("merged", value=[{**PART, "methods": {"a": "../b"}}]), r"method '\.\./b' has a name that no file"),
        (changed("merged", value=[{**PART, "methods": {"a\\b": "b"}}]), r"method 'a\\\\b' has a name that no file"),
    ],
)
def test_damage_is_told_with_its_place_and_what_to_do(tmp_path, damaged, reason):
    (tmp_path / "run.json").write_text(json.dumps(damaged))
    for read in (lambda: RunDirectory(tmp_path).read_manifest(), lambda: load_records(tmp_path)):
        with pytest.raises(InputError, match=rf"run\.json is damaged: .*{reason}.*; restore it, or start anew"):
            read()


def configuration(info):
    plugin = SimpleNamespace(name="tone", distribution="sample", version="1")
    return RunConfiguration(mini(), (), (SelectedMetric(plugin, info),), limit=1)


@pytest.mark.parametrize(
    ("backbone", "written", "names"),
    [
        (None, "", ()),
        (Role.VGG, "vgg19-embedded", ("vgg19-embedded",)),
        ((Role.VGG, Role.CLIP), ["vgg19-embedded", "clip-tiny"], ("vgg19-embedded", "clip-tiny")),
    ],
    ids=["no network", "one network", "two networks"],
)
def test_a_metric_of_any_number_of_networks_is_written_and_continued(tmp_path, backbone, written, names):
    info = MetricInfo("tone", "Tone", "1", "Sample.", Direction.LOWER, Axis.STYLE, needs=(), backbone=backbone)
    manifest = make_manifest(configuration(info), Resources(threads=1), "now")
    RunDirectory(tmp_path).start(manifest)

    assert json.loads((tmp_path / "run.json").read_text())["metrics"][0]["backbone"] == written
    stored = RunDirectory(tmp_path).read_manifest()
    assert stored == manifest
    assert stored.metrics[0].backbones == names
    assert why_not_continued(stored, manifest) == ""


def test_the_settings_of_a_metric_are_written_and_read_and_others_have_none(tmp_path):
    metrics = select_metrics("clip_patch_score,ssim", mini())
    RunDirectory(tmp_path).start(
        make_manifest(RunConfiguration(mini(), (), metrics, limit=1), Resources(threads=1), "")
    )

    patches, ssim = json.loads((tmp_path / "run.json").read_text())["metrics"]
    assert patches["settings"] == {"patches": 16}
    assert ssim["settings"] is None
    stored = RunDirectory(tmp_path).read_manifest()
    assert [metric.settings for metric in stored.metrics] == [{"patches": 16}, None]


def test_a_record_holds_the_facts_of_the_plugin_unchanged():
    info = MetricInfo(
        "tone", "Tone", "3", "Sample.", Direction.NEITHER, Axis.TEXT, needs=("prompt",), minimum=-1, maximum=2.5,
        unit="dB", components=("low",), paper="Tone 2020", url="https://tone.example", minimum_side=7,
    )  # fmt: skip
    (record,) = make_manifest(configuration(info), Resources(threads=1), "now").metrics
    shared = set(vars(info)) & set(vars(record)) - {"backbone"}
    assert shared == set(vars(info)) - {"backbone"}
    assert {fact: getattr(record, fact) for fact in shared} == {fact: getattr(info, fact) for fact in shared}
    assert isinstance(record.minimum, int)


def test_facts_of_another_kind_are_refused_before_anything_runs():
    info = MetricInfo("tone", "Tone", "1", "Sample.", Direction.LOWER, Axis.STYLE, needs=(), unit={"a": 1})
    with pytest.raises(InputError, match=r"cannot be described in run\.json: metrics\.0\.unit: Input should"):
        make_manifest(configuration(info), Resources(threads=1), "now")


def test_text_that_utf_8_cannot_hold_is_escaped_as_in_the_file():
    info = MetricInfo("tone", "Tone", "1", "Caf\udce9.", Direction.LOWER, Axis.STYLE, needs=())
    (record,) = make_manifest(configuration(info), Resources(threads=1), "now").metrics
    assert record.summary == r"Caf\xe9."


def test_only_a_metric_that_scores_single_images_has_columns():
    metric = MetricRecord("tone", "Tone", "1", "", Direction.LOWER, "style", components=("low", "high"))
    assert metric.columns == ("tone", "tone.low", "tone.high")
    assert MetricRecord("fid", "FID", "1", "", Direction.LOWER, "style", sample_size=100).columns == ()
    assert MetricRecord("lpips", "LPIPS", "1", "", Direction.LOWER, "style", unavailable="no weights").columns == ()


def test_what_is_lost_of_a_prompt_is_kept_with_all_its_numbers(tmp_path):
    style = mini().styles[0]
    reading = PromptReading(style.prompt, "clip-tiny", "", read=3, phrasings=1, cut=1, spelled_in_bytes=0, tokens="a")
    RunDirectory(tmp_path).start(make_manifest(configuration(None), Resources(threads=1), "now", [reading]))

    (written,) = json.loads((tmp_path / "run.json").read_text())["unread_prompts"]
    assert (written["styles"], written["model"], written["reader"]) == ([style.id], "clip-tiny", "")
    assert (written["read"], written["unread"]) == (3, style.prompt[3:].strip())
    records = load_records(tmp_path)
    assert records.provenance["prompts not wholly read"] == {f"{style.id} › metrics, clip-tiny": written["description"]}
    assert f"not wholly read: the prompts of {style.id}; the run's provenance says what was lost" in records.warnings
