"""Checks of the promises that every method makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor

from benchmark.contracts import Condition, Method, MethodInfo, StyleCondition
from benchmark.execution.bench.outputs import checked_image, checked_maps
from benchmark.execution.bench.stylization import computing_in
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.testing.sample import embedded_models, sample_image
from benchmark.testing.static import check_light_import, check_names, check_settings_type


class MethodConformance:
    """Checks of a method.

    Attributes:
        plugin: The method's class.
        settings: Settings to check with, for instance fewer steps; ``None`` for the defaults.
    """

    plugin: ClassVar[type[Method[Any]]]
    settings: ClassVar[Any] = None

    def models(self) -> Models:
        """Returns the networks to check with; by default the embedded ones."""
        return embedded_models()

    def prepared(self) -> Method[Any]:
        """Returns the method, ready to stylize."""
        method = self.plugin(self.settings)
        method.prepare(self.models())
        return method

    def content(self, height: int = 64, width: int = 64, *, seed: int = 0) -> Tensor:
        """Returns a content of a size, 3×H×W in [0, 1]; sides are at least the smallest that the method takes."""
        smallest = self.plugin(self.settings).minimum_side
        return sample_image(max(height, smallest), max(width, smallest), seed=seed)

    def styles(self, size: int = 72) -> list[StyleCondition]:
        """Returns the smallest number of styles that the method takes, each with an image and a prompt."""
        number = max(1, self.plugin.info.min_styles)
        return [
            StyleCondition(sample_image(size, size, seed=10 + k), f"an oil painting, version {k}", 1 / number)
            for k in range(number)
        ]

    def stylize(self, content: Tensor, styles: list[StyleCondition], seed: int = 0) -> Tensor:
        """Stylizes with a newly prepared method."""
        generator = torch.Generator().manual_seed(seed)
        return self.prepared().stylize(content, styles, generator)

    def test_states_its_facts(self) -> None:
        info = self.plugin.info
        assert isinstance(info, MethodInfo)
        check_names(info)
        assert info.min_styles >= 1
        assert info.minimum_side >= 1
        assert info.max_styles is None or info.max_styles >= info.min_styles
        assert info.anchor is None or info.control, "only a control marks an end of a scale"
        assert set(info.optimises) <= set(info.uses), "optimises names a role that uses does not"

    def test_does_not_use_the_judge(self) -> None:
        assert Role.CLIP_JUDGE not in self.plugin.info.uses, "no method may use the judge"

    def test_loads_no_torch_when_imported(self) -> None:
        check_light_import(self.plugin)

    def test_has_frozen_settings_with_defaults(self) -> None:
        check_settings_type(self.plugin.settings_type)

    def test_returns_an_image_of_the_contents_size(self) -> None:
        for height, width in ((64, 64), (50, 71)):
            content = self.content(height, width)
            checked_image(self.stylize(content, self.styles()), content)

    def test_stylizes_contents_of_the_smallest_side_that_it_states(self) -> None:
        smallest = self.plugin(self.settings).minimum_side
        for height, width in ((smallest, smallest), (smallest, smallest + 9)) if smallest > 1 else ():
            content = sample_image(height, width)
            checked_image(self.stylize(content, self.styles()), content)

    def test_leaves_its_inputs_unchanged(self) -> None:
        content, styles = self.content(), self.styles()
        before = [content.clone(), *(style.image.clone() for style in styles if style.image is not None)]
        self.stylize(content, styles)
        after = [content, *(style.image for style in styles if style.image is not None)]
        assert all(torch.equal(old, new) for old, new in zip(before, after, strict=True))

    def test_draws_only_from_the_given_generator(self) -> None:
        content, styles = self.content(), self.styles()
        torch.manual_seed(1)
        first = self.stylize(content, styles, seed=5)
        torch.manual_seed(2)
        second = self.stylize(content, styles, seed=5)
        assert torch.equal(first, second), "the same generator seed gave two different images"

    def test_gives_the_same_image_for_another_seed_if_it_is_deterministic(self) -> None:
        if self.plugin.info.deterministic:
            content, styles = self.content(), self.styles()
            first, second = (self.stylize(content, styles, seed) for seed in (5, 6))
            assert torch.equal(first, second), "info says deterministic, but another seed gave another image"

    def test_gives_the_same_image_when_used_twice(self) -> None:
        content, styles = self.content(), self.styles()
        method = self.prepared()
        first = method.stylize(content, styles, torch.Generator().manual_seed(3))
        method.stylize(self.content(seed=4), styles, torch.Generator().manual_seed(4))
        assert torch.equal(first, method.stylize(content, styles, torch.Generator().manual_seed(3)))

    def test_computes_in_the_precisions_that_it_states(self) -> None:
        content, styles, method = self.content(), self.styles(), self.prepared()
        for precision in self.plugin.info.precisions:
            with computing_in(precision, content.device):
                stylized = method.stylize(content, styles, torch.Generator().manual_seed(0))
            checked_image(stylized, content)

    def test_warms_up(self) -> None:
        self.prepared().warm_up(self.content(), self.styles(), torch.Generator().manual_seed(0))

    def test_explains_itself_by_pictures_of_the_contents_size(self) -> None:
        content, styles = self.content(50, 71), self.styles()
        before = [content.clone(), *(style.image.clone() for style in styles if style.image is not None)]
        method = self.prepared()
        first, second = (method.explain(content, styles, torch.Generator().manual_seed(3)) for _ in range(2))
        after = [content, *(style.image for style in styles if style.image is not None)]
        assert all(torch.equal(old, new) for old, new in zip(before, after, strict=True))
        assert checked_maps(first, content).keys() == second.keys()
        assert all(torch.equal(first[name], second[name]) for name in first), "the same seed gave two different maps"

    def test_skips_what_it_cannot_read(self) -> None:
        method = self.plugin(self.settings)
        for condition, style in (
            (Condition.IMAGE, Style("words", prompt="a sketch")),
            (Condition.TEXT, Style("picture", image=Path("picture.png"))),
        ):
            number = max(1, self.plugin.info.min_styles)
            reason = method.skip(_case([style] * number))
            if self.plugin.info.condition is condition:
                assert reason, f"a case without the {condition} that the method needs must be skipped"

    def test_skips_too_many_styles(self) -> None:
        if self.plugin.info.max_styles is not None:
            style = Style("both", Path("picture.png"), "a sketch")
            assert self.plugin(self.settings).skip(_case([style] * (self.plugin.info.max_styles + 1)))


def _case(styles: list[Style]) -> Case:
    shares = tuple(WeightedStyle(style, 1 / len(styles)) for style in styles)
    return Case(Content("content", Path("content.png")), shares)
