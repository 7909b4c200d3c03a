"""Check, before anything runs, that the text-image models of a run read all of its prompts."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from benchmark.contracts import Condition
from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.models.specification import ModelSpecification
from benchmark.plan.configuration import RunConfiguration, SelectedMethod, SelectedMetric
from benchmark.protocol.case import Style

if TYPE_CHECKING:
    from benchmark.models.prompt_reading import PromptReading

_MOST_LINES: Final = 10
"""Prompts at most that each get a line of their own."""


def read_prompts(
    prompts: Iterable[str],
    models: Mapping[Role, ModelSpecification],
    *,
    methods: Iterable[SelectedMethod] = (),
    metrics: Iterable[SelectedMetric] = (),
) -> list[PromptReading]:
    """Reads prompts as the text-image models will: in the phrasings of the methods and, for the judge, as they are.

    Args:
        prompts: The prompts.
        models: The networks that play the roles.
        methods: The methods; those that use ``Role.CLIP`` are asked for their phrasings.
        metrics: The metrics; if one of them uses the judge, the judge reads all prompts.
    """
    prompts = list(dict.fromkeys(prompts))
    readers = [method for method in methods if _reads_prompts(method) and Role.CLIP in models]
    is_judged = any(
        metric.info and Role.CLIP_JUDGE in metric.info.backbones for metric in metrics if not metric.unavailable
    )
    if not prompts or not (readers or is_judged):
        return []

    # Imported here, because it imports open_clip, which most commands do not need.
    from benchmark.models.prompt_reading import read_prompt

    readings: list[PromptReading] = []
    if is_judged:
        judge = models[Role.CLIP_JUDGE]
        tokenizer = judge.load_tokenizer()
        readings += [read_prompt(tokenizer, prompt, judge.name) for prompt in prompts]
    for method in readers:
        clip = models[Role.CLIP]
        tokenizer = clip.load_tokenizer()
        for prompt, phrasings in _phrasings(method, prompts).items():
            readings.append(read_prompt(tokenizer, prompt, clip.name, reader=method.name, phrasings=phrasings))
    return readings


def read_styles(configuration: RunConfiguration) -> list[PromptReading]:
    """Reads the prompts of a run's styles as the text-image models will.

    Args:
        configuration: The run.

    Returns:
        The readings in which something is lost.

    Raises:
        InputError: A model cannot tell two styles with different prompts apart.
    """
    styles = configuration.protocol.styles
    readings = read_prompts(
        (style.prompt for style in styles if style.prompt),
        configuration.models,
        methods=configuration.methods,
        metrics=configuration.metrics,
    )
    refuse_merged_styles(readings, styles)
    return [reading for reading in readings if not reading.is_whole]


def refuse_merged_styles(readings: Iterable[PromptReading], styles: Sequence[Style]) -> None:
    """Refuses styles whose prompts differ only in parts that a model does not read, so that it would answer twice.

    Args:
        readings: The models' readings of the prompts.
        styles: The styles that have them.

    Raises:
        InputError: There are two such styles.
    """
    readings = list(readings)
    if not readings:
        return
    from benchmark.models.prompt_reading import merged_prompts

    names = {style.prompt: style.id for style in reversed(styles)}
    for first, second in merged_prompts(readings):
        who = f"{second.model} in {second.reader}" if second.reader else second.model
        raise InputError(
            f"styles {names[first.prompt]} and {names[second.prompt]} have different prompts that are one to {who}, "
            f"which reads no more than {second.prompt[: second.read]!r}; let them differ in what it reads"
        )


def announce(readings: Sequence[PromptReading]) -> list[str]:
    """Returns one line for each prompt of which something is lost; of many prompts only for the first ones.

    Args:
        readings: The models' readings of the prompts.
    """
    if not readings:
        return []
    from benchmark.models.prompt_reading import describe_readings

    lines = list(describe_readings(readings).values())
    more = len(lines) - _MOST_LINES
    return [*lines[:_MOST_LINES], f"… and {more} more prompts are not wholly read"] if more > 0 else lines


def describe_losses(readings: Iterable[PromptReading], styles: Sequence[Style]) -> list[dict[str, Any]]:
    """Returns the readings in which something is lost, as ``run.json`` keeps them, each with a line about it.

    Args:
        readings: The models' readings of the prompts.
        styles: The styles that have them.
    """
    readings = list(readings)
    if not readings:
        return []
    from benchmark.models.prompt_reading import describe_readings

    return [
        {
            "styles": [style.id for style in styles if style.prompt == reading.prompt],
            "model": reading.model,
            "reader": reading.reader,
            "characters": len(reading.prompt),
            "read": reading.read,
            "unread": reading.unread,
            "phrasings": reading.phrasings,
            "cut_phrasings": reading.cut,
            "spelled_in_bytes": reading.spelled_in_bytes,
            "description": describe_readings([reading])[reading.prompt],
        }
        for reading in readings
    ]


def _reads_prompts(method: SelectedMethod) -> bool:
    info = method.info
    if info is None or method.pictures is not None:
        return False
    return Role.CLIP in info.uses and info.condition in (Condition.TEXT, Condition.EITHER)


def _phrasings(method: SelectedMethod, prompts: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Returns the phrasings of a method for each prompt, leaving out prompts that it does not read."""
    try:
        # Standard output is for results, as where a plugin is imported.
        with contextlib.redirect_stdout(sys.stderr):
            made = method.make()
            found = {prompt: tuple(map(str, made.phrasings(prompt))) for prompt in prompts}
    except (Exception, SystemExit):
        # The error will fail the method's own units with this reason, and not the run.
        return {prompt: (prompt,) for prompt in prompts}
    return {prompt: phrasings for prompt, phrasings in found.items() if phrasings}
