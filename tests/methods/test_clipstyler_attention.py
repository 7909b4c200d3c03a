"""Attention in CLIPstyler: each arm, its controls, and that nothing else changes with them."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.settings import make_settings
from methods.clipstyler.augmentation import Crop, choose_crops, draw_crops
from methods.clipstyler.bottleneck import ConvolutionBlock, SelfAttention
from methods.clipstyler.losses import content_distance
from methods.clipstyler.method import CLIPstyler
from methods.clipstyler.network import NetworkVariant, build_style_network
from methods.clipstyler.optimization import PromptDescent, PromptLoss
from methods.clipstyler.place_maps import place_map, resized_map, weights_of
from methods.clipstyler.settings import BottleneckBlock, CLIPstylerSettings, CropUse, PlaceMap
from methods.multi_style.method import MultiStyle
from methods.multi_style.settings import MultiStyleSettings, StyleParts

SMALL = {"steps": 1, "patches": 3, "crop_sizes": (16, 24), "channels": (4, 6, 8), "content_layers": ("relu1_1",)}
CONTROLS = (PlaceMap.SHUFFLED, PlaceMap.RANDOM_MASK)


def network(attention=BottleneckBlock.NONE, channels=(4, 6, 8)):
    generator = torch.Generator().manual_seed(0)
    variant = NetworkVariant(attention=attention)
    built = build_style_network(
        channels, residual=False, generator=generator, device=torch.device("cpu"), variant=variant
    )
    return built, generator


def parameters(module):
    return sum(parameter.numel() for parameter in module.parameters())


class TestBottleneck:
    def test_self_attention_is_the_formula(self, generator):
        block = SelfAttention(6)
        features = torch.randn(1, 6, 3, 4, generator=generator)

        def columns(layer):
            return layer.weight[:, :, 0, 0] @ features[0].flatten(1) + layer.bias[:, None]

        weights = (columns(block.queries).T @ columns(block.keys) / math.sqrt(3)).softmax(dim=1)
        mixed = block.out.weight[:, :, 0, 0] @ (columns(block.values) @ weights.T) + block.out.bias[:, None]
        torch.testing.assert_close(block(features)[0], features[0] + mixed.view(6, 3, 4))
        torch.testing.assert_close(block.attended(features)[0], weights.mean(0).view(3, 4))

    def test_self_attention_sees_all_places_and_the_convolution_its_neighbours(self):
        features = torch.randn(1, 8, 9, 9, requires_grad=True)

        def reach(block):
            (gradient,) = torch.autograd.grad(block(features)[0, :, 0, 0].sum(), features)
            return gradient[0].abs().sum(0) > 0

        assert reach(SelfAttention(8)).all()
        assert not reach(ConvolutionBlock(8))[2:, 2:].any()

    @pytest.mark.parametrize(("channels", "tolerance"), [(16, 0.06), (64, 0.02), (128, 0.02)])
    def test_the_control_has_as_many_parameters(self, channels, tolerance):
        assert parameters(ConvolutionBlock(channels)) == pytest.approx(
            parameters(SelfAttention(channels)), rel=tolerance
        )

    @pytest.mark.parametrize("attention", list(BottleneckBlock))
    def test_all_other_weights_and_all_that_is_drawn_after_them_stay(self, attention):
        plain, plain_generator = network()
        varied, generator = network(attention)

        kept = varied.state_dict()
        assert all(torch.equal(value, kept[name]) for name, value in plain.state_dict().items())
        assert torch.equal(generator.get_state(), plain_generator.get_state())
        assert varied(torch.rand(1, 3, 21, 30)).shape == (1, 3, 21, 30)

    def test_the_map_of_a_padded_picture_has_its_size(self):
        attended = network(BottleneckBlock.BOTTLENECK)[0].attended(torch.rand(1, 3, 21, 30))

        assert attended.shape == (1, 21, 30)
        assert attended.min() > 0


class TestPlaceMaps:
    @pytest.fixture
    def attention(self):
        return torch.rand(5, 5, generator=torch.Generator().manual_seed(3)) ** 3

    @staticmethod
    def make(attention, kind, size=(40, 60), seed=0):
        return place_map(attention, kind, size, torch.Generator().manual_seed(seed))

    @pytest.mark.parametrize("kind", [kind for kind in PlaceMap if kind is not PlaceMap.NONE])
    def test_every_map_is_of_the_size_and_has_mean_one(self, attention, kind):
        places = self.make(attention, kind)

        assert places.shape == (40, 60)
        assert places.min() >= 0
        assert places.mean().item() == pytest.approx(1, abs=1e-5)

    def test_the_attention_is_enlarged_bilinearly(self, attention):
        enlarged = functional.interpolate(attention[None, None], size=(40, 60), mode="bilinear")[0, 0]

        torch.testing.assert_close(self.make(attention, PlaceMap.ATTENTION), enlarged / enlarged.mean())

    def test_shuffling_keeps_the_values_of_the_cells(self, attention):
        # Of its own size a map is not enlarged.
        plain, shuffled = (self.make(attention, kind, (5, 5)) for kind in (PlaceMap.ATTENTION, PlaceMap.SHUFFLED))

        torch.testing.assert_close(shuffled.flatten().sort().values, plain.flatten().sort().values)
        assert not torch.equal(shuffled, plain)

    def test_a_random_mask_has_the_attentions_area_and_its_two_mean_levels(self, attention):
        plain, mask = (self.make(attention, kind) for kind in (PlaceMap.ATTENTION, PlaceMap.RANDOM_MASK))

        outside, inside = mask.unique().tolist()
        assert (mask == mask.max()).sum() == (plain > 1).sum()
        assert inside == pytest.approx(plain[plain > 1].mean().item())
        assert outside == pytest.approx(plain[plain <= 1].mean().item())
        assert not torch.equal(mask > 1, plain > 1)

    @pytest.mark.parametrize("kind", CONTROLS)
    def test_controls_are_drawn_from_the_generator(self, attention, kind):
        assert torch.equal(self.make(attention, kind), self.make(attention, kind))
        assert not torch.equal(self.make(attention, kind), self.make(attention, kind, seed=1))

    @pytest.mark.parametrize("kind", [kind for kind in PlaceMap if kind is not PlaceMap.NONE])
    def test_no_attention_anywhere_is_uniform(self, kind):
        assert torch.equal(self.make(torch.zeros(5, 5), kind), torch.ones(40, 60))

    def test_resizing_keeps_the_mean(self, attention):
        small = resized_map(self.make(attention, PlaceMap.ATTENTION), (10, 15))

        assert small.shape == (10, 15)
        assert small.mean().item() == pytest.approx(1, abs=1e-6)

    def test_the_strength_goes_from_all_alike_to_the_map(self):
        places = torch.tensor([0.0, 2.0])

        assert weights_of(places, 0.0).tolist() == [1, 1]
        assert weights_of(places, 0.25).tolist() == [0.75, 1.25]
        assert weights_of(places, 1.0).tolist() == [0, 2]


class TestChoosingCrops:
    CROPS = tuple(Crop(index, 0, 1, ()) for index in range(8))

    def test_it_is_without_replacement_and_by_chance(self):
        chances = torch.tensor([8.0, 4.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0])
        counts = torch.zeros(8)
        for seed in range(400):
            chosen = choose_crops(self.CROPS, chances, 1, torch.Generator().manual_seed(seed))
            counts[chosen[0].top] += 1

        torch.testing.assert_close(counts / 400, chances / 16, atol=0.08, rtol=0)
        assert counts[5:].sum() == 0

    def test_the_same_seed_draws_the_same_whatever_the_chances(self):
        def chosen(chances):
            generator = torch.Generator().manual_seed(5)
            crops = choose_crops(self.CROPS, chances, 3, generator)
            return crops, generator.get_state()

        (alike, state), (scaled, other_state) = chosen(torch.ones(8)), chosen(torch.full((8,), 0.1))
        assert alike == scaled
        assert len(set(alike)) == 3
        assert torch.equal(state, other_state)


@pytest.fixture
def loss_of(vgg, models, picture):
    """Makes the loss of a picture with settings and maps, and the crops whose loss it was."""

    def make(crop_places=None, content_places=None, **settings):
        checked = CLIPstylerSettings(**SMALL | settings)
        content = picture(seed=1)
        targets = PromptDescent(vgg, models.clip(), checked)._targets([StyleCondition(prompt="fire")], content)
        return PromptLoss(vgg, models.clip(), checked, content[None], targets, 1.0, crop_places, content_places)

    return make


def step_map():
    """All of the left half, nothing of the right."""
    places = torch.zeros(48, 48)
    places[:, :24] = 2
    return places


class TestLoss:
    def value(self, loss, picture, seed=3):
        return loss(picture(seed=2)[None], torch.Generator().manual_seed(seed))

    def test_crops_weigh_as_the_map_in_them(self, loss_of, picture):
        only_crops = {"directional_weight": 0, "content_weight": 0, "total_variation_weight": 0, "threshold": 0}
        crops = draw_crops(48, 48, 3, (16, 24), torch.Generator().manual_seed(3))
        loss = loss_of(step_map(), crop_map="attention", map_strength=1.0, **only_crops)

        inside = [2 * min(max(24 - crop.left, 0), crop.size) / crop.size for crop in crops]
        assert sum(inside) > 0
        weights = [share / (sum(inside) / 3) for share in inside]
        assert loss._crop_weights(crops) == pytest.approx(weights)

        def with_weights(*factors):
            loss._crop_weights = lambda _: list(factors)
            return self.value(loss, picture).item()

        weighted = self.value(loss, picture).item()
        singles = [with_weights(*(float(index == own) for index in range(3))) for own in range(3)]
        assert weighted == pytest.approx(sum(w * s for w, s in zip(weights, singles, strict=True)), rel=1e-4)

    def test_drawn_crops_lie_where_the_map_is_and_all_weigh_alike(self, loss_of, picture):
        loss = loss_of(step_map(), crop_map="attention", crop_use="draw", map_strength=1.0, crop_sizes=(8, 8))

        crops = loss._draw_crops(picture()[None], torch.Generator().manual_seed(0))

        assert len(crops) == 3
        assert all(crop.left < 24 for crop in crops)
        assert loss._crop_weights(crops) == [1, 1, 1]

    @pytest.mark.parametrize("use", list(CropUse))
    def test_a_uniform_map_weighs_nothing_and_draws_from_the_same_windows(self, loss_of, picture, use):
        uniform = loss_of(torch.ones(48, 48), crop_map="uniform", crop_use=use)
        drawn = [
            loss._draw_crops(picture()[None], torch.Generator().manual_seed(0))
            for loss in (uniform, loss_of(step_map(), crop_map="attention", crop_use=use))
        ]

        assert uniform._crop_weights(drawn[0]) == pytest.approx([1, 1, 1])
        if use is CropUse.WEIGH:
            assert drawn[0] == drawn[1]
            torch.testing.assert_close(self.value(uniform, picture), self.value(loss_of(), picture))

    def test_the_content_loss_weighs_places(self, loss_of, picture):
        only_content = {"directional_weight": 0, "patch_weight": 0, "total_variation_weight": 0}
        content, stylized = picture(seed=1)[None], picture(seed=2)[None]
        stylized[..., :26] = content[..., :26]
        settings = {"content_map": "attention", "map_strength": 1.0, **only_content}

        left, right = (loss_of(None, places, **settings) for places in (step_map(), step_map().flip(1)))

        # What differs is on the right; a convolution's reach is one pixel.
        assert left(stylized, torch.Generator()).item() == 0
        torch.testing.assert_close(
            right(stylized, torch.Generator()), 2 * loss_of(**only_content)(stylized, torch.Generator())
        )

    def test_weights_of_one_change_no_content_distance(self):
        features, targets = {"a": torch.rand(1, 2, 3, 4)}, {"a": torch.rand(1, 2, 3, 4)}

        torch.testing.assert_close(
            content_distance(features, targets, {"a": torch.ones(3, 4)}), content_distance(features, targets)
        )

    @pytest.mark.parametrize("weight", ["patch_weight", "directional_weight", "content_weight"])
    def test_a_term_of_weight_zero_runs_no_network(self, vgg, models, picture, monkeypatch, loss_of, weight):
        loss = loss_of(**{weight: 0})
        shown = []
        monkeypatch.setattr(
            loss, "_embed", lambda images: shown.append(len(images)) or models.clip().encode_image(images)
        )
        monkeypatch.setattr(loss, "_vgg", lambda *given: shown.append("vgg") or vgg(*given))

        self.value(loss, picture)

        assert shown == {"patch_weight": [1, "vgg"], "directional_weight": [3, "vgg"], "content_weight": [4]}[weight]


class TestMethod:
    def stylize(self, models, picture, method=CLIPstyler, settings=CLIPstylerSettings, **changes):
        stylizer = method(settings(**SMALL | changes))
        stylizer.prepare(models)
        styles = [StyleCondition(prompt="fire")]
        return stylizer.stylize(picture(), styles, torch.Generator().manual_seed(0))

    def test_maps_change_the_picture_and_a_uniform_one_does_not(self, models, picture):
        plain = self.stylize(models, picture, steps=2)

        torch.testing.assert_close(self.stylize(models, picture, steps=2, crop_map="uniform"), plain)
        torch.testing.assert_close(self.stylize(models, picture, steps=2, content_map="uniform"), plain)
        for kind in ("attention", "shuffled", "random_mask"):
            for setting in ("crop_map", "content_map"):
                changed = self.stylize(models, picture, steps=2, map_strength=1.0, **{setting: kind})
                assert not torch.allclose(changed, plain, atol=1e-5), (setting, kind)

    def test_every_arm_starts_at_the_same_network(self, models, picture):
        plain = self.stylize(models, picture, learning_rate=1e-30)

        for changes in ({"crop_map": "shuffled", "crop_use": "both"}, {"content_map": "random_mask"}):
            assert torch.equal(self.stylize(models, picture, learning_rate=1e-30, **changes), plain)

    def test_few_crops_first(self, models, picture, monkeypatch):
        counts = []
        draw = PromptLoss._draw_crops

        def counting(loss, images, generator):
            crops = draw(loss, images, generator)
            counts.append((images.shape[-1], len(crops)))
            return crops

        monkeypatch.setattr(PromptLoss, "_draw_crops", counting)

        self.stylize(models, picture, coarse_size=24, coarse_steps=2, coarse_patches=1)

        assert counts == [(24, 1), (24, 1), (48, 3)]

    @pytest.mark.parametrize(
        ("method", "settings"), [(CLIPstyler, CLIPstylerSettings), (MultiStyle, MultiStyleSettings)]
    )
    def test_it_explains_itself_by_the_maps_it_uses(self, models, picture, method, settings):
        chosen = settings(**SMALL, attention="bottleneck", crop_map="shuffled", content_map="random_mask")
        stylizer = method(chosen)
        stylizer.prepare(models)

        maps = stylizer.explain(picture(45, 61), [StyleCondition(prompt="fire")], torch.Generator().manual_seed(0))

        assert list(maps) == [
            "prompt_attention",
            "source_attention",
            "crop_map",
            "content_map",
            "bottleneck_attention",
        ]
        assert all(found.shape == (1, 45, 61) for found in maps.values())
        assert all(found.min() >= 0 and found.max() == 1 for found in maps.values())

    def test_without_prompts_there_is_nothing_to_explain(self, models, picture):
        stylizer = MultiStyle(MultiStyleSettings(conditions=StyleParts.IMAGE))
        stylizer.prepare(models)

        assert stylizer.explain(picture(), [StyleCondition(picture(), "fire")], torch.Generator()) == {}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"attention": "everywhere"}, "attention"),
        ({"crop_map": "rollout"}, "crop_map"),
        ({"crop_map": "attention", "crop_use": "cut"}, "crop_use"),
        ({"map_strength": "1.5"}, "map_strength must be between 0 and 1"),
        ({"crop_use": "draw"}, "crop_use must be weigh where crop_map is none, not draw"),
        ({"coarse_patches": "3"}, "coarse_patches must be 0 where coarse_steps is 0, not 3"),
    ],
)
def test_bad_settings_are_refused(values, message):
    with pytest.raises(Exception, match=message):
        make_settings("clipstyler", CLIPstylerSettings, values)
