"""Choose the merges of CLIP's byte-pair encoding that both models keep, and write their configuration files.

``python -m tools.clip.vocabulary --pictures DIR`` writes ``benchmark/models/configs/clip-tiny*.json``.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from open_clip.tokenizer import SimpleTokenizer, get_pairs

from tools.clip.data_files import read_words
from tools.clip.object_words import object_words
from tools.clip.painting_phrases import movement_phrases
from tools.clip.phrases import clip_templates, phrase_table, templates
from tools.clip.sources import read_captioned, read_pictures
from tools.clip.teaching_words import teaching_words
from tools.clip.wordings import Teaching
from tools.clip.wordnet import WordNet

FREQUENT_MERGES = 5000
CONFIGURATIONS = Path(__file__).parents[2] / "benchmark" / "models" / "configs"


def words_to_keep(pictures: Path) -> set[str]:
    """Every word of the phrases, the templates, the names of things, the captions and the list of words of art."""
    photos, paintings = read_pictures(pictures)
    texts = [phrase for teaching in Teaching for phrase in phrase_table(paintings, teaching)]
    texts += [template for teaching in Teaching for template in templates(teaching)]
    texts += [*clip_templates(), *object_words(), *teaching_words(WordNet())["frequent"]]
    texts += read_words("words_of_art.txt")
    texts += [*movement_phrases(), *(picture.caption for picture in read_captioned(pictures))]
    texts += [text for painting in paintings for text in (painting.title, painting.artist)]
    texts += [photo.subject for photo in photos]
    return {word for text in texts for word in re.findall(r"[^\W\d_]+", text.lower())}


def merges_of(word: str, tokenizer: SimpleTokenizer) -> set[int]:
    """Ranks of the merges by which CLIP's encoding spells a word."""
    symbols = [tokenizer.byte_encoder[byte] for byte in word.encode("utf-8")]
    symbols[-1] += "</w>"
    used: set[int] = set()
    while len(symbols) > 1:
        first, second = min(get_pairs(symbols), key=lambda pair: tokenizer.bpe_ranks.get(pair, 1 << 30))
        if (first, second) not in tokenizer.bpe_ranks:
            break
        used.add(tokenizer.bpe_ranks[first, second])
        joined: list[str] = []
        for symbol in symbols:
            if joined and joined[-1] == first and symbol == second:
                joined[-1] = first + second
            else:
                joined.append(symbol)
        symbols = joined
    return used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    tokenizer = SimpleTokenizer()
    words = words_to_keep(parser.parse_args().pictures)
    needed = {rank for word in words for rank in merges_of(word, tokenizer)}
    further = sorted(rank for rank in needed if rank >= FREQUENT_MERGES)
    merges = json.dumps({"first": FREQUENT_MERGES, "further": further})
    (CONFIGURATIONS / "clip-tiny-merges.json").write_text(merges + "\n", encoding="utf-8")
    vocabulary_size = 512 + FREQUENT_MERGES + len(further) + 2
    for name, tower, image_size in (
        ("clip-tiny", "clip_tiny_tower", 144),
        ("clip-tiny-judge", "clip_tiny_judge_tower", 224),
    ):
        configuration = {
            "embed_dim": 384,
            "custom_text": True,
            "vision_cfg": {
                "timm_model_name": tower,
                "timm_model_pretrained": False,
                "timm_pool": "",
                "timm_proj": "",
                "image_size": image_size,
            },
            "text_cfg": {
                "context_length": 32,
                "vocab_size": vocabulary_size,
                "width": 160,
                "heads": 4,
                "layers": 2,
            },
        }
        text = json.dumps(configuration, indent=2)
        (CONFIGURATIONS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(words)} words, {vocabulary_size} tokens")


if __name__ == "__main__":
    main()
