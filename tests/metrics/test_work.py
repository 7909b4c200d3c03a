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
from benchmark.store.journal import SIMILARITIES
from benchmark.testing.sample import embedded_models, sample_image

CROPS = 16
BILLIONS = {
    "cfsd": 30.25,
    "clip_content_similarity": 1.181,
    "clip_directional_similarity": 1.181,
    "clip_patch_score": 18.89,
    "clip_style_similarity": 1.181,
    "clip_text_similarity": 1.181,
    "color_histogram_distance": 0.00118,
    "ms_ssim": 0.2827,
    "rgb_uv_histogram_distance": 1.611,
    "ssim": 0.000786,
    "st_lpips": 9.753,
    "style_distance": 21.12,
    "vgg_content_loss": 21.12,
    "vgg_style_loss": 21.12,
}
"""Floating-point operations of a picture by each metric of `mini`, alone, its references computed before."""


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


def test_a_picture_takes_less_than_three_and_a_half_passes_of_vgg(score):
    with torch.no_grad(), FlopCounterMode(display=False) as one_pass:
        embedded_models().vgg()(torch.zeros(1, 3, 256, 256), ["relu5_4"])
    with FlopCounterMode(display=False) as scoring:
        score(4)

    assert scoring.get_total_flops() < 3.5 * one_pass.get_total_flops()


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


def count(name: str) -> float:
    """Counts the work of a metric, in billions of operations."""
    protocol = mini()
    scorer = Scorer(select_metrics(name, protocol), protocol.styles, embedded_models())
    content, style = sample_image(256, 256, seed=1), sample_image(256, 256, seed=2)

    def run(seed: int) -> None:
        scores = scorer.score(
            protocol.cases[0],
            stylized=torch.lerp(content, sample_image(256, 256, seed=seed), 0.4),
            content=content,
            styles=[style],
            known={SIMILARITIES},
        )
        assert not scores.errors

    run(3)
    with FlopCounterMode(display=False) as counter:
        run(4)
    return counter.get_total_flops() / 1e9


def test_every_metric_that_scores_case_by_case_is_counted():
    protocol = mini()
    # Networks that belong to a metric alone have to be fetched.
    embedded = [one for one in select_metrics("all", protocol) if set(one.info.backbones) <= protocol.models.keys()]
    assert BILLIONS.keys() == {one.name for one in embedded if not one.is_set_metric}


@pytest.mark.parametrize("name", BILLIONS)
def test_a_metric_takes_as_many_operations_of_a_picture_as_stated(name):
    assert count(name) == pytest.approx(BILLIONS[name], rel=0.02, abs=1e-3)
