"""Models by name, and their pinned weights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.errors import InputError, MissingModelError
from benchmark.models.role import Role
from benchmark.models.specification import MODELS, find_model, find_models, model_of
from benchmark.models.weights_check import file_sha256

EMBEDDED = [model for model in MODELS if all(asset.package for asset in model.assets)]
FETCHED = ["vgg19", "vgg16", "lpips-alex", "dists-vgg16", "art-inception", "adain-decoder", "clip-ViT-B-32-openai"]
FETCHED += ["fid-inception", "inception-v3", "csd-vit-l-14"]
OF_FIRST_USE = ["efdm-decoder", "sanet", "dino-vits16", "dino-vitb8"]


@pytest.mark.parametrize("model", EMBEDDED, ids=lambda model: model.name)
def test_the_weights_on_this_machine_are_the_pinned_ones(model):
    assert [file_sha256(file) for file in model.files()] == [asset.sha256 for asset in model.assets]


def test_other_weights_are_not_loaded():
    model = find_model("adain-decoder-embedded")
    other = replace(model, assets=(replace(model.assets[0], sha256="0" * 64),))
    with pytest.raises(MissingModelError, match=r"adain-decoder-embedded: .* its sha256 is .*, not 000000000000"):
        other.load()


@pytest.mark.parametrize("name", [*FETCHED, *OF_FIRST_USE])
def test_missing_weights_are_one_line_that_says_which_command_gets_them(monkeypatch, tmp_path, name):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
    with pytest.raises(MissingModelError) as error:
        find_model(name).load()
    assert find_model(name).assets[0].file in str(error.value)
    assert str(tmp_path) in str(error.value)
    assert "benchmark weights fetch " in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", FETCHED)
def test_a_published_hash_tells_the_fingerprint_without_the_file(monkeypatch, tmp_path, name):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
    assert len(find_model(name).fingerprint()) == 64


def test_the_fingerprint_of_one_file_is_its_hash_and_of_two_depends_on_both():
    lpips = find_model("lpips-alex")
    backbone, heads = lpips.assets
    assert replace(lpips, assets=(backbone,)).fingerprint() == backbone.sha256
    other_heads = replace(lpips, assets=(backbone, replace(heads, sha256="0" * 64)))
    assert len({lpips.fingerprint(), other_heads.fingerprint(), backbone.sha256}) == 3


@pytest.mark.parametrize("name", OF_FIRST_USE)
def test_without_a_published_hash_the_fingerprint_waits_for_the_file(monkeypatch, tmp_path, name):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
    with pytest.raises(MissingModelError, match=f"model {name}: .* benchmark weights fetch"):
        find_model(name).fingerprint()


def test_a_file_that_only_a_person_can_get_names_its_page(monkeypatch, tmp_path):
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
    with pytest.raises(MissingModelError, match=r"get it from https://yadi\.sk/\S+, put it there, and record it with"):
        find_model("sanet").load()


def test_every_file_comes_from_a_package_an_address_or_a_page():
    assets = {asset for model in MODELS for asset in model.assets}

    assert all(bool(asset.package) + bool(asset.addresses) + bool(asset.page) == 1 for asset in assets)
    assert all(asset.source for asset in assets)


def test_a_methods_own_network_is_found_where_it_is_used_or_named():
    assert find_models({}) == find_models({}, [Role.VGG]) == {}
    assert find_models({}, [Role.SANET])[Role.SANET].name == "sanet"
    assert model_of(Role.SANET, {Role.SANET: "another"}) == "another"
    assert (model_of(Role.SANET, {}), model_of(Role.VGG, {})) == ("sanet", "")


def test_a_clip_model_can_judge_and_others_cannot():
    assert find_model("clip-tiny-judge", Role.CLIP_JUDGE).name == "clip-tiny-judge"
    with pytest.raises(InputError, match="cannot play the role clip_judge"):
        find_model("vgg19-embedded", Role.CLIP_JUDGE)


def test_a_mistyped_name_is_suggested():
    with pytest.raises(InputError, match="did you mean vgg19-embedded"):
        find_model("vgg19-embeded")


def test_names_are_unique():
    assert len({model.name for model in MODELS}) == len(MODELS)
