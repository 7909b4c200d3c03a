"""Promises of every shipped method."""

from __future__ import annotations

import pytest
import torch

from benchmark.contracts import Condition, StyleCondition
from methods.aams.method import AAMS
from methods.adain.method import AdaIN
from methods.clipstyler.method import CLIPstyler
from methods.clipstyler.settings import CLIPstylerSettings
from methods.controls.clip_pixels import ClipPixels, ClipPixelsSettings
from methods.controls.color_transfer import ColorTransfer
from methods.controls.identity import Identity
from methods.controls.style_copy import StyleCopy
from methods.efdm.method import EFDM
from methods.gatys.method import Gatys
from methods.gatys.settings import GatysSettings
from methods.ghiasi.method import Ghiasi
from methods.johnson.method import Johnson
from methods.multi_style.method import MultiStyle
from methods.multi_style.settings import MultiStyleSettings
from methods.nnst.method import NNST
from methods.nnst.settings import NNSTSettings
from methods.sanet.method import SANet
from methods.strotss.method import STROTSS
from methods.strotss.settings import STROTSSSettings
from tests.transform_networks import KNOWN_PAINTING

SMALL = {"steps": 2, "patches": 3, "crop_sizes": (16, 24), "channels": (4, 6, 8), "coarse_size": 24, "coarse_steps": 1}
METHODS = {
    "identity": Identity(),
    "style_copy": StyleCopy(),
    "color_transfer": ColorTransfer(),
    "clip_pixels": ClipPixels(ClipPixelsSettings(steps=2)),
    "gatys": Gatys(GatysSettings(steps=2, coarse_sizes=(24,), coarse_steps=(2,))),
    "nnst": NNST(NNSTSettings(steps=(1, 1), final_steps=1)),
    "strotss": STROTSS(STROTSSSettings(steps=(1, 1), samples=100, style_samples=200)),
    "adain": AdaIN(),
    "efdm": EFDM(),
    "aams": AAMS(),
    "johnson": Johnson(),
    "sanet": SANet(),
    "ghiasi": Ghiasi(),
    "clipstyler": CLIPstyler(CLIPstylerSettings(**SMALL)),
    "multi_style": MultiStyle(MultiStyleSettings(**SMALL)),
}


@pytest.fixture(params=METHODS, ids=str)
def method(request, models):
    method = METHODS[request.param]
    method.prepare(models)
    assert method.info.name == request.param
    return method


@pytest.fixture
def styles(picture):
    return [StyleCondition(image=picture(40, 61, seed=1), prompt="an oil painting", pixels_sha256=KNOWN_PAINTING)]


@pytest.mark.parametrize(("height", "width"), [(37, 53), (64, 40)])
def test_odd_sizes_come_back_as_they_went_in(method, styles, picture, generator, height, width):
    stylized = method.stylize(picture(height, width), styles, generator)

    assert stylized.shape == (3, height, width)
    assert stylized.dtype == torch.float32
    assert not stylized.requires_grad
    assert stylized.isfinite().all()
    assert stylized.min() >= 0
    assert stylized.max() <= 1


def test_inputs_stay_as_they_were(method, styles, picture, generator):
    content = picture()
    content_before, style_before = content.clone(), styles[0].image.clone()

    stylized = method.stylize(content, styles, generator)
    stylized.zero_()

    assert torch.equal(content, content_before)
    assert torch.equal(styles[0].image, style_before)


def test_only_the_generator_is_random(method, styles, picture):
    torch.manual_seed(1)
    first = method.stylize(picture(), styles, torch.Generator().manual_seed(7))
    global_state = torch.random.get_rng_state()
    torch.manual_seed(2)
    second = method.stylize(picture(), styles, torch.Generator().manual_seed(7))
    torch.manual_seed(1)

    assert torch.equal(first, second)
    assert torch.equal(global_state, torch.random.get_rng_state()), "the global random state was used"


def test_a_picture_may_lie_in_memory_in_any_order(method, styles, picture, generator):
    contiguous = picture()
    interleaved = contiguous.permute(1, 2, 0).contiguous().permute(2, 0, 1)

    stylized = method.stylize(interleaved, styles, torch.Generator().manual_seed(0))

    torch.testing.assert_close(stylized, method.stylize(contiguous, styles, generator), atol=1e-3, rtol=0)


def test_warming_up_takes_the_same_arguments(method, styles, picture, generator):
    method.warm_up(picture(), styles, generator)


def test_text_methods_are_driven_by_the_prompt(method, styles, picture):
    if method.info.condition not in (Condition.TEXT, Condition.EITHER):
        pytest.skip("reads no prompt")
    other = [StyleCondition(image=styles[0].image, prompt="zzzz")]

    first, second = (method.stylize(picture(), s, torch.Generator().manual_seed(0)) for s in (styles, other))

    assert not torch.equal(first, second)


@pytest.mark.parametrize("name", METHODS)
def test_states_its_licence(name):
    assert METHODS[name].info.licence == "Apache-2.0"
