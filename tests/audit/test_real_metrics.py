"""Metrics of this package under audit, at sizes at which they are quick."""

from __future__ import annotations

import pytest

from benchmark.audit.check_result import CheckStatus
from benchmark.protocol.embedded import mini
from metrics.clip_similarity import ClipTextSimilarity
from metrics.clip_style import ClipStyleSimilarity
from metrics.color_histogram import ColorHistogramDistance
from metrics.distributions import Cmmd
from metrics.structural import MsSsim, Ssim
from metrics.vgg_losses import VggStyleLoss
from tests.audit.conftest import failed, not_applicable

SOUND = {"ends", "blends", "encoding", "repetition", "batch", "range"}
"""Checks that these metrics pass: of pixels and VGG at any resolution that they take, of the judge at that of mini.

The judge sees 224 px: of small pictures it sees JPEG's blocks enlarged, and their scores change by a tenth and more.
"""


@pytest.mark.parametrize("metric", [Ssim, ColorHistogramDistance, VggStyleLoss])
def test_content_and_style_metrics_measure_what_they_say(audit, metric):
    results = audit(metric)

    assert {check for check in SOUND if results[check].status is CheckStatus.PASSED} == SOUND


@pytest.mark.parametrize("metric", [ClipStyleSimilarity, Cmmd])
def test_metrics_of_the_judge_measure_what_they_say(audit, metric):
    results = audit(metric, protocol=mini())

    assert {check for check in SOUND if results[check].status is CheckStatus.PASSED} == SOUND


def test_a_text_metric_has_ends_but_no_blends(audit):
    results = audit(ClipTextSimilarity, protocol=mini())

    assert failed(results) == set()
    assert results["ends"].status is CheckStatus.PASSED
    assert results["roles"].figures["wins"] > 0.9
    assert not_applicable(results) == {"blends": "half a style image is not half of what a prompt says"}


def test_a_metric_that_cannot_score_such_pictures_says_so(audit):
    results = audit(MsSsim)

    assert failed(results) == set(results)
    assert "ms_ssim needs sides of at least 161 px" in results["ends"].reason
