"""A transform network in training, and its checkpoint."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import torch

from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.models.tensor_file import readable
from benchmark.models.transform_network import DOWNSCALING, TransformNetwork
from benchmark.models.transform_network_file import Painting, read_transform_networks
from tools.adain.corpus import Picture, draw_crop
from tools.johnson.perceptual_loss import Losses, PerceptualLoss
from tools.johnson.recipe import Recipe, Schedule
from tools.johnson.weights_file import write_networks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

    from benchmark.models.vgg import VGG

CHECKPOINT: Final = "checkpoint.pt"
WEIGHTS: Final = "weights.safetensors"
LAST_LEARNING_RATE_SHARE: Final = 0.02
_STATE: Final = frozenset({"recipe", "painting", "step", "network", "optimizer"})


class Trainer:
    """The network, its optimiser and the number of the step that they have reached.

    Squares are drawn from the seed and the number of their step alone, so a training that was killed continues from its
    checkpoint as if it had never stopped (to the last bit on a CPU with as many threads).

    Args:
        recipe: The settings.
        painting: The painting, whose title and hash the weights carry.
        image: The painting, 3×H×W in [0, 1].
        photographs: Pictures whose shorter side is at least 16 pixels.
        device: Device of the computation.
    """

    def __init__(
        self,
        recipe: Recipe,
        painting: Painting,
        image: Tensor,
        photographs: Sequence[Picture],
        device: torch.device | None = None,
    ) -> None:
        if recipe.size % DOWNSCALING:
            raise InputError(f"--size must be a multiple of {DOWNSCALING}, not {recipe.size}")
        self.recipe = recipe
        self.device = device or torch.device("cpu")
        self.step = 0
        self._photographs = photographs
        self.painting = painting
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            network = TransformNetwork(recipe.width)
        self.network = self._placed(network)
        self._optimizer = torch.optim.Adam(self.network.parameters(), lr=recipe.learning_rate)
        vgg = cast("VGG", find_model(recipe.vgg, Role.VGG).load()).to(self.device)
        dtype = torch.bfloat16 if recipe.bfloat16 else torch.float32
        self.loss = PerceptualLoss(vgg, image.to(self.device), balanced=recipe.balanced, dtype=dtype)

    def advance(self) -> Losses:
        """Takes one step and returns its unweighted terms."""
        recipe = self.recipe
        photographs = self.draw(self.step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=recipe.bfloat16):
            painted = self.network(255 * photographs)
        losses = self.loss(painted.float() / 255, photographs)
        total = (
            recipe.content_weight * losses.content
            + self._ramp() * (recipe.style_weight * losses.style + recipe.gatys_weight * losses.gatys_style)
            + recipe.total_variation_weight * losses.total_variation
        )
        self._optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        for group in self._optimizer.param_groups:
            group["lr"] = self.learning_rate
        self._optimizer.step()
        self.step += 1
        return losses

    def draw(self, step: int) -> Tensor:
        """Returns the squares of a step, N×3×S×S in [0, 1]."""
        recipe = self.recipe
        random = np.random.default_rng((recipe.seed, step))
        squares = [
            draw_crop(
                self._photographs[random.integers(len(self._photographs))], recipe.size, random, recipe.recoloured_share
            )
            for _ in range(recipe.batch)
        ]
        return torch.stack(squares).to(self.device, memory_format=torch.channels_last)

    def start_from(self, file: Path) -> None:
        """Takes the first weights from a file, of this painting or another.

        Raises:
            InputError: The file holds no transform network, or one of another width.
        """
        networks = read_transform_networks(file).networks
        if len(networks) > 1:
            raise InputError(f"{file} holds {len(networks)} networks: start from a file of one")
        (network,) = networks
        assert isinstance(network, TransformNetwork)
        if (width := network.conv1.conv2d.out_channels) != self.recipe.width:
            raise InputError(f"{file} holds a network of width {width}, not {self.recipe.width}: give --width {width}")
        self.network.load_state_dict(network.state_dict())

    def save(self, folder: Path) -> None:
        """Writes the checkpoint and the weights, each whole or not at all."""
        state = {
            "recipe": _plain(self.recipe),
            "painting": self.painting.pixels_sha256,
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        temporary = folder / f"{CHECKPOINT}.tmp"
        torch.save(state, temporary)
        temporary.replace(folder / CHECKPOINT)
        write_networks([self.network], [self.painting], folder / WEIGHTS)

    def restore(self, folder: Path) -> bool:
        """Continues from the checkpoint of a folder; returns whether there is one.

        Raises:
            InputError: It is of another painting or recipe, or damaged.
        """
        file = folder / CHECKPOINT
        if not file.is_file():
            return False
        with readable(file):
            state = torch.load(file, map_location=self.device, weights_only=True)
        if not isinstance(state, dict) or not state.keys() >= _STATE:
            raise InputError(f"{file} is no checkpoint of this training: remove it, or name another folder by --out")
        if state["painting"] != self.painting.pixels_sha256:
            raise InputError(f"{file} is of another painting: continue that one, or name another folder by --out")
        ours = _plain(self.recipe)
        if different := [name for name, value in state["recipe"].items() if ours.get(name) != value]:
            name = different[0]
            raise InputError(
                f"{file} was begun with {name} {state['recipe'][name]}, not {ours.get(name)}:"
                " give the same options, or name another folder by --out"
            )
        self.step = state["step"]
        with readable(file, "a checkpoint of this training"):
            self.network.load_state_dict(state["network"])
            self._optimizer.load_state_dict(state["optimizer"])
        return True

    def _placed(self, network: TransformNetwork) -> TransformNetwork:
        return network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]

    def _ramp(self) -> float:
        return min(1.0, self.step / self.recipe.style_ramp) if self.recipe.style_ramp else 1.0

    @property
    def learning_rate(self) -> float:
        """Step length of the next step."""
        rate = self.recipe.learning_rate
        if self.recipe.schedule is Schedule.CONSTANT:
            return rate
        cosine = 0.5 * (1 + math.cos(math.pi * self.step / self.recipe.steps))
        return rate * (LAST_LEARNING_RATE_SHARE + (1 - LAST_LEARNING_RATE_SHARE) * cosine)


def _plain(recipe: Recipe) -> dict[str, str | int | float | bool]:
    return {name: str(value) if isinstance(value, Schedule) else value for name, value in asdict(recipe).items()}
