"""The controls do exactly what their names say."""

from __future__ import annotations

import pytest
import torch

from benchmark.cie_lab import lab_from_rgb
from benchmark.contracts import StyleCondition
from methods.controls.color_transfer import ColorTransfer
from methods.controls.identity import Identity
from methods.controls.style_copy import StyleCopy


def test_identity_returns_the_content(picture, generator):
    content = picture()

    assert torch.equal(Identity().stylize(content, [StyleCondition()], generator), content)


def test_style_copy_cuts_the_centre(generator):
    style = torch.zeros(3, 20, 40)
    style[:, :, 10:30] = 1

    assert torch.equal(
        StyleCopy().stylize(torch.zeros(3, 20, 20), [StyleCondition(style)], generator), torch.ones(3, 20, 20)
    )


def test_style_copy_takes_the_heaviest_style(picture, generator):
    light, heavy = picture(seed=1), picture(seed=2)
    styles = [StyleCondition(light, weight=0.4), StyleCondition(heavy, weight=0.6)]

    assert torch.equal(StyleCopy().stylize(picture(), styles, generator), heavy)


def test_color_transfer_gives_the_styles_statistics(generator):
    # Low contrast in the middle of the gamut, so that nothing is clamped.
    content, style = (0.45 + 0.1 * torch.rand(3, 32, 32, generator=generator) + shift for shift in (0.0, 0.05))

    lab = lab_from_rgb(ColorTransfer().stylize(content, [StyleCondition(style)], generator))

    expected = lab_from_rgb(style)
    torch.testing.assert_close(lab.mean((1, 2)), expected.mean((1, 2)), atol=0.02, rtol=0)
    torch.testing.assert_close(lab.std((1, 2)), expected.std((1, 2)), atol=0.02, rtol=0)


def test_color_transfer_mixes_by_weight(generator):
    content = torch.rand(3, 16, 16, generator=generator) * 0.1 + 0.4
    grey, white = torch.full((3, 8, 8), 0.3), torch.full((3, 8, 8), 0.6)
    styles = [StyleCondition(grey, weight=0.25), StyleCondition(white, weight=0.75)]

    lightness = lab_from_rgb(ColorTransfer().stylize(content, styles, generator))[0]

    expected = 0.25 * lab_from_rgb(grey)[0, 0, 0] + 0.75 * lab_from_rgb(white)[0, 0, 0]
    assert lightness.mean().item() == pytest.approx(expected.item(), abs=0.02)
    assert lightness.std().item() < 0.02


def test_color_transfer_takes_a_flat_content(picture, generator):
    stylized = ColorTransfer().stylize(torch.full((3, 16, 16), 0.5), [StyleCondition(picture())], generator)

    assert stylized.isfinite().all()
