"""How often a photograph that was changed to please a model is still taken for a photograph, or for noise."""

from __future__ import annotations

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

REACH = 0.12
STEPS = 20
_ATTACKS_PER_PHOTO = 6


def attacked_views(model: nn.Module, texts: Tensor, photos: list[Photo], size: int) -> tuple[Tensor, Tensor]:
    """Views of photographs as they are and after fresh attacks towards random styles, N×3×S×S each.

    Args:
        model: Attacked.
        texts: Unit vectors of all labels; targets are drawn from those after "photo" and "noise".
        photos: Half of the views of each are whole, half are crops.
        size: Side of the views, the model's input.
    """
    torch.manual_seed(20)
    rng = np.random.default_rng(20)
    views = []
    for photo in photos:
        square = torch.from_numpy(centre_square(load_image(photo.path), RENDERING_SIDE)).permute(2, 0, 1)[None]
        chosen = sample_views(rng, RENDERING_SIDE, _ATTACKS_PER_PHOTO // 2, augment=False)
        chosen = [chosen[0]] * (_ATTACKS_PER_PHOTO - len(chosen) + 1) + chosen[1:]
        views += [show(square, view, size) for view in chosen]
    images = torch.cat(views)
    plain = sum(label in ("photo", "noise") for label in WORDINGS)
    targets = texts[torch.randint(plain, len(texts), (len(images),))]
    changed = [
        attack(lambda pixels: _embed(model, pixels), part, target, REACH, STEPS)
        for part, target in zip(images.split(24), targets.split(24), strict=True)
    ]
    return images, torch.cat(changed)


@torch.no_grad()
def measure_attacks(model: nn.Module, texts: Tensor, images: Tensor, changed: Tensor) -> Figures:
    """Shares called "photo" or "noise", of the views as they are and of the attacked ones."""
    plain = torch.tensor([list(WORDINGS).index(label) for label in ("photo", "noise")])

    def called_plain(pictures: Tensor) -> float:
        answers = (functional.normalize(_embed(model, pictures), dim=1) @ texts.T).argmax(1)
        return share(torch.isin(answers, plain))

    return {"views": len(images), "unchanged": called_plain(images), "attacked": called_plain(changed)}


def _embed(model: nn.Module, pictures: Tensor) -> Tensor:
    embedded: Tensor = model.encode_image(trunk_input(pictures))
    return embedded
