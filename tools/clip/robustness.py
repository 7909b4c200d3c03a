"""How often a photograph that was changed to please a model is still taken for a photograph, or for noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.clip.attack import attack
from tools.clip.features import RENDERING_SIDE, trunk_input
from tools.clip.pictures import Photo, centre_square, load_image
from tools.clip.recognition import Figures, share
from tools.clip.views import sample_views, show
from tools.clip.wordings import WORDINGS

REACHES = (0.03, 0.12)
STEPS = 20
_CROPS_PER_PHOTO = 3
_PLAIN = ("photo", "noise")


@dataclass(frozen=True)
class AttackedViews:
    """Views of photographs, N×3×S×S: as they are, and after an attack towards random styles, by its reach."""

    unchanged: Tensor
    attacked: dict[float, Tensor]


def attack_views(model: nn.Module, texts: Tensor, photos: list[Photo], size: int) -> AttackedViews:
    """Attack whole photographs and crops of them, half and half.

    Args:
        model: Attacked.
        texts: Its unit vectors of all labels; targets are drawn from those after "photo" and "noise".
        photos: Six views are taken of each.
        size: Side of the views, the model's input.
    """
    torch.manual_seed(20)
    rng = np.random.default_rng(20)
    views = []
    for photo in photos:
        square = torch.from_numpy(centre_square(load_image(photo.path), RENDERING_SIDE)).permute(2, 0, 1)[None]
        whole, *crops = sample_views(rng, RENDERING_SIDE, _CROPS_PER_PHOTO, augment=False)
        views += [show(square, view, size) for view in [*[whole] * _CROPS_PER_PHOTO, *crops]]
    images = torch.cat(views)
    targets = texts[torch.randint(len(_PLAIN), len(texts), (len(images),))]
    return AttackedViews(
        images,
        {
            reach: torch.cat(
                [
                    attack(lambda pixels: _embed(model, pixels), part, target, reach, STEPS)
                    for part, target in zip(images.split(24), targets.split(24), strict=True)
                ]
            )
            for reach in REACHES
        },
    )


@torch.no_grad()
def measure_attacks(model: nn.Module, texts: Tensor, views: AttackedViews) -> Figures:
    """Shares called "photo" or "noise", of the views as they are and of the attacked ones."""
    plain = torch.tensor([list(WORDINGS).index(label) for label in _PLAIN])

    def called_plain(pictures: Tensor) -> float:
        answers = (functional.normalize(_embed(model, pictures), dim=1) @ texts.T).argmax(1)
        return share(torch.isin(answers, plain))

    attacked = {f"attacked by {reach}": called_plain(pictures) for reach, pictures in views.attacked.items()}
    return {"views": len(views.unchanged), "unchanged": called_plain(views.unchanged), **attacked}


def _embed(model: nn.Module, pictures: Tensor) -> Tensor:
    size = model.visual.image_size
    size = size if isinstance(size, int) else size[0]
    if pictures.shape[-1] != size:
        pictures = functional.interpolate(pictures, (size, size), mode="bicubic", align_corners=False).clamp(0, 1)
    embedded: Tensor = model.encode_image(trunk_input(pictures))
    return embedded
