"""Cached features as tensors, and random batches of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from tools.clip.features import BLENDS, Shard, load_shard
from tools.clip.objects import CaptionedFeatures
from tools.clip.renderings.sets import RenderingSet
from tools.clip.sources import CaptionedPicture, Split

STRENGTHS = (0.0, *BLENDS, 1.0)


@dataclass(frozen=True)
class FeatureSet:
    """Features of S shards: ``content`` S×V×F, ``stylized`` S×L×V×F, ``blended`` S×L×B×F, ``blended_view`` S×L."""

    content: Tensor
    stylized: Tensor
    blended: Tensor
    blended_view: Tensor
    names: list[str]

    def series(self, shard: Tensor, label: Tensor) -> Tensor:
        """Features of one view at the five strengths of a style, N×5×F."""
        view = self.blended_view[shard, label]
        start, end = self.content[shard, view], self.stylized[shard, label, view]
        return torch.cat([start[:, None], self.blended[shard, label], end[:, None]], dim=1).float()


@dataclass(frozen=True)
class Batch:
    """Features N×F, those of the same views of the photographs, and labels."""

    features: Tensor
    content: Tensor
    labels: Tensor


def load_feature_set(folder: Path, renderings: RenderingSet, split: Split, variants: int) -> FeatureSet:
    """Stack the shards of a split that are in the cache.

    Raises:
        FileNotFoundError: there is none.
    """
    shards: list[Shard] = []
    names: list[str] = []
    for path in sorted(folder.glob(f"{renderings.value}--{split.value}--*.safetensors")):
        _, _, name, variant = path.stem.split("--")
        if int(variant) < variants:
            shards.append(load_shard(path))
            names.append(name)
    if not shards:
        raise FileNotFoundError(f"no features of {renderings.value}, {split.value} in {folder}")
    return FeatureSet(
        torch.stack([shard.content for shard in shards]),
        torch.stack([shard.stylized for shard in shards]),
        torch.stack([shard.blended for shard in shards]),
        torch.stack([shard.blended_view for shard in shards]),
        names,
    )


def load_view_features(folder: Path, kind: str, names: list[str]) -> Tensor:
    """Features of views of paintings (``kind`` "painting") or of unchanged photographs ("photo"), P×N×F."""
    return torch.stack([load_file(folder / f"{kind}--{name}.safetensors")["features"] for name in names])


def load_composites(folder: Path) -> Tensor:
    """Features of cut-outs pasted into photographs, P×N×F."""
    return load_file(folder / "composites.safetensors")["features"]


def load_captioned(folder: Path, pictures: list[CaptionedPicture], split: Split | None) -> CaptionedFeatures:
    """Features of the captioned pictures of a split, or of those to learn from."""
    features = load_file(folder / "captioned.safetensors")["features"]
    if len(features) != len(pictures):
        raise ValueError(f"{folder} holds features of {len(features)} captioned pictures, not {len(pictures)}")
    chosen = [index for index, picture in enumerate(pictures) if picture.split is split]
    return CaptionedFeatures(features[chosen], [pictures[index] for index in chosen])


def sample_stylized(features: FeatureSet, size: int, photo_label: int, photo_share: float) -> Batch:
    """Random renderings, labels balanced but for a larger share of unchanged photographs."""
    shards, labels, views, _ = features.stylized.shape
    shard = torch.randint(shards, (size,))
    label = torch.randint(labels, (size,))
    view = torch.randint(views, (size,))
    unchanged = torch.rand(size) < photo_share
    label = torch.where(unchanged, photo_label, label)
    content = features.content[shard, view].float()
    chosen = torch.where(unchanged[:, None], content, features.stylized[shard, label, view].float())
    return Batch(chosen, content, label)


def sample_views(views: Tensor, size: int, first_label: int, *, one_label: bool) -> Batch:
    """Random views of pictures as they are; their own features stand in for the photograph's.

    Label ``first_label`` for all, or counted on from it, picture by picture.
    """
    picture = torch.randint(views.shape[0], (size,))
    chosen = views[picture, torch.randint(views.shape[1], (size,))].float()
    labels = torch.full_like(picture, first_label) if one_label else picture + first_label
    return Batch(chosen, chosen, labels)
