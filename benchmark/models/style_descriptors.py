"""CSD, contrastive style descriptors: CLIP's image tower, tuned so that pictures of one style are close.

Somepalli et al., "Measuring Style Similarity in Diffusion Models", ECCV 2024 (arXiv:2404.01292).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import open_clip
import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as transforms

from benchmark.errors import InputError
from benchmark.models.image_distance import require_images
from benchmark.models.resizing import resize_shorter_side
from benchmark.models.tensor_file import fill, read_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

_ARCHITECTURE: Final = "ViT-L-14"
_BACKBONE: Final = "backbone."
_STYLE_HEAD: Final = "last_layer_style"


class StyleDescriptors(nn.Module):
    """Describes images by their style.

    Images are prepared as CLIP does it: shorter side to the input size (bicubic, antialiased), centre square, CLIP's
    mean and standard deviation. What is beside the square is not seen. Deviations: no rounding to 8 bits after
    resizing, and descriptors stay in single precision, where the authors' retrieval stores half precision.

    Args:
        tower: open_clip's image tower; its projection is the style head.
        side: Side of its input, in pixels.
    """

    def __init__(self, tower: nn.Module, side: int) -> None:
        super().__init__()
        self.tower = tower
        self.side = side

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to descriptors.

        Args:
            images: N×3×H×W in [0, 1], of any size.

        Returns:
            N×D, of unit length.

        Raises:
            ValueError: The images have another shape.
        """
        require_images(images)
        resized = resize_shorter_side(images, self.side, InterpolationMode.BICUBIC)
        cropped = transforms.center_crop(resized, [self.side, self.side])
        mean, deviation = (list(one) for one in (open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD))
        return functional.normalize(cast("Tensor", self.tower(transforms.normalize(cropped, mean, deviation))), dim=1)


def load_csd(file: Path) -> StyleDescriptors:
    """Loads the published ViT-L/14, frozen, in evaluation mode, on the CPU.

    Args:
        file: The authors' checkpoint; its content head, and what the training kept beside the weights, are left out.

    Raises:
        InputError: The file does not hold this network, or lacks its style head, with which the authors' own program
            would go on and describe pictures by the head of plain CLIP.
    """
    return load_style_descriptors(open_clip.get_model_config(_ARCHITECTURE), file)


def load_style_descriptors(configuration: dict[str, object], file: Path) -> StyleDescriptors:
    """Loads style descriptors of any size.

    Args:
        configuration: open_clip's configuration of the CLIP that they go back to, with OpenAI's activation.
        file: The checkpoint.

    Raises:
        InputError: As for ``load_csd``.
    """
    tensors = read_checkpoint(file)
    if _STYLE_HEAD not in tensors:
        raise InputError(f"{file} does not hold CSD: it lacks {_STYLE_HEAD}, the style head")
    with torch.random.fork_rng(devices=[]):
        tower = cast("nn.Module", open_clip.CLIP(**{**configuration, "quick_gelu": True}).visual)
    backbone = {
        name.removeprefix(_BACKBONE): tensor.float() for name, tensor in tensors.items() if name.startswith(_BACKBONE)
    }
    # The authors take CLIP's projection off and multiply by their head: the head in its place is the same.
    fill(tower, {**backbone, "proj": tensors[_STYLE_HEAD].float()}, file, "CSD")
    side = cast("dict[str, int]", configuration["vision_cfg"])["image_size"]
    return StyleDescriptors(tower, side).requires_grad_(False).eval()
