"""Style transfer from a prompt alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
from benchmark.models.role import Role
from methods.clipstyler.settings import SMALLEST_NETWORK_SIDE, CLIPstylerSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Generator, Tensor

    from benchmark.models.provider import Models


class CLIPstyler(Method[CLIPstylerSettings]):
    """CLIPstyler, Kwon and Ye 2022: a network trained anew for each content and prompt.

    The output y of a U-Net on the content c minimises by Adam, with E the text-image model's embeddings of unit
    length, P the 79 phrasings' mean::

        directional_weight     * (1 - cos(E(y) - E(c), P(prompt) - P("a Photo")))
        patch_weight           * mean over crops of r(1 - cos(E(crop of y) - E(c), P(prompt) - P("a Photo")))
        content_weight         * sum_l MSE(F_l(y), F_l(c)),  F_l features of VGG-19 for colours of unit variance
        total_variation_weight * sum of the L2 norms of the pixel differences in four directions

    r(d) = 0 where d < threshold, else d. Crops are random windows in random perspective. A mask limits the change to
    its region. Attention, in the network or as a map of places, is off by default: docs/methods/clipstyler.md.

    Deviations from the paper and from cyclomon/CLIPstyler: the content keeps its size (there 512×512 by direct
    resize); the whole image is resized for the text-image model with an antialiased filter (there without); the
    network pads by reflection to multiples of 8; perspective and resizing of a crop are one reading of the picture
    (`methods.clipstyler.augmentation`); windows and first weights are drawn from the unit's generator. The
    result is the output after ``steps`` updates, which is what the script saves at its last step, without its
    contrast stretch. The script names the VGG layers conv4_2 and conv5_2 but takes them from a network whose
    ReLUs work in place, the second at the index of a ReLU: what it compares, and so what made the published pictures,
    is relu4_2 and relu5_2, as here. The content weight means the same on every VGG-19: the features, which all have the
    original network's scale, are divided by 57.63 first (`benchmark.models.feature_scale`).
    """

    info = MethodInfo(
        name="clipstyler",
        title="CLIPstyler",
        version="4",
        summary="Trains a small network per picture so that its crops move in CLIP's space as the prompt does.",
        condition=Condition.TEXT,
        licence="Apache-2.0",
        paper="Kwon, Ye: CLIPstyler: Image Style Transfer with a Single Text Condition. CVPR 2022",
        year=2022,
        url="https://arxiv.org/abs/2112.00374",
        uses=(Role.CLIP, Role.VGG),
        optimises=(Role.CLIP, Role.VGG),
        minimum_side=SMALLEST_NETWORK_SIDE,
        precisions=(Precision.FLOAT32, Precision.BFLOAT16),
    )
    settings_type = CLIPstylerSettings

    @property
    def minimum_side(self) -> int:
        """16 pixels of the shrunk image that the network sees."""
        return SMALLEST_NETWORK_SIDE * self.settings.network_shrink

    def phrasings(self, prompt: str) -> Sequence[str]:
        """Returns the templates filled with the prompt."""
        from methods.clipstyler.prompt_templates import phrasings_of

        return phrasings_of(prompt, self.settings.templates)

    def prepare(self, models: Models) -> None:
        """Loads the text-image model and VGG-19."""
        self._clip = models.clip()
        self._vgg = models.vgg()

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Updates the network once at each size."""
        self._run(content, styles, generator, one_step(self.settings))

    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Returns the network's last output.

        Raises:
            ValueError: If the content is less than 16 pixels (times ``network_shrink``) high or wide.
        """
        return self._run(content, styles, generator, self.settings)

    def explain(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Mapping[str, Tensor]:
        """Returns maps of where the model finds prompt and source prompt, and those that the settings use."""
        from methods.clipstyler.optimization import PromptDescent

        return PromptDescent(self._vgg, self._clip, self.settings).explain(content, content, styles, generator)

    def _run(
        self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator, settings: CLIPstylerSettings
    ) -> Tensor:
        from methods.clipstyler.optimization import PromptDescent

        return PromptDescent(self._vgg, self._clip, settings).run(content, content, styles, generator)


def one_step(settings: CLIPstylerSettings) -> CLIPstylerSettings:
    """Returns the same settings with a single update at each size."""
    return replace(settings, steps=1, coarse_steps=min(1, settings.coarse_steps))
