"""Before a run starts, it is known what its models read of its prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benchmark.contracts import Condition, Method, MethodInfo
from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.models.specification import ModelSpecification, find_models
from benchmark.plan.configuration import SelectedMethod, SelectedMetric
from benchmark.plan.prompt_check import announce, describe_losses, read_prompts, refuse_merged_styles
from benchmark.plan.selection import select_method
from benchmark.protocol.case import Style
from benchmark.protocol.embedded import mini
from benchmark.registry import PluginKind, find_plugin

LONG = "a painting of " + "a cat and a dog and " * 10
ROLES = {Role.CLIP: "clip-tiny", Role.CLIP_JUDGE: "clip-tiny-judge"}


@pytest.fixture
def models() -> dict[Role, ModelSpecification]:
    return find_models(ROLES)


def method(name: str, **settings: Any) -> SelectedMethod:
    return select_method(find_plugin(PluginKind.METHODS, name), mini(), settings)


def metric(name: str, unavailable: str = "") -> SelectedMetric:
    plugin = find_plugin(PluginKind.METRICS, name)
    return SelectedMetric(plugin, plugin.load().info, unavailable)


def test_the_judge_reads_prompts_as_they_are_and_a_method_in_its_phrasings(
    models: dict[Role, ModelSpecification],
) -> None:
    readings = read_prompts(
        [LONG], models, methods=[method("clipstyler"), method("gatys")], metrics=[metric("clip_text_similarity")]
    )

    assert [(reading.model, reading.reader, reading.phrasings) for reading in readings] == [
        ("clip-tiny-judge", "", 1),
        ("clip-tiny", "clipstyler", 5),
    ]
    assert 0 < readings[1].read < readings[0].read < len(LONG)


def test_all_of_the_authors_templates_are_tried(models: dict[Role, ModelSpecification]) -> None:
    (reading,) = read_prompts(["a cat"], models, methods=[method("clipstyler", templates="imagenet")])

    assert reading.phrasings == 79
    assert reading.is_whole


def test_nobody_is_asked_who_reads_no_prompt(models: dict[Role, ModelSpecification]) -> None:
    readers = [method("gatys"), method("identity"), method("multi_style", conditions="image")]

    assert read_prompts([LONG], models, methods=readers, metrics=[metric("ssim")]) == []
    assert read_prompts([LONG], models, metrics=[metric("clip_text_similarity", unavailable="no weights")]) == []
    assert read_prompts([LONG], {}, methods=[method("clipstyler")]) == []


class Broken(Method[Any]):
    info = MethodInfo("broken", "Broken", "1", "Fails.", Condition.TEXT, uses=(Role.CLIP,))

    def phrasings(self, prompt: str) -> Sequence[str]:
        raise RuntimeError("no words")

    def stylize(self, content: Any, styles: Any, generator: Any) -> Any:
        raise AssertionError("nothing is stylized here")


def test_a_plugin_that_cannot_say_its_phrasings_is_taken_to_use_none(
    models: dict[Role, ModelSpecification], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = SelectedMethod(find_plugin(PluginKind.METHODS, "identity"), Broken.info)
    monkeypatch.setattr(type(broken.source), "load", lambda _: Broken)

    (reading,) = read_prompts([LONG], models, methods=[broken])

    assert reading.phrasings == 1


def test_styles_that_become_one_are_refused_and_both_named(models: dict[Role, ModelSpecification]) -> None:
    styles = [
        Style("first", prompt=f"{LONG} in ink"),
        Style("other", prompt="ink"),
        Style("second", prompt=f"{LONG} in oil"),
    ]
    readings = read_prompts(
        [style.prompt for style in styles if style.prompt], models, metrics=[metric("clip_text_similarity")]
    )

    with pytest.raises(
        InputError, match="styles first and second have different prompts that are one to clip-tiny-judge"
    ):
        refuse_merged_styles(readings, styles)


def test_styles_with_one_prompt_are_two_styles(models: dict[Role, ModelSpecification]) -> None:
    styles = [Style("first", prompt=LONG), Style("second", prompt=LONG)]
    readings = read_prompts([LONG], models, metrics=[metric("clip_text_similarity")])

    refuse_merged_styles(readings, styles)
    assert describe_losses(readings, styles)[0]["styles"] == ["first", "second"]


def test_many_lines_are_counted(models: dict[Role, ModelSpecification]) -> None:
    readings = read_prompts([f"{n} {LONG}" for n in range(14)], models, metrics=[metric("clip_text_similarity")])

    lines = announce(readings)

    assert len(lines) == 11
    assert lines[-1] == "… and 4 more prompts are not wholly read"
