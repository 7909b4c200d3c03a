"""Several styles on one content: images first, then words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.clipstyler.method import one_step
from methods.clipstyler.settings import SMALLEST_NETWORK_SIDE, CLIPstylerSettings
from methods.multi_style.settings import MultiStyleSettings, StyleOrder, StyleParts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models
    from benchmark.protocol.case import Case


class MultiStyle(Method[MultiStyleSettings]):
    """Composites several weighted styles, each an image, a prompt or both, everywhere or in a region of its own.

    1. The style images are blended by AdaIN interpolation (`methods.adain.method`).
    2. A CLIPstyler network (`methods.clipstyler.method`), starting from that composite, is optimised towards the
       prompts: the direction is the weighted sum of the prompts' directions, in a crop by their shares of the crop; the
       content loss and the image directions refer to the original content.

    With ``order="in_turn"`` both steps are made for the first style alone, then for the second one with the result as
    the content, and so on.

    Formulas, masks and limits: docs/methods/multi_style.md. This composition is this benchmark's own; its parts are
    AdaIN's style interpolation and spatial control (Huang and Belongie 2017) and CLIPstyler (Kwon and Ye 2022).
    """

    info = MethodInfo(
        name="multi_style",
        title="Multi-style composite",
        version="4",
        summary="Blends style images by AdaIN, then descends CLIPstyler's losses towards the weighted prompts.",
        condition=Condition.EITHER,
        licence="Apache-2.0",
        paper="This benchmark, from Huang, Belongie (ICCV 2017) and Kwon, Ye (CVPR 2022)",
        year=2022,
        url="https://arxiv.org/abs/2112.00374",
        max_styles=None,
        uses=(Role.VGG, Role.ADAIN_DECODER, Role.CLIP),
        optimises=(Role.CLIP, Role.VGG),
        minimum_side=SMALLEST_NETWORK_SIDE,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = MultiStyleSettings

    @property
    def minimum_side(self) -> int:
        """16 pixels; where prompts are used, of the shrunk image that CLIPstyler's network sees."""
        is_described = self.settings.conditions is not StyleParts.IMAGE
        return SMALLEST_NETWORK_SIDE * (self.settings.network_shrink if is_described else 1)

    def skip(self, case: Case) -> str | None:
        """Says which style lacks what the setting ``conditions`` asks for."""
        for style in (weighted.style for weighted in case.styles):
            if self.settings.conditions is StyleParts.IMAGE and style.image is None:
                return f"conditions=image needs style images, style {style.id} has none"
            if self.settings.conditions is StyleParts.TEXT and not style.prompt:
                return f"conditions=text needs prompts, style {style.id} has none"
            if style.image is None and not style.prompt:
                return f"needs an image or a prompt, style {style.id} has neither"
        return super().skip(case)

    def phrasings(self, prompt: str) -> Sequence[str]:
        """Returns the templates filled with the prompt, or nothing where only images are used."""
        from methods.clipstyler.prompt_templates import phrasings_of

        return () if self.settings.conditions is StyleParts.IMAGE else phrasings_of(prompt, self.settings.templates)

    def prepare(self, models: Models) -> None:
        """Loads what the chosen parts need."""
        from methods.shared.feature_transfer import feature_encoder

        self._models, self._vgg = models, models.vgg()
        if self.settings.conditions is not StyleParts.TEXT:
            self._encode = feature_encoder(models)
            self._decoder = models.adain_decoder()
        if self.settings.conditions is not StyleParts.IMAGE:
            self._clip = models.clip()

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Blends the images and updates the network once at each size."""
        self._run(content, styles, generator, one_step(self.settings))

    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Returns the composite.

        Raises:
            ValueError: If the content is less than 16 pixels high or wide, or a mask is not of its size.
        """
        return self._run(content, styles, generator, self.settings)

    def explain(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Mapping[str, Tensor]:
        """Returns CLIPstyler's maps, numbered where styles are applied in turn; none where no prompt is used."""
        import torch

        from methods.clipstyler.optimization import PromptDescent

        maps: dict[str, Tensor] = {}
        stages = self._stages(styles)
        for number, stage in enumerate(stages, start=1):
            if self._reads_prompts(stage):
                descent = PromptDescent(self._vgg, self._clip, self.settings)
                # Explaining draws what stylizing draws.
                draws = torch.Generator().set_state(generator.get_state())
                found = descent.explain(content, self._composite(content, stage), stage, draws)
                maps |= {f"{name}_{number}" if len(stages) > 1 else name: places for name, places in found.items()}
            if number < len(stages):
                content = self._apply(content, stage, generator, self.settings)
        return maps

    def _run(
        self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator, settings: CLIPstylerSettings
    ) -> Tensor:
        for stage in self._stages(styles):
            content = self._apply(content, stage, generator, settings)
        return content

    def _stages(self, styles: Sequence[StyleCondition]) -> Sequence[Sequence[StyleCondition]]:
        """Returns the styles that are applied together, in turn."""
        return [[style] for style in styles] if self.settings.order is StyleOrder.IN_TURN else [styles]

    def _apply(
        self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator, settings: CLIPstylerSettings
    ) -> Tensor:
        from methods.clipstyler.optimization import PromptDescent

        image = self._composite(content, styles)
        if self._reads_prompts(styles):
            image = PromptDescent(self._vgg, self._clip, settings).run(content, image, styles, generator)
        return image

    def _reads_prompts(self, styles: Sequence[StyleCondition]) -> bool:
        return self.settings.conditions is not StyleParts.IMAGE and any(style.prompt for style in styles)

    def _composite(self, content: Tensor, styles: Sequence[StyleCondition]) -> Tensor:
        """Blends the style images, or returns the content where none is used."""
        from methods.adain.instance_normalization import normalize_region
        from methods.shared.feature_transfer import stylize_features

        if self.settings.conditions is StyleParts.TEXT or all(style.image is None for style in styles):
            return content
        return stylize_features(
            self._models,
            self._encode,
            self._decoder,
            normalize_region,
            content,
            styles,
            alpha=self.settings.alpha,
            preserve_color=self.settings.preserve_color,
        )
