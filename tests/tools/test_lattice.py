"""Patterns that a decoder repeats every eight pixels: found where there are some, and only there."""

from __future__ import annotations

import pytest
import torch

from tools.adain.lattice import lattice_amplitude, lattice_loss


def checkerboard(amplitude: float, cell: int, side: int = 128) -> torch.Tensor:
    rows = torch.arange(side) // cell % 2
    return (amplitude * (2 * (rows[:, None] ^ rows[None]) - 1.0)).expand(3, side, side)


@pytest.fixture
def picture() -> torch.Tensor:
    """Something smooth with an edge."""
    ramp = torch.linspace(0.3, 0.6, 128)
    smooth = (ramp[:, None] + ramp[None]).expand(3, 128, 128) / 2
    return torch.where(torch.arange(128) < 50, smooth, smooth + 0.1)


@pytest.mark.parametrize("cell", [1, 2, 4])
def test_the_amplitude_of_a_repeated_pattern_is_found_under_a_picture(picture, cell):
    changed = picture + checkerboard(0.02, cell)

    assert lattice_amplitude(changed) == pytest.approx(255 * 0.02, rel=0.05)
    assert lattice_amplitude(picture) < 0.1


def test_texture_that_keeps_to_no_grid_is_no_lattice():
    noise = 0.5 + 0.02 * torch.randn(3, 256, 256, generator=torch.Generator().manual_seed(0))

    assert lattice_amplitude(noise) < 255 * 0.02 / 8


def test_the_loss_is_the_mean_square_of_the_pattern(picture):
    loss = lattice_loss((picture + checkerboard(0.02, 4))[None]) - lattice_loss(picture[None])

    assert loss.item() == pytest.approx(0.02**2, rel=0.1)


def test_the_loss_sees_a_pattern_whose_sign_differs_between_windows():
    signs = torch.where(torch.arange(128) < 64, 1.0, -1.0)
    pattern = 0.5 + checkerboard(0.02, 4) * signs

    assert lattice_loss(pattern[None]).item() == pytest.approx(0.02**2, rel=0.15)


def test_descending_the_loss_removes_the_pattern_and_keeps_the_picture(picture):
    changed = (picture + checkerboard(0.02, 4)).requires_grad_(True)
    optimizer = torch.optim.Adam([changed], lr=0.002)
    for _ in range(60):
        optimizer.zero_grad()
        (1000 * lattice_loss(changed[None])).backward()
        optimizer.step()

    assert lattice_amplitude(changed.detach()) < 255 * 0.02 / 5
    assert (changed.detach() - picture).abs().mean() < 0.01
