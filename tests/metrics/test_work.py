"""The work of scoring one picture of `mini`, counted, not timed."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmark.execution.bench.scoring import Scorer
from benchmark.models.role import Role
from benchmark.plan.selection import select_metrics
from benchmark.protocol.embedded import mini
from benchmark.testing.sample import embedded_models, sample_image

CROPS = 16


@pytest.fixture(scope="module")
def score():
    """Scores a new picture of one case of `mini` with all metrics whose networks are embedded."""
    protocol, models = mini(), embedded_models()
    scorer = Scorer(select_metrics("all", protocol), protocol.styles, models)
    content, style = sample_image(256, 256, seed=1), sample_image(256, 256, seed=2)

    def run(seed: int):
        stylized = torch.lerp(content, sample_image(256, 256, seed=seed), 0.4)
        scores = scorer.score(protocol.cases[0], stylized=stylized, content=content, styles=[style])
        assert not scores.errors
        return scores

    # References are computed once for a run.
    run(3)
    return run


def test_a_picture_takes_less_than_two_passes_of_vgg(score):
    with torch.no_grad(), FlopCounterMode(display=False) as one_pass:
        embedded_models().vgg()(torch.zeros(1, 3, 256, 256), ["relu5_4"])
    with FlopCounterMode(display=False) as scoring:
        score(4)

    assert scoring.get_total_flops() < 2 * one_pass.get_total_flops()


def test_a_picture_passes_each_network_once_and_the_judge_once_more_for_each_crop(score):
    models, images = embedded_models(), Counter()
    hooks = [
        models.load(Role.VGG).register_forward_pre_hook(lambda _, given: images.update(vgg=len(given[0]))),
        models.clip_judge().towers.visual.register_forward_pre_hook(
            lambda _, given: images.update(judge=len(given[0]))
        ),
    ]
    score(5)
    for hook in hooks:
        hook.remove()

    assert images == {"vgg": 1, "judge": 1 + CROPS}
