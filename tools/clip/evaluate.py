"""Measures on photographs and in phrasings that no training has seen.

``python -m tools.clip.evaluate clip-tiny --pictures DIR --cache DIR`` measures the shipped file.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.nn import functional

from benchmark.models.clip_tiny import ClipTinyName
from benchmark.models.specification import find_model
from tools.clip.dataset import STRENGTHS, FeatureSet, load_feature_set
from tools.clip.features import INPUT_SIZES
from tools.clip.phrases import phrase_table, style_labels, templates
from tools.clip.recognition import encode_prompts, measure_cut_outs, measure_held_out_paintings, measure_objects, share
from tools.clip.renderings.sets import RenderingSet
from tools.clip.robustness import attack_views, measure_attacks, measure_attacks_through_crops
from tools.clip.sources import Painting, Split, read_pictures, split_of
from tools.clip.wordings import WORDINGS, Teaching


@dataclass(frozen=True)
class Measures:
    """Shares of right answers in [0, 1], with the numbers of images they are taken from."""

    images: int
    photographs: int
    labels: int
    style_top1: float
    photo_top1: float
    style_top1_procedural: float
    style_top1_paintings: float
    artist_top1: float
    direction_images: int
    direction_top1: float
    direction_top1_procedural: float
    direction_top1_paintings: float
    strength_series: int
    strength_spearman: float


def held_out_texts(model: nn.Module, paintings: list[Painting]) -> Tensor:
    """One unit vector a label: the mean over its held-out phrases in held-out templates."""
    table = phrase_table(paintings, Teaching.HELD_OUT)
    texts = []
    for label in style_labels(paintings):
        phrases = [phrase for phrase, fitting in table.items() if fitting == {label}]
        prompts = [template.format(s=phrase) for phrase in phrases for template in templates(Teaching.HELD_OUT)]
        texts.append(functional.normalize(encode_prompts(model, prompts).mean(0), dim=0))
    return torch.stack(texts)


@torch.no_grad()
def measure_styles(model: nn.Module, features: FeatureSet, paintings: list[Painting]) -> Measures:
    """Style, artist, direction and strength on one set of renderings."""
    embed, texts = model.visual.trunk.embed, held_out_texts(model, paintings)
    labels = torch.arange(len(texts))
    procedural = len(WORDINGS)
    content = functional.normalize(embed(features.content.float()), dim=-1)
    stylized = functional.normalize(embed(features.stylized.float()), dim=-1)
    answers = (stylized @ texts.T).argmax(-1)
    right = answers == labels[None, :, None]
    artists = [*WORDINGS, *(painting.artist for painting in paintings)]
    same_artist = torch.tensor([[a == b for b in artists] for a in artists])
    artist_right = same_artist[labels[None, procedural:, None], answers[:, procedural:]]

    photo_text = encode_prompts(model, ["a photo"])[0]
    text_direction = functional.normalize(texts[1:] - photo_text, dim=-1)
    image_direction = functional.normalize(stylized[:, 1:] - content[:, None], dim=-1)
    direction_right = (image_direction @ text_direction.T).argmax(-1) == labels[None, :-1, None]

    correlations = []
    for label in range(1, len(texts)):
        shard = torch.arange(len(features.names))
        series = embed(features.series(shard, torch.full_like(shard, label)))
        similarity = functional.normalize(series, dim=-1) @ texts[label]
        correlations += [float(spearmanr(STRENGTHS, row).statistic) for row in similarity.numpy()]
    return Measures(
        images=right.numel(),
        photographs=len(features.names),
        labels=len(texts),
        style_top1=share(right),
        photo_top1=share(right[:, list(WORDINGS).index("photo")]),
        style_top1_procedural=share(right[:, :procedural]),
        style_top1_paintings=share(right[:, procedural:]),
        artist_top1=share(artist_right),
        direction_images=direction_right.numel(),
        direction_top1=share(direction_right),
        direction_top1_procedural=share(direction_right[:, : procedural - 1]),
        direction_top1_paintings=share(direction_right[:, procedural - 1 :]),
        strength_series=len(correlations),
        strength_spearman=round(sum(correlations) / len(correlations), 4),
    )


def measure_speed(model: nn.Module, size: int, threads: int = 2, patches: int = 64) -> float:
    """Seconds for the embeddings of patches and the gradient to their pixels, best of three."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    images = torch.rand(patches, 3, size, size, requires_grad=True)
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        model.encode_image(images).sum().backward()
        seconds.append(time.perf_counter() - started)
    torch.set_num_threads(before)
    return round(min(seconds[1:]), 3)


def evaluate(model: nn.Module, folder: Path, pictures: Path, split: Split) -> dict[str, object]:
    """All measures of a model on validation or test pictures; those on held-out paintings belong to the test."""
    photos, paintings = read_pictures(pictures)
    model.eval()
    results: dict[str, object] = {"split": split.value}
    for renderings in RenderingSet:
        try:
            features = load_feature_set(folder, renderings, split, variants=1)
        except FileNotFoundError:
            continue
        results[f"styles, renderings of {renderings.value}"] = asdict(measure_styles(model, features, paintings))
    size = INPUT_SIZES[folder.name]
    results["cut-outs"] = measure_cut_outs(model, folder, pictures, split)
    if split is Split.TEST:
        results["objects"] = measure_objects(model, pictures, size)
        results["held-out paintings"] = measure_held_out_paintings(model, folder, pictures)
    chosen = [photo for photo in photos if split_of(photos)[photo.name] is split]
    texts = held_out_texts(model, paintings)
    results["attacks"] = measure_attacks(model, texts, attack_views(model, texts, chosen, size))
    results["attacks through crops"] = measure_attacks_through_crops(model, texts, chosen, size)
    results["seconds_for_64_patches_forward_and_backward"] = measure_speed(model, size)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=[name.value for name in ClipTinyName])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--split", type=Split, choices=[Split.VALIDATION, Split.TEST], default=Split.VALIDATION)
    arguments = parser.parse_args()
    model = find_model(arguments.model).load()
    results = evaluate(model.towers, arguments.cache / arguments.model, arguments.pictures, arguments.split)
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
