"""Render, look, and keep the trunk's features on disk: the slow half of the training, done once.

``python -m tools.clip.features clip-tiny --pictures DIR --cache DIR``
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from benchmark.models.clip_tiny_tower import StatisticsTrunk
from tools.clip.image_operations import Array, centre_square, from_pil, load_image, saturate, to_pil
from tools.clip.renderings.paintings import random_square
from tools.clip.renderings.sets import RenderingSet, procedural_renderings, render_painting
from tools.clip.sources import Photo, Split, read_captioned, read_held_out_paintings, read_pictures, split_of
from tools.clip.trunks import load_tower
from tools.clip.views import sample_views, show

RENDERING_SIDE = 256
BLENDS = (0.25, 0.5, 0.75)
CROPS = 4
PAINTING_CROPS = 48
PHOTO_VIEWS = 48
PHOTO_SQUARES = 16
CAPTIONED_VIEWS = 5
COMPOSITE_VIEWS = 4
INPUT_SIZES = {"clip-tiny": 144, "clip-tiny-judge": 224}
_MEAN = torch.tensor((0.48145466, 0.4578275, 0.40821073)).view(1, 3, 1, 1)
_STANDARD_DEVIATION = torch.tensor((0.26862954, 0.26130258, 0.27577711)).view(1, 3, 1, 1)


@dataclass(frozen=True)
class Shard:
    """Features of one photograph in every style. V views, L labels, B blends of one of the views.

    ``content`` V×F, ``stylized`` L×V×F, ``blended`` L×B×F, ``blended_view`` L.
    """

    content: Tensor
    stylized: Tensor
    blended: Tensor
    blended_view: Tensor


@torch.no_grad()
def extract(trunk: StatisticsTrunk, images: list[Tensor]) -> Tensor:
    """Views of the model's input size → N×F, in half precision."""
    return trunk(trunk_input(torch.cat(images))).half()


def trunk_input(images: Tensor) -> Tensor:
    """N×3×S×S in [0, 1] → open_clip's normalisation."""
    return (images - _MEAN) / _STANDARD_DEVIATION


def photo_shard(
    trunk: StatisticsTrunk,
    photo: Array,
    paintings: list[Array],
    renderings: RenderingSet,
    size: int,
    rng: Generator,
    *,
    augment: bool,
) -> Shard:
    """Render a photograph in every style and extract the features of the same views of each."""
    content = _augmented_square(photo, rng) if augment else centre_square(photo, RENDERING_SIDE)
    views = sample_views(rng, RENDERING_SIDE, CROPS, augment=augment)
    content_tensor = _to_tensor(content)
    content_views = [show(content_tensor, view, size) for view in views]
    stylized_features, blended_features, blended_view = [], [], []
    stylized_images = [function(content.copy(), rng) for function in procedural_renderings(renderings).values()] + [
        render_painting(renderings, content, painting, rng) for painting in paintings
    ]
    for stylized in stylized_images:
        stylized_tensor = _to_tensor(stylized)
        chosen = int(rng.integers(len(views)))
        blends = [
            show(amount * stylized_tensor + (1 - amount) * content_tensor, views[chosen], size) for amount in BLENDS
        ]
        features = extract(trunk, [show(stylized_tensor, view, size) for view in views] + blends)
        stylized_features.append(features[: len(views)])
        blended_features.append(features[len(views) :])
        blended_view.append(chosen)
    return Shard(
        extract(trunk, content_views),
        torch.stack(stylized_features),
        torch.stack(blended_features),
        torch.tensor(blended_view),
    )


def painting_features(trunk: StatisticsTrunk, painting: Array, size: int, rng: Generator) -> dict[str, Tensor]:
    """Features of random crops of the painting itself, N×F."""
    crops = []
    for _ in range(PAINTING_CROPS):
        square = _to_tensor(random_square(painting, rng, RENDERING_SIDE, 0.35))
        crops.append(show(square, sample_views(rng, RENDERING_SIDE, 1, augment=True)[int(rng.random() < 0.5)], size))
    return {"features": extract(trunk, crops)}


def photo_features(trunk: StatisticsTrunk, photo: Array, size: int, rng: Generator) -> dict[str, Tensor]:
    """Features of random views of a photograph as it is, N×F, many more than are worth rendering."""
    crops = []
    for _ in range(PHOTO_VIEWS):
        square = _to_tensor(_augmented_square(photo, rng))
        crops.append(show(square, sample_views(rng, RENDERING_SIDE, 1, augment=True)[int(rng.random() < 0.7)], size))
    return {"features": extract(trunk, crops)}


def photo_squares(photo: Array, rng: Generator) -> Tensor:
    """Random squares of a photograph as it is, N×3×256×256, 8-bit."""
    squares = torch.cat([_to_tensor(_augmented_square(photo, rng)) for _ in range(PHOTO_SQUARES)])
    return (squares * 255).round().to(torch.uint8)


def captioned_features(trunk: StatisticsTrunk, picture: Path, size: int, rng: Generator) -> Tensor:
    """Features of a cut-out, V×F: the first on white, the others on random grounds, turned, cropped and recoloured."""
    views = []
    with Image.open(picture) as opened:
        cut_out = opened.convert("RGBA")
    for index in range(CAPTIONED_VIEWS):
        share = 0.92 if index == 0 else rng.uniform(0.6, 1.1)
        ground = (255, 255, 255) if index == 0 else tuple(int(v) for v in rng.integers(0, 256, 3))
        scale = share * RENDERING_SIDE / max(cut_out.size)
        figure = cut_out.resize([max(1, round(scale * side)) for side in cut_out.size], Image.Resampling.BICUBIC)
        if index and rng.random() < 0.5:
            figure = figure.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        canvas = Image.new("RGB", (RENDERING_SIDE, RENDERING_SIDE), ground)
        corner = [(RENDERING_SIDE - side) // 2 + int(index and rng.integers(-20, 21)) for side in figure.size]
        canvas.paste(figure, tuple(corner), figure)
        view = sample_views(rng, RENDERING_SIDE, 0, augment=index > 0)[0]
        views.append(show(_to_tensor(from_pil(canvas)), view, size))
    return extract(trunk, views)


def composite_features(trunk: StatisticsTrunk, picture: Path, ground: Array, size: int, rng: Generator) -> Tensor:
    """Features of a photographed cut-out pasted into a photograph, N×F: photographs of more things."""
    views = []
    with Image.open(picture) as opened:
        cut_out = opened.convert("RGBA")
    for _ in range(COMPOSITE_VIEWS):
        canvas = to_pil(_augmented_square(ground, rng))
        scale = rng.uniform(0.4, 0.95) * RENDERING_SIDE / max(cut_out.size)
        figure = cut_out.resize([max(1, round(scale * side)) for side in cut_out.size], Image.Resampling.BICUBIC)
        corner = tuple(int(rng.integers(0, RENDERING_SIDE - side + 1)) for side in figure.size)
        canvas.paste(figure, corner, figure)
        view = sample_views(rng, RENDERING_SIDE, 1, augment=True)[int(rng.random() < 0.5)]
        views.append(show(_to_tensor(from_pil(canvas)), view, size))
    return extract(trunk, views)


def shard_path(cache: Path, model: str, renderings: RenderingSet, split: Split, photo: str, variant: int) -> Path:
    """Returns the path of the features of one variant of a photograph."""
    return cache / model / f"{renderings.value}--{split.value}--{photo}--{variant}.safetensors"


def load_shard(path: Path) -> Shard:
    """Read a shard from the cache."""
    return Shard(**load_file(path))


def build_cache(model: str, pictures: Path, cache: Path, variants: int, *, evaluation: bool) -> None:
    """Fill the cache; what is there already is kept, so that the work can be interrupted."""
    trunk, size = load_tower(model).trunk, INPUT_SIZES[model]
    photos, paintings = read_pictures(pictures)
    splits = split_of(photos)
    painting_images = [load_image(painting.path) for painting in paintings]
    (cache / model).mkdir(parents=True, exist_ok=True)
    own = RenderingSet(model)
    jobs = [(own, photo, Split(model), variant) for variant in range(variants) for photo in photos]
    if evaluation:
        other = RenderingSet.JUDGE if own is RenderingSet.TINY else RenderingSet.TINY
        held_out = ((own, Split.VALIDATION), (own, Split.TEST), (other, Split.TEST))
        jobs = [(renderings, photo, split, 0) for renderings, split in held_out for photo in photos] + jobs
    for painting in [*paintings, *read_held_out_paintings(pictures)]:
        path = cache / model / f"painting--{painting.name}.safetensors"
        _cache_views(painting_features, path, load_image(painting.path), trunk, size)
    for photo in photos:
        if splits[photo.name] is Split(model):
            path = cache / model / f"photo--{photo.name}.safetensors"
            _cache_views(photo_features, path, load_image(photo.path), trunk, size)
    _cache_captioned(model, pictures, cache, trunk)
    _cache_composites(model, pictures, cache, trunk, [photo for photo in photos if splits[photo.name] is Split(model)])
    for renderings, photo, split, variant in jobs:
        path = shard_path(cache, model, renderings, split, photo.name, variant)
        if splits[photo.name] is not split or path.exists():
            continue
        rng = _generator(renderings.value, photo, variant)
        shard = photo_shard(
            trunk,
            load_image(photo.path),
            painting_images,
            renderings,
            size,
            rng,
            augment=split not in (Split.VALIDATION, Split.TEST),
        )
        _save(vars(shard), path)
        print(path.name, flush=True)


def _cache_views(
    extract_views: Callable[[StatisticsTrunk, Array, int, Generator], dict[str, Tensor]],
    path: Path,
    image: Array,
    trunk: StatisticsTrunk,
    size: int,
) -> None:
    if not path.exists():
        rng = np.random.default_rng(_seed(path.stem, str(size)))
        _save(extract_views(trunk, image, size, rng), path)


def _cache_captioned(model: str, pictures: Path, cache: Path, trunk: StatisticsTrunk) -> None:
    path = cache / model / "captioned.safetensors"
    if not path.exists():
        rows = [
            captioned_features(trunk, picture.path, INPUT_SIZES[model], np.random.default_rng(_seed(picture.name)))
            for picture in read_captioned(pictures)
        ]
        _save({"features": torch.stack(rows)}, path)


def _cache_composites(model: str, pictures: Path, cache: Path, trunk: StatisticsTrunk, photos: list[Photo]) -> None:
    path = cache / model / "composites.safetensors"
    if path.exists():
        return
    cut_outs = [picture for picture in read_captioned(pictures) if picture.split is None and picture.is_photograph]
    grounds = [load_image(photo.path) for photo in photos]
    rows = []
    for picture in cut_outs:
        rng = np.random.default_rng(_seed("composite", picture.name))
        ground = grounds[int(rng.integers(len(grounds)))]
        rows.append(composite_features(trunk, picture.path, ground, INPUT_SIZES[model], rng))
    _save({"features": torch.stack(rows)}, path)


def _augmented_square(photo: Array, rng: Generator) -> Array:
    square = random_square(photo, rng, RENDERING_SIDE)
    if rng.random() < 0.7:
        tint = rng.uniform(0.85, 1.15, 3).astype(np.float32)
        square = saturate(np.clip(square * tint * rng.uniform(0.8, 1.15), 0, 1), rng.uniform(0.6, 1.5))
        square = square ** rng.uniform(0.75, 1.3)
    return square.astype(np.float32)


def _to_tensor(image: Array) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(np.clip(image, 0, 1), np.float32)).permute(2, 0, 1)[None]


def _generator(renderings: str, photo: Photo, variant: int) -> Generator:
    return np.random.default_rng(_seed(renderings, photo.name, str(variant)))


def _seed(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("/".join(parts).encode()).digest()[:8], "big")


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    unfinished = path.with_suffix(".unfinished")
    save_file({name: value.contiguous() for name, value in tensors.items()}, unfinished)
    unfinished.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=INPUT_SIZES)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--variants", type=int, default=6)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--no-evaluation", action="store_true", help="skip validation and test photographs")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    build_cache(
        arguments.model,
        arguments.pictures,
        arguments.cache,
        arguments.variants,
        evaluation=not arguments.no_evaluation,
    )


if __name__ == "__main__":
    main()
