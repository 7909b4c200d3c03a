"""How precise the CLIP patch score is with fewer crops than 64: its deviations, and whose rank changes.

    python tools/patch_precision.py paintings identity,color_transfer,style_copy,adain,efdm --every 4

Every method stylizes every n-th case of a single style. The judge then sees 64 crops of each picture; scores of the
first 4, 8, 16 and 32 of them are compared with that of all, picture by picture and between the methods of a case.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.transforms.v2 import InterpolationMode

from benchmark.contracts import StyleCondition
from benchmark.errors import BenchmarkError, InputError
from benchmark.execution.bench.inputs import CaseInputs
from benchmark.images import quantize
from benchmark.models.embedding import prompt_embedding
from benchmark.models.provider import Models
from benchmark.models.resizing import resize
from benchmark.models.role import Role
from benchmark.models.specification import find_models
from benchmark.plan.selection import load_protocol, select_method
from benchmark.registry import PluginKind, select_plugins
from metrics.clip_patches import patch_boxes

ALL = 64
FEWER = (4, 8, 16, 32)


@dataclass(frozen=True)
class Picture:
    """A stylized picture: its method, its case, and the cosine of each of its 64 crops and the prompt."""

    method: str
    case: str
    cosines: tuple[float, ...]

    def score(self, crops: int) -> float:
        """The patch score of the first crops."""
        return statistics.fmean(self.cosines[:crops])


@dataclass(frozen=True)
class Precision:
    """What a number of crops loses.

    Attributes:
        crops: The number.
        shift: Mean deviation from the score of 64 crops.
        deviation: Standard deviation of the deviations around it.
        ratio: The same as a share of the standard deviation of the scores between pictures.
        swapped: Share of the pairs of methods, case by case, whose order changes.
        widest: The largest difference of a pair whose order changes, in the scores of 64 crops.
    """

    crops: int
    shift: float
    deviation: float
    ratio: float
    swapped: float
    widest: float


def measure(pictures: Sequence[Picture], crops: int) -> Precision:
    """Measures what a number of crops loses.

    Args:
        pictures: Pictures of several methods on the same cases.
        crops: The number.
    """
    deviations = [picture.score(crops) - picture.score(ALL) for picture in pictures]
    spread = statistics.pstdev(picture.score(ALL) for picture in pictures)
    deviation = statistics.pstdev(deviations)
    pairs = [pair for pair in itertools.combinations(pictures, 2) if pair[0].case == pair[1].case]
    swapped = [
        abs(one.score(ALL) - other.score(ALL))
        for one, other in pairs
        if (one.score(ALL) - other.score(ALL)) * (one.score(crops) - other.score(crops)) < 0
    ]
    return Precision(
        crops,
        statistics.fmean(deviations),
        deviation,
        deviation / spread if spread else 0.0,
        len(swapped) / len(pairs),
        max(swapped, default=0.0),
    )


def report(pictures: Sequence[Picture]) -> str:
    """A line for each number of crops, and the order of the methods' means."""
    lines = [
        f"{found.crops:2d} crops: shift {found.shift:+.4f}, deviation {found.deviation:.4f} ({found.ratio:.1%} of the"
        f" spread of scores), order of {found.swapped:.1%} of the pairs, at most {found.widest:.4f} apart"
        for found in (measure(pictures, crops) for crops in FEWER)
    ]
    by_method: dict[str, list[Picture]] = {}
    for picture in pictures:
        by_method.setdefault(picture.method, []).append(picture)
    for crops in (*FEWER, ALL):
        means = {name: statistics.fmean(one.score(crops) for one in found) for name, found in by_method.items()}
        ranked = sorted(means.items(), key=lambda item: -item[1])
        lines.append(f"{crops:2d} crops: " + ", ".join(f"{name} {mean:.3f}" for name, mean in ranked))
    return "\n".join(lines)


def stylize(protocol_name: str, methods: str, every: int) -> Iterator[Picture]:
    """Stylizes cases and shows their crops to the judge.

    Args:
        protocol_name: Name of the protocol.
        methods: Names of the methods, comma-separated.
        every: Distance of the cases that are taken.
    """
    protocol = load_protocol(protocol_name)
    if len(set(methods.split(","))) < 2:
        raise InputError("name two methods or more: it is asked whether their order changes")
    selected = [select_method(plugin, protocol, {}) for plugin in select_plugins(PluginKind.METHODS, methods)]
    models = Models(
        find_models(protocol.models, [role for method in selected if method.info for role in method.info.uses])
    )
    inputs = CaseInputs(protocol.resolution, torch.device("cpu"))
    cases = [case for case in protocol.cases if len(case.styles) == 1][::every]
    for chosen in selected:
        method = chosen.make()
        method.prepare(models)
        for case in cases:
            style: StyleCondition = inputs.conditions(case)[0]
            made = method.stylize(inputs.content(case), [style], torch.Generator().manual_seed(0))
            yield Picture(chosen.name, case.id, tuple(_cosines(models, quantize(made.detach()), style.prompt or "")))


@torch.no_grad()
def _cosines(models: Models, image: Tensor, prompt: str) -> list[float]:
    judge = models.clip_judge()
    height, width = image.shape[-2:]
    crops = [
        resize(image[:, top : top + side, left : left + side], *(judge.image_size,) * 2, InterpolationMode.BICUBIC)
        for top, left, side in patch_boxes(height, width, ALL)
    ]
    embeddings = torch.cat([judge.encode_image(batch) for batch in torch.stack(crops).split(4)])
    text = prompt_embedding(models, Role.CLIP_JUDGE, prompt)
    cosines: list[float] = (functional.normalize(embeddings, dim=1) @ text).tolist()
    return cosines


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads the command line and prints what fewer crops lose; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("protocol")
    parser.add_argument("methods")
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        print(report(list(stylize(options.protocol, options.methods, options.every))))
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
