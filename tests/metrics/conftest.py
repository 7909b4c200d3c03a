from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
import torch

from benchmark.images import load_square

Picture = Callable[[str, int], torch.Tensor]


@pytest.fixture(scope="session")
def picture() -> Picture:
    """Loads a picture of the package, such as ``contents/cat``, as a square of so many pixels."""

    def load(name: str, side: int) -> torch.Tensor:
        return load_square(Path(str(resources.files("benchmark.protocol") / "data" / f"{name}.jpg")), side)

    return load


@pytest.fixture(scope="session")
def content(picture: Picture) -> torch.Tensor:
    return picture("contents/cat", 64)


@pytest.fixture(scope="session")
def style(picture: Picture) -> torch.Tensor:
    return picture("styles/starry_night", 64)


@pytest.fixture(scope="session")
def blends(content: torch.Tensor, style: torch.Tensor) -> list[torch.Tensor]:
    """From the content to the style in four steps."""
    return [torch.lerp(content, style, share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
