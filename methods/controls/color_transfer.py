"""Control that takes the style's colours and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts import Condition, Method, MethodInfo, NoSettings, StyleCondition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor


class ColorTransfer(Method[NoSettings]):
    """Colour transfer by channel statistics, Reinhard et al. 2001.

    Per channel of a decorrelated colour space: ``y = (x - mean(x)) * std(s) / std(x) + mean(s)``, x the content and s
    the style. Several styles: the weighted means of their channel means and deviations. Masks are ignored.

    A metric that ranks it high rewards palette, not manner.

    Deviation from the paper: CIE L*a*b* (D65) in place of Ruderman's lαβ. Both separate lightness from two opponent
    colours; L*a*b* is what today's implementations use and has no logarithm to break at black. Results outside the
    sRGB gamut are clamped.
    """

    info = MethodInfo(
        name="color_transfer",
        title="Colour transfer",
        version="1",
        summary="Gives the content the style's mean and spread of colour in CIE Lab, and none of its brushwork.",
        condition=Condition.IMAGE,
        licence="Apache-2.0",
        paper="Reinhard, Ashikhmin, Gooch, Shirley: Color Transfer between Images. IEEE CG&A 21(5), 2001",
        year=2001,
        url="https://doi.org/10.1109/38.946629",
        max_styles=None,
        control=True,
        minimum_side=2,
        deterministic=True,
    )

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns the content in the styles' colours."""
        import torch

        from benchmark.cie_lab import lab_from_rgb, rgb_from_lab

        lab = lab_from_rgb(content)
        deviation, mean = torch.std_mean(lab, dim=(1, 2), keepdim=True)
        style_deviation, style_mean = torch.zeros_like(deviation), torch.zeros_like(mean)
        for style in styles:
            assert style.image is not None
            one_deviation, one_mean = torch.std_mean(lab_from_rgb(style.image), dim=(1, 2), keepdim=True)
            style_deviation += style.weight * one_deviation
            style_mean += style.weight * one_mean
        # A content of one flat colour has no deviation to scale; it takes the style's mean.
        scale = style_deviation / deviation.clamp_min(1e-6)
        return rgb_from_lab((lab - mean) * scale + style_mean)
