"""Phrasings of a prompt whose embeddings are averaged into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch

from methods.clipstyler.settings import PromptTemplates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from benchmark.models.clip import ClipModel

_ABSENT_FROM_CLIPSTYLER: Final = "a photo of many {}."
"""The one of OpenAI's 80 ImageNet templates that cyclomon/CLIPstyler leaves out."""

_STYLE_TEMPLATES: Final = ("{}", "a {}", "in the style of {}", "{} style", "an image in {} style")


def templates_of(choice: PromptTemplates) -> tuple[str, ...]:
    """Returns templates with ``{}`` in place of the prompt."""
    if choice is PromptTemplates.IMAGENET:
        from open_clip.zero_shot_metadata import OPENAI_IMAGENET_TEMPLATES

        templates = (template("{}") for template in OPENAI_IMAGENET_TEMPLATES)
        return tuple(template for template in templates if template != _ABSENT_FROM_CLIPSTYLER)
    return _STYLE_TEMPLATES if choice is PromptTemplates.STYLE else ("{}",)


def phrasings_of(prompt: str, choice: PromptTemplates) -> tuple[str, ...]:
    """Returns the templates filled with a prompt."""
    return tuple(template.format(prompt) for template in templates_of(choice))


def embed_prompts(clip: ClipModel, prompts: Sequence[str], choice: PromptTemplates) -> Tensor:
    """Embeds prompts, each as the mean over the templates, scaled to unit length after averaging.

    Args:
        clip: The text-image model.
        prompts: P prompts.
        choice: Which templates.

    Returns:
        P×D.
    """
    texts = [text for prompt in prompts for text in phrasings_of(prompt, choice)]
    embeddings = clip.encode_text(texts).view(len(prompts), len(templates_of(choice)), -1).mean(dim=1)
    return torch.nn.functional.normalize(embeddings, dim=-1)
