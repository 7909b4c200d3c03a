"""Protocols measured with published networks in place of the embedded ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.models.specification import MODELS, OWN_NETWORKS, find_model
from benchmark.protocol.embedded import mini, paintings, smoke, wikiart
from benchmark.protocol.networks import PUBLISHED, NetworkChoice, with_networks


def published(protocol):
    return with_networks(protocol, NetworkChoice.PUBLISHED)


@pytest.mark.parametrize("protocol", [mini, smoke, paintings])
def test_an_embedded_protocol_gets_the_networks_of_wikiart(protocol):
    assert dict(published(protocol()).models) == dict(wikiart().models)


def test_pictures_cases_and_settings_stay():
    own, other = mini(), published(mini())
    kept = ("version", "resolution", "contents", "styles", "cases", "method_settings")
    assert [getattr(other, name) for name in kept] == [getattr(own, name) for name in kept]


def test_it_is_another_protocol_by_name_and_fingerprint():
    own, other = mini(), published(mini())
    assert (other.name, other.title) == ("mini_published", "Mini, published networks")
    assert "embedded" not in other.description
    # Names are part of fingerprints: the networks alone make another one, too.
    assert len({own.fingerprint, other.fingerprint, replace(other, name="mini").fingerprint}) == 3


def test_the_networks_that_it_names_are_its_own():
    assert with_networks(mini(), NetworkChoice.OWN) == mini()


def test_a_protocol_of_published_networks_stays_the_same():
    assert published(wikiart()) == wikiart()
    assert published(published(mini())) == published(mini())


def test_what_is_published_already_is_kept_beside_what_is_embedded():
    mixed = replace(mini(), models={**mini().models, Role.PERCEPTUAL: "st-lpips-vgg", Role.VGG: "vgg19"})
    assert published(mixed).models[Role.PERCEPTUAL] == "st-lpips-vgg"
    assert published(mixed).models[Role.CLIP] == "clip-ViT-B-32-openai"


def test_a_judge_that_methods_optimise_is_refused():
    judged = replace(mini(), models={**mini().models, Role.CLIP: "clip-ViT-L-14-openai"})
    with pytest.raises(InputError, match=r"clip and clip_judge are both clip-ViT-L-14-openai.*name another one"):
        published(judged)


def test_every_stand_in_has_a_published_network_in_its_role():
    assert all(model.published for model in MODELS if model.stands_in_for)
    for model in (model for model in MODELS if model.published):
        assert find_model(model.published, model.role).published == ""


def test_every_role_has_a_published_network():
    assert set(PUBLISHED) == set(Role) - OWN_NETWORKS.keys()
    for role, name in PUBLISHED.items():
        assert not find_model(name, role).stands_in_for
