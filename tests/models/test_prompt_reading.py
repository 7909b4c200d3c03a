"""The part of a prompt that a model reads, with the tokenizers of the embedded models and of the published CLIP."""

from __future__ import annotations

import pytest
import torch

from benchmark.models.clip import Tokenizer
from benchmark.models.prompt_reading import PromptReading, describe_readings, merged_prompts, read_prompt
from benchmark.models.specification import find_model

SCENE = (
    "an oil painting with thick swirling brush strokes in deep blue and yellow, a small village under a night sky with"
    " a bright moon and many stars, cypress trees in the foreground, in the manner of a"
)
WAVES = "葛飾北斎の浮世絵、青い大波、富士山、"


@pytest.fixture(scope="module")
def small() -> Tokenizer:
    return find_model("clip-tiny-judge").load_tokenizer()


@pytest.fixture(scope="module")
def published() -> Tokenizer:
    return find_model("clip-ViT-B-32-openai").load_tokenizer()


@pytest.fixture(params=["small", "published"])
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    found: Tokenizer = request.getfixturevalue(request.param)
    return found


def test_the_models_have_room_for_32_and_77_tokens(small: Tokenizer, published: Tokenizer) -> None:
    assert (small.context_length, published.context_length) == (32, 77)


def test_a_prompt_that_fills_the_room_is_read_to_its_end_and_a_word_more_is_not(tokenizer: Tokenizer) -> None:
    room = tokenizer.context_length - 2
    full = " ".join(["cat"] * room)

    assert read_prompt(tokenizer, full, "m").is_whole
    longer = read_prompt(tokenizer, f"{full} dog", "m")
    assert (longer.read, longer.unread, longer.cut) == (len(full), "dog", 1)


@pytest.mark.parametrize(
    "prompt",
    [
        "cat " * 200,
        f"{SCENE} pencil sketch " * 4,
        WAVES * 9,
        "phantasmagorical " * 30,
        "x" * 400,
        "импрессионизм " * 20,
    ],
)
def test_what_is_called_unread_changes_nothing_and_what_is_called_read_does(tokenizer: Tokenizer, prompt: str) -> None:
    reading = read_prompt(tokenizer, prompt, "m")
    tokens = tokenizer([prompt, prompt[: reading.read], f"{prompt[: reading.read]} and an elephant"])

    assert 0 < reading.read < len(prompt)
    assert prompt[reading.read :].strip() == reading.unread
    assert torch.equal(tokens[0], tokens[1])
    shorter = tokenizer([prompt[:end] for end in range(reading.read - 8, reading.read)])
    assert not (shorter == tokens[0]).all(dim=1).any()


@pytest.mark.parametrize(
    "prompt", ["a sketch", "The Great Wave off Kanagawa by Hokusai", "café noir", "a cat" + "!" * 200]
)
def test_short_prompts_and_tails_of_punctuation_are_whole(tokenizer: Tokenizer, prompt: str) -> None:
    reading = read_prompt(tokenizer, prompt, "m")

    assert reading.is_whole
    assert (reading.read, reading.unread) == (len(prompt), "")
    assert describe_readings([reading]) == {}


def test_templates_around_a_prompt_take_room_from_it(published: Tokenizer) -> None:
    prompt = " ".join(["cat"] * 74)
    phrasings = [prompt, f"a very bad photo of {prompt}", f"{prompt} painted"]

    assert read_prompt(published, prompt, "m").is_whole
    reading = read_prompt(published, prompt, "m", reader="painter", phrasings=phrasings)
    # 75 words fit, five of which are the template's: four of the prompt's are left out.
    assert (reading.read, reading.unread) == (len(" ".join(["cat"] * 70)), "cat cat cat cat")
    assert (reading.cut, reading.phrasings) == (1, 3)
    tail = read_prompt(published, prompt, "m", reader="painter", phrasings=[f"{prompt} oil painted"])
    assert (tail.cut, tail.unread) == (1, "")
    assert "m (painter) reads it, but not the ends of 1 of the 1 phrasings" in describe_readings([tail])[prompt]


def test_letters_that_the_small_models_were_not_taught_are_counted(small: Tokenizer, published: Tokenizer) -> None:
    assert read_prompt(small, "浮世絵", "m").spelled_in_bytes == 3
    assert read_prompt(small, "a 浮世絵 print", "m").spelled_in_bytes == 3
    assert read_prompt(small, "Albrecht Dürer", "m").spelled_in_bytes == 0
    assert read_prompt(published, "浮世絵", "m").spelled_in_bytes == 0
    line = describe_readings([read_prompt(small, "浮世絵", "clip-tiny")])["浮世絵"]
    assert "3 of 3 characters reach clip-tiny as single bytes" in line


def test_prompts_that_are_cut_to_one_are_found_and_those_that_only_look_alike_are_not(small: Tokenizer) -> None:
    prompts = [
        f"{SCENE} pencil sketch",
        f"{SCENE} woodcut",
        "A  Sketch",
        "a sketch",
        "a woodcut",
        f"{SCENE} pencil sketch",
    ]

    merged = list(merged_prompts(read_prompt(small, prompt, "m") for prompt in prompts))

    assert [(first.prompt, second.prompt) for first, second in merged] == [(prompts[0], prompts[1])]


def test_a_line_says_what_was_read_and_what_was_not(small: Tokenizer) -> None:
    prompt = f"{SCENE} pencil sketch"
    readings = [
        read_prompt(small, prompt, "clip-tiny-judge"),
        read_prompt(small, prompt, "clip-tiny", reader="clipstyler", phrasings=[prompt, f"a photo of the {prompt}"]),
    ]

    line = describe_readings(readings)[prompt]

    assert line.startswith("prompt 'an oil painting with")
    assert "clip-tiny-judge reads its first 143 of 209 characters (27 of 39 words)" in line
    assert "clip-tiny (clipstyler) reads its first 1" in line
    assert " in the longest of 2 phrasings" in line
    assert readings[1].read < readings[0].read
    assert line.count("not read: ") == 1
    assert "pencil sketch'" in line
    assert "\n" not in line


def test_a_long_text_is_read_in_no_time(small: Tokenizer) -> None:
    reading = read_prompt(small, "word " * 20_000, "m")

    assert isinstance(reading, PromptReading)
    assert reading.read == 30 * 5 - 1
    assert len(describe_readings([reading])[reading.prompt]) < 500


def test_a_model_without_words_has_no_tokenizer() -> None:
    with pytest.raises(ValueError, match="model vgg19 reads no text"):
        find_model("vgg19").load_tokenizer()
