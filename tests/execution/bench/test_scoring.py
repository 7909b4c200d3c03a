"""Number of passes of pictures through the networks while crossed cases are scored."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from torch import nn

from benchmark.execution.bench.scoring import Scorer
from benchmark.models.role import Role
from benchmark.plan.configuration import SelectedMetric
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.testing import sample_image
from benchmark.testing.sample import embedded_models
from metrics.clip_similarity import ClipDirectionalSimilarity, ClipTextSimilarity
from metrics.clip_style import ClipStyleSimilarity
from metrics.perceptual import StLpips
from metrics.self_similarity import Cfsd
from metrics.vgg_losses import VggContentLoss, VggStyleLoss

METRICS = (
    Cfsd,
    ClipDirectionalSimilarity,
    ClipStyleSimilarity,
    ClipTextSimilarity,
    StLpips,
    VggContentLoss,
    VggStyleLoss,
)
ROLES = (Role.VGG, Role.PERCEPTUAL, Role.CLIP_JUDGE)
CONTENTS = [sample_image(seed=number) for number in range(3)]
STYLES = [sample_image(seed=10 + number) for number in range(2)]


@pytest.fixture
def passes():
    """Number of pictures that each network has seen, counted at its first convolution."""
    seen: Counter[Role] = Counter()
    handles = []
    for role in ROLES:
        first = next(module for module in embedded_models().load(role).modules() if isinstance(module, nn.Conv2d))
        handles.append(first.register_forward_hook(lambda _, given, __, role=role: seen.update({role: len(given[0])})))
    yield seen
    for handle in handles:
        handle.remove()


@pytest.fixture
def score():
    """Scores a picture in a case of some of the contents and styles."""
    selected = [
        SelectedMetric(SimpleNamespace(name=metric.info.name, load=lambda metric=metric: metric), metric.info)
        for metric in METRICS
    ]
    styles = [Style(f"style{number}", prompt=f"a painting, version {number}") for number in range(len(STYLES))]
    scorer = Scorer(selected, styles, embedded_models())
    contents, images = ([image.clone() for image in pictures] for pictures in (CONTENTS, STYLES))

    def run(content, *chosen):
        weighted = tuple(WeightedStyle(styles[number], 1 / len(chosen)) for number in chosen)
        case = Case(Content("content", Path("content.png")), weighted)
        stylized = sample_image(seed=100 * content + sum(chosen))
        scores = scorer.score(
            case, stylized=stylized, content=contents[content], styles=[images[number] for number in chosen]
        )
        assert not scores.errors
        assert None not in scores.values.values()

    return run


def test_each_picture_passes_each_network_once_and_references_once_in_all(passes, score):
    for content in range(len(CONTENTS)):
        for style in range(len(STYLES)):
            score(content, style)

    assert passes == {
        Role.VGG: 6 + len(CONTENTS) + len(STYLES),
        Role.PERCEPTUAL: 6 + len(CONTENTS),
        Role.CLIP_JUDGE: 6 + len(CONTENTS) + len(STYLES),
    }


def test_a_mix_of_styles_is_one_picture(passes, score):
    score(0, 0, 1)

    assert passes == {Role.VGG: 1 + 1 + 2, Role.PERCEPTUAL: 1 + 1, Role.CLIP_JUDGE: 1 + 1 + 2}
