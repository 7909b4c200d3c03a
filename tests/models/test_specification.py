"""Models by name, and their pinned weights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.errors import InputError, MissingModelError
from benchmark.models.role import Role
from benchmark.models.specification import MODELS, find_model

EMBEDDED = [model for model in MODELS if model.name not in {"art-inception", "dists-vgg16", "lpips-alex"}]


@pytest.mark.parametrize("model", EMBEDDED, ids=lambda model: model.name)
def test_the_weights_on_this_machine_are_the_pinned_ones(model):
    assert model.fingerprint() == model.sha256


def test_other_weights_are_not_loaded():
    model = replace(find_model("adain-decoder-embedded"), sha256="0" * 64)
    with pytest.raises(MissingModelError, match=r"adain-decoder-embedded: .* has sha256 .*, pinned is 000000000000"):
        model.load()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("lpips-alex", "alexnet-owt-7be5be79.pth"),
        ("dists-vgg16", "vgg16-397923af.pth"),
        ("art-inception", "art_inception.pth"),
    ],
)
def test_missing_weights_are_one_line_that_says_where_to_put_them(monkeypatch, tmp_path, name, file):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
    with pytest.raises(MissingModelError) as error:
        find_model(name).load()
    assert file in str(error.value)
    assert str(tmp_path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_clip_model_can_judge_and_others_cannot():
    assert find_model("clip-tiny-judge", Role.CLIP_JUDGE).name == "clip-tiny-judge"
    with pytest.raises(InputError, match="cannot play the role clip_judge"):
        find_model("vgg19-embedded", Role.CLIP_JUDGE)


def test_a_mistyped_name_is_suggested():
    with pytest.raises(InputError, match="did you mean vgg19-embedded"):
        find_model("vgg19-embeded")


def test_names_are_unique():
    assert len({model.name for model in MODELS}) == len(MODELS)
