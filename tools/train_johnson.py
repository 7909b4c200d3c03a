"""Train a feed-forward network for one painting: from a picture and a folder of photographs to a file of weights.

    python -m tools.train_johnson --style PAINTING --photographs DIR --out DIR [--steps N] [--batch N] [--size PIXELS]
        [--width 16] [--start WEIGHTS] [--held-out NAME ...] [--device cuda]

    benchmark run --methods johnson --set johnson.weights=DIR/weights.safetensors

Any folder of photographs will do. The run writes a checkpoint, the weights so far (float16, with the hash of the
painting's pixels) and a log to `--out`; killed and started again with the same options it continues as if it had not
been stopped. At the end it measures the style loss on the photographs that were held out and writes `measures.json`.

Without options the recipe is that of pytorch/examples' fast_neural_style, but for the VGG, which is the package's
VGG-19 (`--vgg vgg16` takes torchvision's VGG-16, if it has been fetched), and for the photographs, of which squares of
random place and scale are cut, mirrored or not, where there each is resized and cut once. The paper (Johnson, Alahi,
Fei-Fei: Perceptual Losses for Real-Time Style Transfer and Super-Resolution. ECCV 2016) adds total variation:
`--total-variation-weight`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch

from benchmark.errors import BenchmarkError, InputError
from benchmark.images import open_image, pixels_sha256, to_tensor
from benchmark.models.transform_network_file import Painting
from benchmark.plan.device import choose_device
from methods.shared.image_geometry import resize_shorter_side
from tools.johnson.measures import measure
from tools.johnson.photographs import choose, load_photographs
from tools.johnson.recipe import Recipe, Schedule
from tools.johnson.trainer import Trainer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.adain.corpus import Picture

MEASURED_SIZES: Final = (256, 512)


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains and measures; returns the exit code."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    recipe = Recipe(**{field.name: getattr(options, field.name) for field in fields(Recipe)})
    try:
        photographs, held_out = split(load_photographs(options.photographs), options.held_out)
        trainer = _begin(recipe, photographs, options)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    train(trainer, options.out, save_every=options.save_every, log_every=options.log_every)
    if held_out:
        write_measures(trainer, held_out, options.out / "measures.json")
    return 0


def split(photographs: Sequence[Picture], held_out: Sequence[str]) -> tuple[list[Picture], list[Picture]]:
    """Parts the photographs to train on from those to measure on.

    Args:
        photographs: All of them.
        held_out: Names, without suffix, of those to measure on.

    Raises:
        InputError: A name is not among them, or none is left to train on.
    """
    chosen = choose(photographs, held_out, "--held-out")
    training = [photograph for photograph in photographs if photograph.name not in held_out]
    if not training:
        raise InputError("all photographs are held out, none is left to train on")
    return training, chosen


def train(trainer: Trainer, out: Path, *, save_every: int, log_every: int) -> None:
    """Trains until the recipe's steps are done, and saves.

    Args:
        trainer: What is trained.
        out: Folder of the checkpoint, the weights and the log.
        save_every: Steps from one checkpoint to the next.
        log_every: Steps from one line of progress to the next.
    """
    steps, first, started = trainer.recipe.steps, trainer.step, time.monotonic()
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        while trainer.step < steps:
            losses = trainer.advance()
            if trainer.step % log_every == 0 or trainer.step == steps:
                seconds = time.monotonic() - started
                minutes_left = seconds / (trainer.step - first) * (steps - trainer.step) / 60
                terms = {name: float(f"{value.item():.4g}") for name, value in vars(losses).items()}
                log.write(json.dumps({"step": trainer.step, "seconds": round(seconds)} | terms) + "\n")
                log.flush()
                words = ", ".join(f"{name} {value:.3g}" for name, value in terms.items())
                print(f"step {trainer.step} of {steps}, {minutes_left:.1f} min left: {words}", flush=True)
            if trainer.step % save_every == 0:
                trainer.save(out)
    trainer.save(out)


def write_measures(trainer: Trainer, held_out: Sequence[Picture], file: Path) -> None:
    """Measures the style loss on held-out photographs and writes it as JSON."""
    found = [measure(trainer.network, trainer.loss.style, held_out, size) for size in MEASURED_SIZES]
    file.write_text(json.dumps([asdict(measures) for measures in found], indent=2) + "\n", encoding="utf-8")
    for measures in found:
        print(
            f"style loss at {measures.size} px on {len(held_out)} held-out photographs: {measures.share:.3f} of the"
            f" untouched ones' (worst {measures.worst_share:.3f})"
        )


def _begin(recipe: Recipe, photographs: Sequence[Picture], options: argparse.Namespace) -> Trainer:
    picture = open_image(options.style)
    painting = Painting(title=options.title or options.style.stem, pixels_sha256=pixels_sha256(picture))
    image = resize_shorter_side(to_tensor(picture), recipe.style_size)
    trainer = Trainer(recipe, painting, image, photographs, torch.device(choose_device(options.device)))
    options.out.mkdir(parents=True, exist_ok=True)
    if trainer.restore(options.out):
        print(f"continues at step {trainer.step} of {recipe.steps}", flush=True)
    elif options.start is not None:
        trainer.start_from(options.start)
    return trainer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train a feed-forward network for one painting.")
    parser.add_argument("--style", type=Path, required=True, metavar="FILE", help="the painting")
    parser.add_argument("--title", default="", help="title of the painting; by default the name of its file")
    parser.add_argument("--photographs", type=Path, required=True, metavar="DIR", help="any folder of photographs")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="checkpoint, weights and log")
    parser.add_argument("--held-out", nargs="*", default=[], metavar="NAME", help="photographs to measure on")
    parser.add_argument("--start", type=Path, metavar="FILE", help="first weights, of this painting or another")
    for field in fields(Recipe):
        option = "--" + field.name.replace("_", "-")
        if isinstance(field.default, bool):
            parser.add_argument(option, action="store_true", help=field.name.replace("_", " "))
        else:
            kind = Schedule if isinstance(field.default, Schedule) else type(field.default)
            parser.add_argument(option, type=kind, default=field.default, help=f"default {field.default}")
    parser.add_argument("--device", default="auto", help="cpu or cuda; by default cuda if there is one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=200, metavar="STEPS")
    parser.add_argument("--log-every", type=int, default=20, metavar="STEPS")
    return parser


if __name__ == "__main__":
    sys.exit(main())
