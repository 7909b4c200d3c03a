"""Names and marks of the networks behind a number, as all reports use them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmark.analysis.networks import (
    Network,
    Networks,
    known_network,
    networks_of_roles,
    networks_of_run,
    notes_on,
    originals_of,
)
from benchmark.models.role import Role
from benchmark.models.specification import MODELS
from benchmark.store.records import ModelRecord
from benchmark.testing import sample_records

JUDGE = Network("clip-tiny-judge", "CLIP")
DECODER = Network("adain-decoder-embedded", "the published AdaIN decoder")
PUBLISHED = Network("st-lpips-alex")


def test_a_specification_knows_whether_it_is_a_stand_in() -> None:
    assert {model.name: model.stands_in_for for model in MODELS if model.stands_in_for} == {
        "clip-tiny": "CLIP",
        "clip-tiny-judge": "CLIP",
        "adain-decoder-embedded": "the published AdaIN decoder",
    }


def test_a_stand_in_is_marked_and_a_published_network_is_not() -> None:
    assert JUDGE.label == "clip-tiny-judge ‡"
    assert PUBLISHED.label == "st-lpips-alex"
    assert Network("mystery", None).label == "mystery ?"


def test_the_mark_is_explained_in_one_sentence() -> None:
    assert notes_on([PUBLISHED]) == ()
    assert notes_on([JUDGE, PUBLISHED, JUDGE]) == ("‡ clip-tiny-judge is not CLIP: compare within this protocol only",)
    assert notes_on([JUDGE, DECODER, Network("clip-tiny", "CLIP")]) == (
        "‡ clip-tiny-judge and clip-tiny are not CLIP, adain-decoder-embedded is not the published AdaIN decoder:"
        " compare within this protocol only",
    )


def test_what_is_not_known_is_said() -> None:
    assert notes_on([Network("mystery", None)]) == ("? not recorded whether published or a stand-in: mystery",)
    assert originals_of([Network("mystery", None), JUDGE, PUBLISHED]) == "unknown + CLIP"


def test_a_component_was_made_by_the_networks_of_its_metric() -> None:
    networks = Networks({"style": (JUDGE,), "ssim": ()}, {})
    assert networks.metric("style.relu1_1") == networks.metric("style") == "clip-tiny-judge ‡"
    assert networks.metric("ssim") == networks.metric("seconds") == ""


def test_a_run_says_itself_what_its_networks_are(tmp_path: Path) -> None:
    run = sample_records(tmp_path, text="someones-model")
    networks = networks_of_run(run)
    assert networks.of_metrics["spread"] == (Network("someones-model", "someones-model"),)
    assert networks.metric("likeness") == "vgg19-embedded"
    assert networks.stand_ins("painter") == "someones-model ‡"
    assert networks.judge is not None
    assert networks.lines() == (
        "likeness by vgg19-embedded; spread by someones-model ‡",
        "painter uses someones-model ‡",
        "‡ someones-model is not someones-model: compare within this protocol only",
    )


def test_an_old_run_did_not_note_it_and_is_looked_up_by_name(tmp_path: Path) -> None:
    run = sample_records(tmp_path)
    names = ("clip-tiny-judge", "vgg19-embedded", "clip-ViT-B-32-openai", "from-elsewhere")
    old = replace(
        run,
        models=tuple(ModelRecord(f"role{k}", name, name, "", "", "") for k, name in enumerate(names)),
        metrics=(replace(run.metrics[0], backbone=list(names)),),
        methods=tuple(replace(method, uses=None, optimises=("role0",)) for method in run.methods),
    )
    networks = networks_of_run(old)
    assert networks.metric("likeness") == (
        "clip-tiny-judge ‡ + vgg19-embedded + clip-ViT-B-32-openai + from-elsewhere ?"
    )
    assert networks.stand_ins("painter") == "clip-tiny-judge ‡"


def test_an_unavailable_metric_has_no_numbers_to_mark(tmp_path: Path) -> None:
    run = sample_records(tmp_path)
    broken = replace(run, metrics=tuple(replace(metric, unavailable="no weights") for metric in run.metrics))
    assert not networks_of_run(broken).of_metrics


def test_a_protocol_names_its_networks() -> None:
    models = {Role.VGG: "vgg19-embedded", Role.CLIP_JUDGE: "clip-tiny-judge"}
    assert networks_of_roles([Role.CLIP_JUDGE, Role.LPIPS], models) == (JUDGE,)


def test_a_name_alone_tells_of_what_this_installation_knows() -> None:
    assert known_network("adain-decoder-embedded") == DECODER
    assert known_network("adain-decoder") == Network("adain-decoder")
    assert known_network("clip-somebody-else").stands_in_for is None
