"""Rates at which photographs changed to please a model are still recognised as photographs, or taken for noise.

The first attack knows exactly the pixels that the model will see. The second changes a picture of which the model is
shown random crops, as methods and ``clip_patch_score`` do; it is judged by crops other than those it was made on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.clip.attack import attack, through_views
from tools.clip.features import RENDERING_SIDE, trunk_input
from tools.clip.image_operations import centre_square, load_image
from tools.clip.recognition import Figures, share
from tools.clip.sources import Photo
from tools.clip.views import sample_views, show
from tools.clip.wordings import WORDINGS

REACHES = (0.03, 0.12)
STEPS = 20
_CROPS_PER_PHOTO = 3
_REACH_THROUGH_CROPS = 0.12
_ATTACKS_PER_PHOTO = 4
_ATTACKED_CROPS = 6
_FRESH_CROPS = 16
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
    attacked = {
        f"attacked by {reach}": share(_are_called_plain(model, texts, pictures))
        for reach, pictures in views.attacked.items()
    }
    unchanged = share(_are_called_plain(model, texts, views.unchanged))
    return {"views": len(views.unchanged), "unchanged": unchanged, **attacked}


def measure_attacks_through_crops(model: nn.Module, texts: Tensor, photos: list[Photo], size: int) -> Figures:
    """Shares of crops called "photo" or "noise" where an attack saw other crops of the same picture, and the whole.

    Args:
        model: Attacked.
        texts: Its unit vectors of all labels; targets are drawn from those after "photo" and "noise".
        photos: Each is attacked towards a few targets.
        size: The model's input.
    """
    torch.manual_seed(21)
    rng = np.random.default_rng(21)
    seen = through_views(lambda pixels: _embed(model, pixels), size, _ATTACKED_CROPS, rng)
    answers: dict[str, list[Tensor]] = {"unchanged": [], "attacked": [], "attacked, whole": []}
    for photo in photos:
        square = torch.from_numpy(centre_square(load_image(photo.path), RENDERING_SIDE)).permute(2, 0, 1)[None]
        squares = square.expand(_ATTACKS_PER_PHOTO, -1, -1, -1)
        targets = texts[torch.randint(len(_PLAIN), len(texts), (len(squares),))]
        attacked = attack(seen, squares, targets, _REACH_THROUGH_CROPS, STEPS)
        whole, *crops = sample_views(rng, RENDERING_SIDE, _FRESH_CROPS, augment=False)
        for name, pictures, views in (
            ("unchanged", square, crops),
            ("attacked", attacked, crops),
            ("attacked, whole", attacked, [whole]),
        ):
            answers[name] += [_are_called_plain(model, texts, show(pictures, view, size)) for view in views]
    crops_looked_at = torch.cat(answers["attacked"])
    return {
        "pictures": len(answers["attacked, whole"]) * _ATTACKS_PER_PHOTO,
        "crops": len(crops_looked_at),
        **{name: share(torch.cat(answers[name])) for name in answers},
    }


@torch.no_grad()
def _are_called_plain(model: nn.Module, texts: Tensor, pictures: Tensor) -> Tensor:
    plain = torch.tensor([list(WORDINGS).index(label) for label in _PLAIN])
    return torch.isin((functional.normalize(_embed(model, pictures), dim=1) @ texts.T).argmax(1), plain)


def _embed(model: nn.Module, pictures: Tensor) -> Tensor:
    size = model.visual.image_size
    size = size if isinstance(size, int) else size[0]
    if pictures.shape[-1] != size:
        pictures = functional.interpolate(pictures, (size, size), mode="bicubic", align_corners=False).clamp(0, 1)
    embedded: Tensor = model.encode_image(trunk_input(pictures))
    return embedded
