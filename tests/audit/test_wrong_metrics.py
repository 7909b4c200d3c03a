"""Each metric is wrong in one way, and the check for it says so."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
import torch

from benchmark import Axis, Direction, Need
from benchmark.audit.check_result import CheckStatus
from benchmark.errors import InputError
from benchmark.protocol.case import WeightedStyle
from tests.audit.conftest import ColourGap, case_metric, failed, not_applicable, pixel_distances


def right(*, stylized, style, **_):
    return pixel_distances(stylized, style)


def test_a_right_metric_passes_everything(audit):
    results = audit(case_metric(right))

    assert {result.status for result in results.values()} == {CheckStatus.PASSED}
    assert results["ends"].figures["good end"] == 0.0
    assert results["blends"].figures["correlation"] == pytest.approx(1.0)


def test_a_constant_is_at_no_end_follows_nothing_and_reads_nothing(audit):
    results = audit(case_metric(lambda *, stylized, **_: torch.full((len(stylized),), 0.5)))

    assert failed(results) == {"ends", "blends", "roles"}
    assert "another style image leaves 100% of the scores as they are" in results["roles"].reason
    assert set(not_applicable(results)) == {"encoding", "resolution"}


def test_a_wrong_direction_turns_the_ends_around(audit):
    results = audit(case_metric(right, direction=Direction.HIGHER))

    assert failed(results) == {"ends", "blends", "roles"}
    assert results["blends"].figures["correlation"] == pytest.approx(-1.0)
    assert results["roles"].figures["wins"] == 0.0


def test_a_metric_that_compares_with_the_wrong_image_is_at_the_wrong_ends(audit):
    def swapped(*, stylized, content, style, **_):
        return pixel_distances(stylized, content)

    results = audit(case_metric(swapped, needs=(Need.CONTENT, Need.STYLE_IMAGE)))

    assert {"ends", "blends", "roles"} <= failed(results)
    assert results["roles"].figures["style image matters"] == 0.0
    assert results["roles"].figures["content matters"] == 1.0


def test_a_metric_that_ignores_which_style_it_is_given_fails_on_roles_alone(audit):
    """More contrast on average than the contents, whichever painting it is."""

    def anything(*, stylized, content, **_):
        return pixel_distances(stylized, content)

    results = audit(case_metric(anything, needs=(Need.CONTENT, Need.STYLE_IMAGE), direction=Direction.HIGHER))

    assert failed(results) == {"roles"}


def test_noise_does_not_repeat_itself(audit):
    def noisy(*, stylized, style, **_):
        return pixel_distances(stylized, style) + 1e-4 * torch.rand(len(stylized))

    assert failed(audit(case_metric(noisy))) >= {"repetition"}
    assert failed(audit(case_metric(noisy))).isdisjoint({"ends", "blends", "roles"})


def test_a_score_that_depends_on_the_batch_is_caught(audit):
    def relative(*, stylized, style, **_):
        distances = pixel_distances(stylized, style)
        return distances + (distances - distances.mean()).abs()

    assert failed(audit(case_metric(relative))) == {"batch"}


def test_a_score_that_depends_on_what_came_before_does_not_repeat_itself(audit):
    counter = itertools.count()

    def drifting(*, stylized, style, **_):
        return pixel_distances(stylized, style) + 1e-6 * next(counter)

    assert "repetition" in failed(audit(case_metric(drifting)))


def test_a_score_out_of_the_stated_range_is_caught(audit):
    results = audit(case_metric(right, maximum=0.1))

    assert failed(results) == {"range"}
    assert "above the stated maximum 0.1" in results["range"].reason


def test_a_metric_of_the_lowest_bits_fails_on_files(audit):
    """The metric reads whether pixels are even, a pattern that a JPEG file does not keep."""

    def parity(image):
        return (image * 255).round().remainder(2).mean()

    def even(*, stylized, style, **_):
        pairs = zip(stylized, style, strict=True)
        return torch.stack([(parity(one) - parity(other)).abs() for one, other in pairs])

    assert "encoding" in failed(audit(case_metric(even)))


def test_a_metric_that_needs_the_protocols_resolution_has_no_other(audit):
    def picky(*, stylized, style, **_):
        if stylized[0].shape[-1] < 40:
            raise ValueError("sides of at least 40 px")
        return pixel_distances(stylized, style)

    results = audit(case_metric(picky))

    assert failed(results) == set()
    assert "sides of at least 40 px" in not_applicable(results)["resolution"]


def test_a_metric_that_raises_fails_with_its_reason(audit):
    def broken(**_):
        raise RuntimeError("out of\npaint")

    results = audit(case_metric(broken))

    assert failed(results) == set(results)
    assert {result.reason for result in results.values()} == {"astronaut--starry_night: RuntimeError: out of paint"}


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (lambda *, stylized, **_: torch.full((len(stylized),), float("nan")), "NaN or infinite"),
        (lambda *, stylized, **_: torch.zeros(len(stylized), 2), "expected (1,): one score for each image"),
    ],
    ids=["not a number", "too many numbers"],
)
def test_scores_that_are_none_fail(audit, scores, reason):
    results = audit(case_metric(scores))

    assert failed(results) == set(results)
    assert reason in results["ends"].reason


@pytest.mark.parametrize("role", ["stylized", "style"])
def test_a_metric_that_writes_into_its_images_fails_and_does_not_read_what_it_wrote(audit, role):
    def erasing(**given):
        distances = pixel_distances(given["stylized"], given["style"])
        given[role][0].zero_()
        return distances

    results = audit(case_metric(erasing))

    assert failed(results) == set(results)
    image = {"stylized": "stylized image", "style": "style image"}[role]
    assert f"changed the {image} in place" in results["ends"].reason


def test_a_metric_without_direction_has_no_ends(audit):
    reasons = not_applicable(audit(case_metric(right, direction=Direction.NEITHER)))

    assert {"ends", "blends", "roles"} == set(reasons)
    assert "which end of its range is good" in reasons["ends"]


def test_a_cost_has_no_ends_and_no_roles(audit):
    def brightness(*, stylized, **_):
        return torch.stack([image.mean() for image in stylized])

    results = audit(case_metric(brightness, axis=Axis.COST, needs=(), minimum=None))

    assert set(not_applicable(results)) >= {"ends", "blends", "roles", "range"}
    assert failed(results) <= {"encoding", "resolution"}


def test_what_points_the_right_way_by_chance_is_undecided(audit):
    """Right for one painting by much, wrong for the others by little."""

    def partial(*, stylized, style, **_):
        dark = [image.mean() < 0.45 for image in style]
        distances = pixel_distances(stylized, style)
        return torch.stack([one if sure else 0.2 - one / 8 for one, sure in zip(distances, dark, strict=True)])

    assert audit(case_metric(partial))["ends"].status is CheckStatus.UNDECIDED


def test_fewer_cases_are_as_many_contents_as_styles(audit):
    results = audit(case_metric(right), limit=4)

    assert failed(results) == set()
    assert results["roles"].status is CheckStatus.PASSED


def test_one_case_has_nothing_to_swap(audit):
    reasons = not_applicable(audit(case_metric(right), limit=1))

    assert reasons["roles"] == "the cases share one style image"


@pytest.fixture
def restyled(protocol):
    """Makes the protocol's single-style cases with other facts about every style."""

    def make(**facts):
        cases = [
            dataclasses.replace(case, styles=(WeightedStyle(dataclasses.replace(case.styles[0].style, **facts)),))
            for case in protocol.cases
            if len(case.styles) == 1
        ]
        return dataclasses.replace(protocol, cases=tuple(cases))

    return make


def test_without_prompts_a_metric_of_prompts_does_not_apply(audit, restyled):
    def never(**_):
        raise AssertionError("was asked to score")

    results = audit(case_metric(never, axis=Axis.TEXT, needs=(Need.PROMPT,)), protocol=restyled(prompt=None))

    assert set(not_applicable(results).values()) == {"no case has a prompt, which it needs"}
    assert set(not_applicable(results)) == set(results)


def test_a_protocol_without_style_images_cannot_be_audited_with(audit, restyled):
    with pytest.raises(InputError, match="no case of one style with an image"):
        audit(case_metric(right), protocol=restyled(image=None))


class TestSets:
    def test_a_right_one_passes_what_applies(self, audit):
        results = audit(ColourGap)

        assert failed(results) == set()
        assert set(not_applicable(results)) == {"roles", "resolution"}
        assert not_applicable(results)["roles"].startswith("3 styles cannot be halved")

    def test_one_that_is_too_small_for_a_number_does_not_apply(self, audit):
        class TooFew(ColourGap):
            def score(self, *, stylized, style):
                return float("nan")

        results = audit(TooFew)
        assert set(not_applicable(results)) == set(results)
        assert results["ends"].reason == "too few images for a number"

    def test_one_that_describes_by_the_batch_is_caught(self, audit):
        class Relative(ColourGap):
            def describe(self, *, stylized, content=None):
                rows = super().describe(stylized=stylized)
                return rows - rows.mean(dim=0) * (len(rows) > 1)

        assert failed(audit(Relative)) == {"batch"}

    def test_one_that_forgets_the_styles_is_caught(self, audit, four_styles):
        class Forgetful(ColourGap):
            def score(self, *, stylized, style):
                return float(stylized.mean(dim=0).norm())

        assert "roles" in failed(audit(Forgetful, limit=16, protocol=four_styles))
        assert audit(ColourGap, limit=16, protocol=four_styles)["roles"].figures["wins"] == 1.0
