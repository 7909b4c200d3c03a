"""Train one of the two models, from pictures to the shipped file.

``python -m tools.clip.train clip-tiny --pictures DIR --cache DIR`` (or ``clip-tiny-judge``)
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from random import Random

import numpy as np
import open_clip
import torch
from safetensors.torch import save_file
from torch import nn

from benchmark.models.clip_tiny import ClipTinyName, reduced_tokenizer, register_configurations
from tools.clip.captions import Captions
from tools.clip.dataset import load_captioned, load_composites, load_feature_set, load_view_features
from tools.clip.evaluate import evaluate
from tools.clip.features import build_cache, photo_squares
from tools.clip.image_operations import load_image
from tools.clip.object_space import ObjectSpace
from tools.clip.objects import ObjectTeaching
from tools.clip.phrases import style_labels
from tools.clip.renderings.sets import RenderingSet
from tools.clip.sources import Split, read_captioned, read_pictures
from tools.clip.teaching_words import TeachingWords
from tools.clip.text_tower import initialise_token_table, word_vector
from tools.clip.trainer import Trainer, TrainingData, TrainingSettings
from tools.clip.trunks import load_tower
from tools.clip.wordings import Teaching
from tools.clip.wordnet import WordNet

WEIGHTS = Path(__file__).parents[2] / "benchmark" / "models" / "weights"


# Chosen on validation pictures: hiding what a picture shows helped the judge tell photographs from paintings, and cost
# clip-tiny some of its styles.
SETTINGS = {
    ClipTinyName.TINY: TrainingSettings(
        seed=0,
        steps=1400,
        hidden_plain_share=0.3,
        painting_batch=48,
        photo_batch=128,
        composite_batch=48,
        attack_every=8,
    ),
    ClipTinyName.JUDGE: TrainingSettings(seed=1),
}


def export(model: nn.Module, path: Path) -> None:
    """Matrices in half precision, vectors (normalisation statistics among them) in single precision."""
    tensors = {
        name: (value.half() if value.ndim >= 2 else value).contiguous() for name, value in model.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={"format": "pt"})
    path.chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=[name.value for name in ClipTinyName])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="where to write the file; by default where the package reads it")
    parser.add_argument("--variants", type=int, default=TrainingSettings.variants)
    parser.add_argument("--steps", type=int, help="instead of the model's own number")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cached-only", action="store_true", help="use what the cache holds, extract nothing")
    parser.add_argument("--test", action="store_true", help="measure on what no choice may use, not on validation")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    name = arguments.model
    settings = replace(SETTINGS[ClipTinyName(name)], variants=arguments.variants)
    settings = replace(settings, steps=arguments.steps or settings.steps)
    if not arguments.cached_only:
        build_cache(name, arguments.pictures, arguments.cache, settings.variants, evaluation=True)

    torch.manual_seed(settings.seed)
    rng = Random(settings.seed)
    photos, paintings = read_pictures(arguments.pictures)
    generator = np.random.default_rng(settings.seed)
    folder = arguments.cache / name
    features = load_feature_set(folder, RenderingSet(name), Split(name), settings.variants)
    register_configurations()
    model = open_clip.create_model(name)
    model.visual.trunk.load_state_dict(load_tower(name).state_dict())
    model.eval().requires_grad_(False)
    for learning in (model.text, model.visual.trunk.head, model.visual.trunk.objects.vectors):
        learning.requires_grad_(True)
    initialise_token_table(model.text, reduced_tokenizer())
    labels = style_labels(paintings)
    wordnet = WordNet()
    space = ObjectSpace(wordnet, word_vector)
    objects = ObjectTeaching(space, TeachingWords(wordnet, space))
    captions = Captions(Teaching(name), labels, paintings, objects.words.words, rng)
    data = TrainingData(
        features,
        load_view_features(folder, "painting", [painting.name for painting in paintings]),
        load_view_features(folder, "photo", photo_names := sorted(set(features.names))),
        load_composites(folder),
        torch.cat([photo_squares(load_image(photo.path), generator) for photo in photos if photo.name in photo_names]),
        load_captioned(folder, read_captioned(arguments.pictures), None),
    )
    trainer = Trainer(model, data, captions, objects, settings, rng)
    started = time.perf_counter()
    trainer.train()
    path = arguments.weights or WEIGHTS / f"{name}.safetensors"
    export(model, path)
    measures = {
        "model": name,
        "settings": asdict(settings),
        "training_shards": len(features.names),
        "training_seconds": round(time.perf_counter() - started, 1),
        "bytes": path.stat().st_size,
        **evaluate(model, folder, arguments.pictures, Split.TEST if arguments.test else Split.VALIDATION),
    }
    report = folder / "measures.json"
    report.write_text(json.dumps(measures, indent=2) + "\n", encoding="utf-8")
    print(report.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
