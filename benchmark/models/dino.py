"""Vision transformers of DINO: its class token, and the keys of its last block.

Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", ICCV 2021. The transformers are timm's,
whose names of weights are those of DINO's files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import torch
from torch import Tensor, nn
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as transforms

from benchmark.models.image_distance import require_images
from benchmark.models.resizing import resize, resize_shorter_side
from benchmark.models.tensor_file import fill, read_tensors

if TYPE_CHECKING:
    from pathlib import Path

    from timm.models.vision_transformer import VisionTransformer

_MEAN: Final = (0.485, 0.456, 0.406)
_STANDARD_DEVIATION: Final = (0.229, 0.224, 0.225)
_RESIZED: Final = 256
_CROP: Final = 224
_SHORTER: Final = 224
_LONGEST: Final = 480


class DinoClassToken(nn.Module):
    """The class token after the last norm, which DINO's evaluations and the personalisation papers compare.

    Images are prepared as in DINO's evaluation: shorter side to 256 pixels (bicubic, antialiased), centre square of
    224, ImageNet's mean and standard deviation. An eighth of a square's sides is not seen. Deviation: no rounding to 8
    bits after resizing.

    Args:
        transformer: timm's transformer without a classifier.
    """

    def __init__(self, transformer: VisionTransformer) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to class tokens.

        Args:
            images: N×3×H×W in [0, 1], of any size.

        Returns:
            N×D.

        Raises:
            ValueError: The images have another shape.
        """
        require_images(images)
        resized = resize_shorter_side(images, _RESIZED, InterpolationMode.BICUBIC)
        cropped = transforms.center_crop(resized, [_CROP, _CROP])
        return cast("Tensor", self.transformer(_normalised(cropped)))


class DinoKeys(nn.Module):
    """The keys of the last block's attention, of which Splice takes the self-similarity as the structure of an image.

    The whole image is seen: its shorter side is resized to 224 pixels (bilinear, antialiased), or less where the longer
    one would exceed 480, as by the authors. Deviations: whether theirs antialiases depends on the version of
    torchvision; positions of images that are not square are interpolated as timm does it.

    Args:
        transformer: timm's transformer without a classifier, for images of any size.
    """

    def __init__(self, transformer: VisionTransformer) -> None:
        super().__init__()
        self.transformer = transformer

    def forward(self, images: Tensor) -> Tensor:
        """Maps images to keys.

        Args:
            images: N×3×H×W in [0, 1], of any size.

        Returns:
            N×T×D, heads one after another, for the class token and then for the patches.

        Raises:
            ValueError: The images have another shape.
        """
        require_images(images)
        found: list[Tensor] = []
        projection: nn.Module = cast("Any", self.transformer.blocks[-1]).attn.qkv
        hook = projection.register_forward_hook(lambda *call: found.append(call[-1]))
        try:
            self.transformer.forward_features(_normalised(self._resized(images)))
        finally:
            hook.remove()
        return found[0].chunk(3, dim=-1)[1]

    def _resized(self, images: Tensor) -> Tensor:
        patch: int = self.transformer.patch_embed.patch_size[0]
        sides = images.shape[-2:]
        factor = min(_SHORTER / min(sides), _LONGEST / max(sides))
        # Whole patches, as the transformer needs them; a convolution drops what is over.
        height, width = (max(patch, int(side * factor + 1e-6) // patch * patch) for side in sides)
        return resize(images, height, width, InterpolationMode.BILINEAR)


def load_dino_class_token(file: Path) -> DinoClassToken:
    """Loads ViT-S/16, frozen, in evaluation mode, on the CPU.

    Args:
        file: DINO's weights of the backbone alone.

    Raises:
        InputError: The file does not hold this network.
    """
    network = DinoClassToken(_transformer("vit_small_patch16_224.dino", file))
    return network.requires_grad_(False).eval()


def load_dino_keys(file: Path) -> DinoKeys:
    """Loads ViT-B/8, frozen, in evaluation mode, on the CPU.

    Args:
        file: DINO's weights of the backbone alone.

    Raises:
        InputError: The file does not hold this network.
    """
    return DinoKeys(_transformer("vit_base_patch8_224.dino", file)).requires_grad_(False).eval()


def _transformer(name: str, file: Path) -> VisionTransformer:
    import timm

    with torch.random.fork_rng(devices=[]):
        transformer = timm.create_model(name, pretrained=False, num_classes=0, dynamic_img_size=True)
    fill(transformer, read_tensors(file), file, f"DINO's {name.partition('.')[0]}")
    return cast("VisionTransformer", transformer)


def _normalised(images: Tensor) -> Tensor:
    normalised: Tensor = transforms.normalize(images, list(_MEAN), list(_STANDARD_DEVIATION))
    return normalised
