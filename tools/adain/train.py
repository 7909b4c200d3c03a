"""Train the AdaIN decoder that ships with the package: from folders of pictures to the file, in one command.

    python -m tools.adain.train --pictures DIR --out DIR [--extra DIR ...] [--steps 2400] [--minutes 60]
        [--start FILE] [--device cuda --workers 12]

`--pictures` holds `photos/` and `paintings/`. The run writes a checkpoint, the exported decoder, a log and sheets of
validation pictures to `--out`; started again with the same `--out` it continues. `--start` takes the first weights from
a published decoder and trains by the recipe for continuing, which on an accelerator has larger batches of larger crops.
At the end it measures the decoder on the held-out pictures and writes `measures.json`.

The losses are those of Huang and Belongie 2017. To converge in an hour on a CPU core rather than a day on a GPU it
departs from their recipe: the first weights come from least squares (least_squares_start.py), the optimiser is Muon
(muon.py) with cosine decay, crops grow from 128 to 192 pixels, convolutions run in bfloat16, the shipped weights are a
moving average, and in every batch a quarter of the pictures serve as their own style: their pixels must come back. To
continue, a loss on lattices (lattice.py) comes on top. The features are those of the original VGG-19, so the losses are
divided by the power of their layer.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from benchmark.models.adain_decoder import AdaINDecoder, load_adain_decoder_embedded
from benchmark.models.feature_statistics import adaptive_instance_normalization, mean_and_standard_deviation
from benchmark.models.specification import find_model
from benchmark.models.vgg import VGG19
from tools.adain.corpus import Corpus, load_corpus
from tools.adain.crops import Crops
from tools.adain.lattice import lattice_loss
from tools.adain.least_squares_start import fit_by_least_squares
from tools.adain.measures import HELD_OUT, VALIDATION, load_pairs, measure, render_sheet
from tools.adain.muon import Muon
from tools.adain.recipes import CONTINUING, CONTINUING_ON_ACCELERATOR, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STYLE_LAYERS: Final = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
CONTENT_LAYER: Final = "relu4_1"
START_BATCHES: Final = 24
_WEIGHTS: Final = ("content", "style", "pixel", "lattice")


class Trainer:
    """The decoder in training, its optimiser and its moving average."""

    def __init__(
        self, recipe: Recipe, corpus: Corpus, *, bfloat16: bool, device: torch.device | None = None, workers: int = 0
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.corpus = corpus
        self.workers = workers
        self.device = device or torch.device("cpu")
        self.dtype = torch.bfloat16 if bfloat16 else torch.float32
        encoder: VGG19 = find_model("vgg19-embedded").load()
        self.encoder = encoder.to(self.device, self.dtype)
        self.decoder = AdaINDecoder().to(self.device, memory_format=torch.channels_last)
        self._crops: tuple[Crops, Iterator[Tensor]] | None = None
        self.step = 0
        self.seconds = 0.0
        self._measure_features()
        self.average: dict[str, Tensor] = {}
        *weights, last = [parameter for parameter in self.decoder.parameters() if parameter.ndim == 4]
        others = [parameter for parameter in self.decoder.parameters() if parameter.ndim != 4]
        self.optimizers: dict[str, torch.optim.Optimizer] = {
            "muon": Muon(weights, lr=recipe.muon_learning_rate),
            "adam": torch.optim.Adam([*others, last], lr=recipe.adam_learning_rate, betas=(0.9, 0.99)),
        }

    def advance(self, progress: float) -> dict[str, Tensor]:
        """Take one optimisation step at a point of the schedule in [0, 1] and return its losses."""
        recipe = self.recipe
        small = progress < recipe.small_until
        images = self._next_batch(
            recipe.small_batch if small else recipe.large_batch, recipe.small_size if small else recipe.large_size
        )
        count = len(images)
        # The pictures of a batch are each other's styles, so that each is encoded once; the first are their own.
        own = count // 4
        order = torch.cat([torch.arange(own), torch.arange(own, count).roll(1 + self.step % max(count - own - 1, 1))])
        with torch.no_grad():
            encoded = self._encode(images)
            moments = {layer: mean_and_standard_deviation(features) for layer, features in encoded.items()}
            content = encoded[CONTENT_LAYER].float()
            target = adaptive_instance_normalization(content, content[order])
            target[:own] = content[:own]
        with torch.autocast(self.device.type, dtype=self.dtype, enabled=self.dtype is not torch.float32):
            decoded = self.decoder(self._normalize(target))
        decoded = decoded.float()
        result = self._encode(decoded)
        content_loss = functional.mse_loss(result[CONTENT_LAYER].float(), target) / self.layer_powers[CONTENT_LAYER]
        style_loss = torch.zeros((), device=self.device)
        for layer in STYLE_LAYERS:
            for ours, wanted in zip(mean_and_standard_deviation(result[layer]), moments[layer], strict=True):
                error = functional.mse_loss(ours.float(), wanted[order].float())
                style_loss = style_loss + error / self.layer_powers[layer]
        pixel_loss = functional.mse_loss(decoded[:own], images[:own]) * own / count
        outside = (decoded - decoded.clamp(0, 1)).square().mean()
        lattice = lattice_loss(decoded)
        loss = (
            recipe.content_weight * content_loss
            + recipe.style_weight * style_loss
            + recipe.pixel_weight * (pixel_loss + outside)
            + recipe.lattice_weight * lattice
        )
        self._descend(loss, progress)
        return {
            "loss": loss.detach(),
            "content": content_loss.detach(),
            "style": style_loss.detach(),
            "pixel": pixel_loss.detach() * count / max(own, 1),
            "outside": outside.detach(),
            "lattice": lattice.detach(),
        }

    def averaged_decoder(self) -> AdaINDecoder:
        """Return a frozen decoder with the moving average of the weights, rounded to float16 as on disk."""
        state = dict(self.average)
        # Training normalises the features, the shipped decoder takes them raw; reflection padding makes this exact.
        weight = state["layers.1.weight"] / self.input_deviation
        state["layers.1.weight"] = weight
        state["layers.1.bias"] = state["layers.1.bias"] - (weight * self.input_mean).sum(dim=(1, 2, 3))
        decoder = AdaINDecoder()
        decoder.load_state_dict({name: value.half().float().cpu() for name, value in state.items()})
        return decoder.to(memory_format=torch.channels_last).requires_grad_(False).eval()

    def continue_from(self, file: Path) -> None:
        """Take the weights of a published decoder: the inverse of `averaged_decoder`."""
        published = load_adain_decoder_embedded(file).state_dict()
        state = {name: value.to(self.device) for name, value in published.items()}
        weight = state["layers.1.weight"]
        state["layers.1.bias"] = state["layers.1.bias"] + (weight * self.input_mean).sum(dim=(1, 2, 3))
        state["layers.1.weight"] = weight * self.input_deviation
        self.decoder.load_state_dict(state)
        self._start_average()

    def save(self, folder: Path) -> None:
        """Write the checkpoint and the exported decoder, each whole or not at all."""
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "decoder": self.decoder.state_dict(),
            "average": self.average,
            "optimizers": {name: optimizer.state_dict() for name, optimizer in self.optimizers.items()},
        }
        temporary = folder / "checkpoint.tmp"
        torch.save(state, temporary)
        temporary.replace(folder / "checkpoint.pt")
        export(self.averaged_decoder(), folder / "adain-decoder-embedded.safetensors")

    def start_or_restore(self, folder: Path, start: Path | None = None) -> None:
        """Continue from a checkpoint; where there is none, from a published decoder, or fit the first weights."""
        file = folder / "checkpoint.pt"
        if not file.is_file():
            if start is None:
                self._start()
            else:
                self.continue_from(start)
            return
        state = torch.load(file, map_location=self.device, weights_only=True)
        self.step, self.seconds, self.average = state["step"], state["seconds"], state["average"]
        self.decoder.load_state_dict(state["decoder"])
        for name, optimizer in self.optimizers.items():
            optimizer.load_state_dict(state["optimizers"][name])

    def _next_batch(self, count: int, size: int) -> Tensor:
        """The batch of the present step, drawn ahead as long as its kind stays the same."""
        if self._crops is None or (self._crops[0].count, self._crops[0].size) != (count, size):
            crops = self._crops_of(count, size)
            self._crops = crops, crops.from_step(self.step, self.workers)
        return next(self._crops[1]).to(self.device)

    def _draw_batch(self, count: int, size: int, step: int = 0) -> Tensor:
        return self._crops_of(count, size)[step].to(self.device)

    def _crops_of(self, count: int, size: int) -> Crops:
        return Crops(self.corpus, self.recipe.seed, self.recipe.recoloured_share, count, size)

    def _encode(self, images: Tensor, layers: Sequence[str] = STYLE_LAYERS) -> dict[str, Tensor]:
        inputs = images.to(self.dtype).contiguous(memory_format=torch.channels_last)
        features: dict[str, Tensor] = self.encoder(inputs, layers)
        return features

    def _measure_features(self) -> None:
        """Measure the power of each layer, by which the losses are divided, and the moments of the decoder's input."""
        with torch.no_grad():
            encoded = {name: features.float() for name, features in self._encode(self._draw_batch(96, 128)).items()}
        self.layer_powers = {name: features.square().mean().item() for name, features in encoded.items()}
        self.input_mean = encoded[CONTENT_LAYER].mean(dim=(0, 2, 3), keepdim=True)
        deviation = encoded[CONTENT_LAYER].std(dim=(0, 2, 3), keepdim=True)
        self.input_deviation = deviation.clamp_min(0.2 * deviation.mean().item())

    def _start(self) -> None:
        batches = [self._draw_batch(8, 128, step=-1 - index) for index in range(START_BATCHES)]

        def encode(images: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
            return self._encode(images, layers)

        fit_by_least_squares(self.decoder, batches, encode, self._normalize, self.recipe.seed)
        self._start_average()

    def _start_average(self) -> None:
        self.average = {name: value.detach().clone() for name, value in self.decoder.state_dict().items()}

    def _normalize(self, features: Tensor) -> Tensor:
        """Give the features mean zero and deviation one in each channel, as training wants its inputs."""
        return ((features - self.input_mean) / self.input_deviation).contiguous(memory_format=torch.channels_last)

    def _descend(self, loss: Tensor, progress: float) -> None:
        recipe = self.recipe
        cosine = 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
        share = recipe.last_learning_rate_share + (1 - recipe.last_learning_rate_share) * cosine
        share *= min(1.0, (self.step + 1) / recipe.ramp_steps)
        peaks = {"muon": recipe.muon_learning_rate, "adam": recipe.adam_learning_rate}
        self.decoder.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        for name, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = share * peaks[name]
            optimizer.step()
        self.step += 1
        decay = min(recipe.average_decay, self.step / (self.step + 10))
        for name, value in self.decoder.state_dict().items():
            self.average[name].lerp_(value, 1 - decay)


def export(decoder: AdaINDecoder, file: Path) -> None:
    """Write the decoder's weights in float16, whole or not at all."""
    temporary = file.with_suffix(".tmp")
    save_file({name: value.half().contiguous() for name, value in decoder.state_dict().items()}, temporary)
    temporary.chmod(0o644)
    temporary.replace(file)


def train(trainer: Trainer, out: Path, pictures: Path, *, minutes: float, save_every_minutes: float) -> None:
    """Train until the steps or the minutes are used up, saving and sketching validation pictures on the way."""
    validation = load_pairs(pictures, VALIDATION)
    saved_at = started = time.monotonic()
    earlier = trainer.seconds
    log = (out / "log.jsonl").open("a")
    while (progress := max(trainer.step / trainer.recipe.steps, trainer.seconds / (60 * minutes))) < 1:
        losses = trainer.advance(progress)
        trainer.seconds = earlier + time.monotonic() - started
        if trainer.step % 25 == 0:
            line = {"step": trainer.step, "seconds": round(trainer.seconds), "progress": round(progress, 4)}
            log.write(json.dumps(line | {name: round(value.item(), 5) for name, value in losses.items()}) + "\n")
            log.flush()
        if time.monotonic() - saved_at > 60 * save_every_minutes:
            trainer.save(out)
            decoder = trainer.averaged_decoder()
            render_sheet(decoder, validation, out / "validation.png")
            scores = {name: round(value, 5) for name, value in asdict(measure(decoder, validation)).items()}
            log.write(json.dumps({"step": trainer.step, "validation": scores}) + "\n")
            log.flush()
            saved_at = time.monotonic()
    log.close()
    trainer.save(out)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, export and measure."""
    parser = argparse.ArgumentParser(description="Train the AdaIN decoder that ships with the package.")
    parser.add_argument("--pictures", type=Path, required=True, help="folder with photos/ and paintings/")
    parser.add_argument("--extra", type=Path, nargs="*", default=[], help="more folders of pictures or .rcc files")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--minutes", type=float, default=math.inf, help="end here, wherever the steps stand")
    parser.add_argument("--start", type=Path, metavar="FILE", help="continue from this published decoder")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw crops ahead")
    for loss in _WEIGHTS:
        parser.add_argument(f"--{loss}-weight", type=float, help="instead of the recipe's")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save-every", type=float, default=5, metavar="MINUTES")
    parser.add_argument("--float32", action="store_true", help="no bfloat16 (six times slower on a CPU with AMX)")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    corpus = load_corpus(options.pictures, options.extra, HELD_OUT.names | VALIDATION.names)
    device = torch.device(options.device)
    torch.backends.cudnn.benchmark = True
    continuing = CONTINUING if device.type == "cpu" else CONTINUING_ON_ACCELERATOR
    recipe = replace(continuing if options.start else Recipe(), steps=options.steps, seed=options.seed)
    for name in _WEIGHTS:
        if (weight := getattr(options, f"{name}_weight")) is not None:
            recipe = replace(recipe, **{f"{name}_weight": weight})
    trainer = Trainer(recipe, corpus, bfloat16=not options.float32, device=device, workers=options.workers)
    trainer.start_or_restore(options.out, options.start)
    trainer.save(options.out)
    counts = {"photos": len(corpus.photos), "paintings": len(corpus.paintings), "extras": len(corpus.extras)}
    (options.out / "recipe.json").write_text(json.dumps(asdict(recipe) | counts, indent=2) + "\n")
    train(trainer, options.out, options.pictures, minutes=options.minutes, save_every_minutes=options.save_every)
    decoder = trainer.averaged_decoder()
    held_out = load_pairs(options.pictures, HELD_OUT)
    measures = {"steps": trainer.step, "training_seconds": round(trainer.seconds)} | asdict(measure(decoder, held_out))
    (options.out / "measures.json").write_text(json.dumps(measures, indent=2) + "\n")
    render_sheet(decoder, held_out, options.out / "held_out.png")


if __name__ == "__main__":
    main()
