"""Chooses a measure of style that needs no more than VGG-19, and says how it does on pictures that chose nothing.

    python -m tools.choose_style_distance PICTURES --table tools/style_distance/pictures.csv --work WORK

PICTURES holds the files of the table, a CSV with the columns file, use (painting, style, content), part (choosing,
reporting), artist, title and movement. It writes docs/style_distance.md. WORK keeps what is made and measured on
the way: the same command continues where it was stopped, and other pictures or another table are measured anew. It
takes some ten minutes of one thread.

The criterion, which was written before anything was measured. The candidates (`tools/style_distance/candidates.py`) are
six kinds of distance, each over four sets of the layers relu1_1 … relu5_1 with equal weights. On the half of the
pictures for choosing, with all distances between RGB pictures of one size:

(a) Retrieval. Every painting, its shorter side brought to 320 pixels, gives its four corners of 160 pixels, which
    share nothing. Each corner asks for the other corners of its painting among all paintings', for those of its
    artist's other paintings among other paintings', and for those of its movement by others among other artists'. The
    figure is the mean of the three areas under the ROC curve.
(b) Known strength. Kendall's τ between the strength of AdaIN (0, ¼, ½, ¾, 1; the embedded decoder, photographs and
    paintings that it was not trained on) and nearness to the painting is 0.9 or more in the mean over the pairs.
(c) Changes that keep the picture. JPEG of quality 75, a shift by 8 pixels, and rescaling to 90 % and back move a
    painting at most a quarter of the median distance to another painting (the median over the paintings, each change).
(d) Fooling. On the way from the photograph (0) to the painting (1), `clip_pixels`, `color_transfer` and a quarter of
    the photograph covered with pieces of the painting each go at most half as far as AdaIN at full strength (means).

Chosen is, of the candidates that meet (b), (c) and (d), else of those that miss the fewest, the one that finds best by
(a); of several within 0.01 of the best, the one of the cheapest kind with the most layers. All figures that are said of
the measure then come from the other half.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from pydantic import ConfigDict, TypeAdapter

from benchmark.errors import BenchmarkError
from benchmark.models.provider import Models
from benchmark.models.specification import find_models
from benchmark.protocol.embedded import mini
from benchmark.store.atomic import write_bytes, write_text
from tools.style_distance.choice import choose
from tools.style_distance.measures import Measures, measure
from tools.style_distance.page import page
from tools.style_distance.table import Half, Part, read_halves

PAGE = Path(__file__).parent.parent / "docs" / "style_distance.md"
# What nothing belongs to has no mean: NaN.
MEASURES = TypeAdapter(dict[str, Measures], config=ConfigDict(ser_json_inf_nan="constants"))


def measures_of(half: Half, models: Models, work: Path) -> dict[str, Measures]:
    """Measures a half, or reads what was measured of the same pictures and rows before."""
    file = work / f"{half.key}.json"
    if not file.is_file():
        write_bytes(file, MEASURES.dump_json(measure(half, models, work / "pictures"), indent=1))
    return MEASURES.validate_json(file.read_bytes())


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures both halves and writes the page; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path, metavar="PICTURES")
    parser.add_argument("--table", type=Path, required=True, metavar="CSV")
    parser.add_argument("--work", type=Path, required=True, metavar="WORK")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="page that is written")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        halves = read_halves(options.table, options.pictures)
        options.work.mkdir(parents=True, exist_ok=True)
        models = Models(find_models(mini().models))
        measured = {part: measures_of(half, models, options.work) for part, half in halves.items()}
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    chosen = choose(measured[Part.CHOOSING])
    write_text(options.page, page(chosen, measured, halves))
    print(f"{chosen}: {options.page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
