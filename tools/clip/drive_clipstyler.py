"""Does clip-tiny drive CLIPstyler? Stylize held-out photographs as ``mini`` does, let the judge score, draw a sheet.

``python -m tools.clip.drive_clipstyler --pictures DIR --sheet sheet.jpg [--split test] [--set patches=12]``
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional

from benchmark.contracts import StyleCondition
from benchmark.models.clip import ClipModel
from benchmark.models.specification import find_model
from benchmark.plan.selection import load_protocol
from benchmark.settings import make_settings, parse_assignments
from methods.clipstyler.optimization import PromptDescent
from methods.clipstyler.settings import CLIPstylerSettings
from tools.clip.image_operations import centre_square, load_image, to_pil
from tools.clip.sources import Split, read_pictures, split_of

SIDE = 256
PROMPTS = (
    "The Starry Night by Vincent van Gogh",
    "pencil sketch",
    "The Great Wave off Kanagawa by Hokusai",
    "watercolor painting",
    "neon light",
    "mosaic",
    "fire",
    "stained glass",
    "Composition VIII by Wassily Kandinsky",
    "pop art",
    "ink drawing",
    "oil painting",
)
_LABEL_HEIGHT = 18


@dataclass(frozen=True)
class Outcome:
    """The judge's cosines of a stylized image to all prompts, before and after."""

    content: str
    prompt: str
    seconds: float
    before: Tensor
    after: Tensor

    @property
    def raised(self) -> Tensor:
        """By how much each cosine rose."""
        return self.after - self.before


def judge_similarities(judge: ClipModel, image: Tensor) -> Tensor:
    """Cosines of a 3×H×W image to all prompts."""
    texts = functional.normalize(judge.encode_text(PROMPTS), dim=1)
    with torch.no_grad():
        return texts @ functional.normalize(judge.encode_image(image[None]), dim=1)[0]


def summarise(outcomes: list[Outcome]) -> dict[str, Any]:
    """Shares of pairs whose own prompt rose, and rose by more than every other prompt."""
    own = [PROMPTS.index(outcome.prompt) for outcome in outcomes]
    rose = [float(outcome.raised[index]) > 0 for outcome, index in zip(outcomes, own, strict=True)]
    most = [int(outcome.raised.argmax()) == index for outcome, index in zip(outcomes, own, strict=True)]
    return {
        "pairs": len(outcomes),
        "contents": len({outcome.content for outcome in outcomes}),
        "raised": round(sum(rose) / len(rose), 3),
        "raised_most": round(sum(most) / len(most), 3),
        "by_prompt": {
            prompt: [
                sum(value for value, index in zip(values, own, strict=True) if PROMPTS[index] == prompt)
                for values in (rose, most)
            ]
            for prompt in PROMPTS
        },
        "seconds": round(sum(outcome.seconds for outcome in outcomes) / len(outcomes), 2),
    }


def draw_sheet(rows: list[list[Tensor]], path: Path) -> None:
    """Contents on the left, prompts above."""
    width, height = SIDE * (1 + len(PROMPTS)), _LABEL_HEIGHT + SIDE * len(rows)
    sheet = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(sheet)
    for column, title in enumerate(("photograph", *PROMPTS)):
        pen.text((SIDE * column + 4, 3), title[:40], fill="black")
    for line, row in enumerate(rows):
        for column, image in enumerate(row):
            tile = to_pil(image.permute(1, 2, 0).numpy())
            sheet.paste(tile, (SIDE * column, _LABEL_HEIGHT + SIDE * line))
    sheet.save(path, quality=88)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--sheet", type=Path, required=True)
    parser.add_argument("--split", choices=[Split.VALIDATION.value, Split.TEST.value], default=Split.VALIDATION.value)
    parser.add_argument("--contents", type=int, default=6, help="how many photographs of the split")
    parser.add_argument("--set", action="append", default=[], metavar="SETTING=VALUE", help="instead of mini's")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    changed = parse_assignments([f"clipstyler.{assignment}" for assignment in arguments.set]).get("clipstyler", {})
    fixed = load_protocol("mini").method_settings["clipstyler"]
    settings = make_settings("clipstyler", CLIPstylerSettings, {**fixed, **changed})
    descent = PromptDescent(find_model("vgg19-embedded").load(), find_model("clip-tiny").load(), settings)
    judge = find_model("clip-tiny-judge").load()
    photos, _ = read_pictures(arguments.pictures)
    chosen = [photo for photo in photos if split_of(photos)[photo.name] == arguments.split][: arguments.contents]
    outcomes, rows = [], []
    for photo in chosen:
        content = torch.from_numpy(centre_square(load_image(photo.path), SIDE)).permute(2, 0, 1).contiguous()
        before, row = judge_similarities(judge, content), [content]
        for prompt in PROMPTS:
            started = time.perf_counter()
            condition = StyleCondition(image=None, prompt=prompt, weight=1.0)
            row.append(descent.run(content, content, [condition], torch.Generator().manual_seed(0)))
            seconds = time.perf_counter() - started
            outcomes.append(Outcome(photo.name, prompt, seconds, before, judge_similarities(judge, row[-1])))
        rows.append(row)
        print(photo.name, json.dumps(summarise(outcomes)), flush=True)
        draw_sheet(rows, arguments.sheet)
    print(json.dumps(summarise(outcomes), indent=2))


if __name__ == "__main__":
    main()
