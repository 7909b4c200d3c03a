"""Control that returns the style image itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts import Axis, Condition, Method, MethodInfo, NoSettings, StyleCondition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor


class StyleCopy(Method[NoSettings]):
    """Returns the style image, its centre cut and resized to the content's size: all style, no content.

    Of several styles it returns the one with the largest weight (the first of equals). Masks have no meaning here and
    are ignored.
    """

    info = MethodInfo(
        name="style_copy",
        title="Style copy",
        version="1",
        summary="Returns the style image, cut to the content's size: the end of the scale where no content is kept.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        max_styles=None,
        control=True,
        anchor=Axis.STYLE,
        deterministic=True,
    )

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the style image of the largest weight at the size of the content."""
        from methods.shared.image_geometry import cover

        heaviest = max(styles, key=lambda style: style.weight)
        assert heaviest.image is not None
        return cover(heaviest.image, content.shape[-2], content.shape[-1]).clamp(0, 1).clone()
