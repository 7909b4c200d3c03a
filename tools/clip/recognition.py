"""Measures on pictures that no training has seen: things, and paintings that were held out."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from benchmark.models.clip_tiny import reduced_tokenizer
from tools.clip.dataset import load_captioned
from tools.clip.features import trunk_input
from tools.clip.image_operations import centre_square, load_image
from tools.clip.painting_phrases import movement_phrases
from tools.clip.sources import Split, read_captioned, read_held_out_paintings, read_object_photographs

Figures = dict[str, float | int]


@torch.no_grad()
def encode_prompts(model: nn.Module, prompts: list[str]) -> Tensor:
    """Unit length, N×D."""
    return functional.normalize(model.encode_text(reduced_tokenizer()(prompts)), dim=1)


@torch.no_grad()
def measure_cut_outs(model: nn.Module, folder: Path, pictures: Path, split: Split) -> Figures:
    """Top-1 of held-out cut-out photographs on white among all of their subjects, "a photo of a …"."""
    captioned = load_captioned(folder, read_captioned(pictures), split)
    subjects = sorted({picture.subject for picture in captioned.pictures})
    truth = torch.tensor([subjects.index(picture.subject) for picture in captioned.pictures])
    return _ranked(model, model.visual.trunk.embed(captioned.features[:, 0].float()), subjects, truth)


@torch.no_grad()
def measure_objects(model: nn.Module, pictures: Path, size: int) -> Figures:
    """Top-1 of photographs of one thing each, none of them learnt from, among all of their subjects."""
    photos = read_object_photographs(pictures)
    squares = [torch.from_numpy(centre_square(load_image(photo.path), size)).permute(2, 0, 1) for photo in photos]
    embedded = model.encode_image(trunk_input(torch.stack(squares)))
    return _ranked(model, embedded, [photo.subject for photo in photos], torch.arange(len(photos)))


def _ranked(model: nn.Module, embedded: Tensor, subjects: list[str], truth: Tensor) -> Figures:
    texts = encode_prompts(model, [f"a photo of a {subject}" for subject in subjects])
    ranks = (functional.normalize(embedded, dim=1) @ texts.T).argsort(dim=1, descending=True)
    return {
        "subjects": len(subjects),
        "pictures": len(truth),
        "top1": share(ranks[:, 0] == truth),
        "top5": share((ranks[:, :5] == truth[:, None]).any(1)),
    }


@torch.no_grad()
def measure_held_out_paintings(model: nn.Module, folder: Path, pictures: Path) -> Figures:
    """Crops of held-out paintings among movement-and-artist phrases; another artist of the movement is right, too.

    The share over paintings takes the mean embedding of a painting's crops.
    """
    phrases = movement_phrases()
    groups = list(dict.fromkeys(phrases.values()))
    texts = encode_prompts(model, list(phrases))
    movement = torch.tensor([groups.index(group) for group in phrases.values()])
    crops_right, paintings_right = [], []
    for painting in read_held_out_paintings(pictures):
        features = load_file(folder / f"painting--{painting.name}.safetensors")["features"].float()
        embedded = functional.normalize(model.visual.trunk.embed(features), dim=1)
        truth = groups.index(movement_of(painting.artist, phrases))
        crops_right.append(movement[(embedded @ texts.T).argmax(1)] == truth)
        paintings_right.append(movement[(embedded.mean(0) @ texts.T).argmax()] == truth)
    return {
        "candidates": len(phrases),
        "paintings": len(paintings_right),
        "crops": sum(len(right) for right in crops_right),
        "top1_crops": share(torch.cat(crops_right)),
        "top1_paintings": share(torch.stack(paintings_right)),
    }


def movement_of(artist: str, phrases: dict[str, str]) -> str:
    """The movement of the phrase that names the artist."""
    return next(group for phrase, group in phrases.items() if phrase.endswith(artist))


def share(right: Tensor) -> float:
    """Mean of booleans."""
    return round(float(right.float().mean()), 4)
