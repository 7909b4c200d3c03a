"""Do attacks on clip-tiny fool the judge? ``python -m tools.clip.transfer --pictures DIR [--split test]``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmark.models.specification import find_model
from tools.clip.evaluate import held_out_texts
from tools.clip.robustness import attack_views, measure_attacks
from tools.clip.sources import Split, read_pictures, split_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--split", type=Split, choices=[Split.VALIDATION, Split.TEST], default=Split.VALIDATION)
    arguments = parser.parse_args()
    photos, paintings = read_pictures(arguments.pictures)
    chosen = [photo for photo in photos if split_of(photos)[photo.name] is arguments.split]
    attacked, judge = find_model("clip-tiny").load(), find_model("clip-tiny-judge").load()
    texts = held_out_texts(attacked.towers, paintings)
    views = attack_views(attacked.towers, texts, chosen, attacked.image_size)
    measures = {
        "clip-tiny": measure_attacks(attacked.towers, texts, views),
        "clip-tiny-judge": measure_attacks(judge.towers, held_out_texts(judge.towers, paintings), views),
    }
    print(json.dumps(measures, indent=2))


if __name__ == "__main__":
    main()
