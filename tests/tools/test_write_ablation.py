"""The page of an ablation: its plan, its comparisons, and a conclusion that follows from them by rule."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.analysis.comparison import MethodComparison
from benchmark.analysis.interval import Estimate, Interval
from benchmark.analysis.statistics import analyze
from benchmark.errors import InputError
from benchmark.protocol.embedded import mini, paintings
from benchmark.store.records import RunRecords
from tests.reports.sample_runs import build_crossed_run
from tools.ablation.conclusion import Answer, Finding, answer, overall
from tools.ablation.contrasts import Contrasts, Gain, alike, contrasts_of, gains
from tools.ablation.pictures import extremes
from tools.ablation.plan import Asked, asked_rows, read_plan
from tools.ablation.share import every_nth_of
from tools.write_ablation import main, write_ablation

ATTENTION = Path(__file__).parents[2] / "tools" / "ablation" / "attention.toml"
SMALL = """
name = "small"
title = "A small ablation"
about = "One question."
method = "clipstyler"
settings = { steps = 1, patches = 1 }
deciding = ["ssim", "color_histogram_distance"]

[[questions]]
name = "network"
title = "A block in the network"
asks = "Does it help?"
arm = { label = "attention", settings = { attention = "bottleneck" } }
controls = [{ label = "convolution", settings = { attention = "convolution" } }]
alike = [{ label = "uniform", settings = { content_map = "uniform" } }]
"""


@pytest.fixture
def small(tmp_path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def asked(small) -> Asked:
    (one,) = asked_rows(read_plan(small), mini())
    return one


class TestAPlan:
    def test_of_attention_fits_the_protocols_that_it_is_for(self):
        plan = read_plan(ATTENTION)
        for protocol in (mini(), paintings()):
            rows = [row.name for asked in asked_rows(plan, protocol) for row in asked.rows]
            assert len(set(rows)) == len(rows) == 11
            assert "clipstyler@attention=bottleneck" in rows

    def test_of_attention_has_a_control_of_every_kind(self):
        rows = [row.changes for asked in asked_rows(read_plan(ATTENTION), mini()) for row in asked.rows]
        kinds = {str(value) for changes in rows for name, value in changes.items() if name != "crop_use"}
        assert kinds == {"bottleneck", "convolution", "attention", "uniform", "shuffled", "random_mask"}

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ('attention = "bottleneck"', 'attention = "none"', "arm attention is clipstyler as it is anyway"),
            ('attention = "bottleneck"', 'attenton = "bottleneck"', "no setting 'attenton'; did you mean attention?"),
            ('"clipstyler"', '"clipstylr"', "unknown method 'clipstylr'; did you mean clipstyler?"),
            ("deciding", "decides", "unknown key 'decides'; did you mean deciding?"),
            ("controls = [", "others = [", "unknown key 'others'"),
        ],
    )
    def test_that_cannot_be_run_is_refused_in_one_line(self, small, capsys, tmp_path, old, new, reason):
        small.write_text(SMALL.replace(old, new))
        assert main(["mini", "--plan", str(small), "--run", str(tmp_path / "run"), "-o", str(tmp_path)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert reason in line
        assert not (tmp_path / "run").exists()


@pytest.fixture
def varied(tmp_path, asked) -> RunRecords:
    """A run of the rows: the arm says more of the text and keeps less of the content than the others."""
    run = build_crossed_run(tmp_path / "crossed", contents=4, styles=5, methods=4)
    names = dict(
        zip(
            ("method_0", "method_1", "method_3", "method_2"),
            ("clipstyler", asked.controls[0].name, asked.arm.name, asked.alike[0].name),
            strict=True,
        )
    )
    return replace(
        run,
        methods=tuple(replace(method, name=names.get(method.name, method.name)) for method in run.methods),
        units=run.units.assign(method=run.units.method.replace(names)),
        summary=tuple(replace(row, method=names.get(row.method, row.method)) for row in run.summary),
        image_hashes={
            (names.get(unit.method, unit.method), unit.case): f"{unit.method}{unit.case}"
            for unit in run.units.itertuples()
        },
    )


class TestComparisons:
    def test_are_of_the_arm_with_the_method_and_with_each_control(self, varied, asked):
        found = contrasts_of(varied, "clipstyler", [asked], ["ssim", "lpips", "unknown"])
        assert list(found) == ["ssim", "lpips"]
        assert list(found["ssim"].pairs) == [(asked.arm.name, "clipstyler"), (asked.arm.name, asked.controls[0].name)]

    def test_have_the_differences_of_the_rows_and_of_the_report(self, varied, asked):
        found = contrasts_of(varied, "clipstyler", [asked], ["ssim"])["ssim"].pairs
        scores = varied.units.pivot(index="case", columns="method", values="ssim")
        for (arm, other), pair in found.items():
            assert pair.difference.mean == pytest.approx((scores[arm] - scores[other]).mean())
        run = replace(
            varied,
            methods=tuple(
                replace(method, source={"variant_of": "clipstyler", "changes": {"x": method.name}})
                if "@" in method.name
                else method
                for method in varied.methods
            ),
        )
        (ablation,) = analyze(run).ablations
        (reported,) = (one for one in ablation.comparisons if (one.metric, one.first) == ("ssim", asked.arm.name))
        assert found[asked.arm.name, "clipstyler"].difference == reported.difference
        assert found[asked.arm.name, "clipstyler"].p_value == reported.p_value

    def test_are_corrected_for_their_number(self, varied, asked):
        pairs = contrasts_of(varied, "clipstyler", [asked], ["ssim"])["ssim"].pairs.values()
        smallest = min(pair.p_value for pair in pairs)
        assert min(pair.p_holm for pair in pairs) == pytest.approx(2 * smallest)

    def test_say_what_could_have_been_shown_whether_it_was_or_not(self, varied, asked):
        contrasts = contrasts_of(varied, "clipstyler", [asked], ["ssim"])["ssim"]
        assert all(pair.better for pair in contrasts.pairs.values())
        assert len(contrasts.detectable()) == 2

    def test_gains_are_listed_by_their_size_and_upwards_is_better(self, varied, asked):
        metrics = {metric.name: metric for metric in varied.metrics}
        for name, sign in (("ssim", 1), ("lpips", -1)):
            listed = gains(varied, metrics[name], asked.arm.name, "clipstyler")
            scores = varied.units.pivot(index="case", columns="method", values=name)
            expected = sign * (scores[asked.arm.name] - scores["clipstyler"])
            assert [one.gain for one in listed] == sorted(expected, reverse=True)
            assert all(one.gain == expected[one.case] for one in listed)

    def test_pictures_that_are_the_same_are_counted(self, varied):
        other = varied.methods[1].name
        assert alike(varied, "clipstyler", other) == (0, 20)
        case = varied.cases[0].id
        hashes = {**varied.image_hashes, (other, case): varied.image_hashes["clipstyler", case]}
        assert alike(replace(varied, image_hashes=hashes), "clipstyler", other) == (1, 20)


def compared(first: str, second: str, better: str, error: float | None = 0.01, mean: float = 0.1) -> MethodComparison:
    return MethodComparison(
        "ssim", first, second, Estimate(mean, Interval(-1, 1), error, 20, 4, 5), 0, 10, 10, 0.5, 0.5, better=better
    )


class TestTheConclusion:
    @pytest.mark.parametrize(
        ("against_base", "against_control", "finding"),
        [
            ("arm", "arm", Finding.HELPS),
            ("arm", "", Finding.HELPS_AS_A_CONTROL),
            ("arm", "control", Finding.HELPS_AS_A_CONTROL),
            ("base", "control", Finding.HURTS),
            ("base", "", Finding.HURTS_AS_A_CONTROL),
            ("", "arm", Finding.DIFFERS_FROM_CONTROLS),
            ("", "control", Finding.DIFFERS_FROM_CONTROLS),
            ("", "", Finding.NOTHING),
        ],
    )
    def test_of_one_metric_follows_from_the_comparisons(self, varied, asked, against_base, against_control, finding):
        arm, control = asked.arm.name, asked.controls[0].name
        names = {"arm": arm, "control": control, "base": "clipstyler", "": ""}
        pairs = {
            (arm, "clipstyler"): compared(arm, "clipstyler", names[against_base]),
            (arm, control): compared(arm, control, names[against_control]),
        }
        given = answer(asked, "clipstyler", Contrasts(varied.metrics[0], pairs))
        assert given.finding is finding
        assert (given.beaten, given.better, given.open) == (
            (control,) * (against_control == "arm"),
            (control,) * (against_control == "control"),
            (control,) * (not against_control),
        )

    @pytest.mark.parametrize(
        ("error", "mean", "finding"),
        [(None, 0.1, Finding.UNKNOWN), (0.0, 0.0, Finding.ALIKE), (0.0, 0.1, Finding.NOTHING)],
    )
    def test_says_where_there_is_no_scatter_to_tell_by(self, varied, asked, error, mean, finding):
        pairs = {(asked.arm.name, "clipstyler"): compared(asked.arm.name, "clipstyler", "", error, mean)}
        assert answer(asked, "clipstyler", Contrasts(varied.metrics[0], pairs)).finding is finding

    def test_of_a_metric_without_scores_cannot_be_told(self, asked):
        assert answer(asked, "clipstyler", None).finding is Finding.UNKNOWN

    def test_of_scores_follows_them(self, varied, asked):
        found = contrasts_of(varied, "clipstyler", [asked], ["clip_text", "ssim"])
        findings = [answer(asked, "clipstyler", found[name]).finding for name in ("clip_text", "ssim")]
        assert findings == [Finding.HELPS, Finding.HURTS]

    @pytest.mark.parametrize(
        ("findings", "words"),
        [
            ((Finding.HELPS, Finding.NOTHING), "A gain that is the arm's own, beyond every control"),
            ((Finding.HELPS_AS_A_CONTROL, Finding.NOTHING), "A gain that a control may give as well"),
            ((Finding.HELPS, Finding.HURTS_AS_A_CONTROL), "A trade"),
            ((Finding.DIFFERS_FROM_CONTROLS, Finding.HURTS), "A loss"),
            ((Finding.NOTHING, Finding.DIFFERS_FROM_CONTROLS), "No effect that this design could show"),
            ((Finding.UNKNOWN, Finding.UNKNOWN), "Cannot be told"),
        ],
    )
    def test_of_all_metrics_calls_no_trade_a_gain(self, findings, words):
        (sentence,) = overall({"Blocks": [Answer(finding, None) for finding in findings]})
        assert sentence.startswith(words)
        assert sentence.endswith(": Blocks.")


@pytest.mark.parametrize("every", [2, 3, 4, 8])
def test_every_nth_case_of_a_protocol_loses_no_content_and_no_style(every):
    whole, part = paintings(), every_nth_of(paintings(), every)
    single = {case.id for case in whole.cases if len(case.styles) == 1}
    chosen = [case.id for case in part.cases]
    assert len(chosen) == pytest.approx(len(single) / every, abs=1)
    assert set(chosen) < single
    for kind in ("contents", "styles"):
        share = len(single) / len(getattr(whole, kind)) / every
        for item in getattr(whole, kind):
            assert 1 <= sum(item.id in name.split("--") for name in chosen) == pytest.approx(share, abs=1)
    assert part.fingerprint not in (whole.fingerprint, every_nth_of(whole, 5).fingerprint)


@pytest.mark.parametrize("every", [-1, 0, 1, 9])
def test_no_share_of_a_protocol_loses_a_content_or_a_style(every):
    with pytest.raises(InputError, match=f"every must be from 2 to 8, so that no content .* is lost, not {every}"):
        every_nth_of(paintings(), every)


def test_the_pictures_are_those_of_the_largest_gains_and_losses():
    listed = [Gain(str(number), gain) for number, gain in enumerate((0.5, 0.3, 0.1, 0.0, -0.2, -0.4))]
    assert [one.gain for one in extremes(listed, 2)] == [0.5, 0.3, -0.2, -0.4]
    assert [one.gain for one in extremes(listed[:3], 2)] == [0.5, 0.3]
    assert extremes([Gain("a", 0.0)], 2) == []


@pytest.mark.timeout(600)
def test_the_page_is_made_by_one_command_and_a_run_that_is_there_is_continued(small, tmp_path):
    run, out = tmp_path / "run", tmp_path / "out"
    first = write_ablation("mini", plan=small, limit=2, run=run, out=out).path
    text = first.read_text(encoding="utf-8")
    assert "cannot be told" in text, "one photograph tells nothing of others"
    made = (run / "journal.jsonl").read_bytes()
    # A second photograph; what is there is not made again.
    page = write_ablation("mini", plan=small, limit=4, run=run, out=out).path
    assert (run / "journal.jsonl").read_bytes().startswith(made)
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == [
        "What it shows",
        "Design",
        "The smallest effect that it could have shown",
        "Differences",
        "Where the scores lie",
        "Largest gains and losses",
        "Maps",
    ]
    differences = text.partition("## Differences")[2].partition("\n## ")[0]
    assert "uniform" not in differences, "an arm that must change nothing is only checked"
    assert "convolution" in differences
    assert "network\\: uniform leaves 4 of 4 pictures as they are, byte for byte, as it must be" in text
    shown = re.findall(r"!\[.*\]\(([^)]+)\)", text)
    assert len(shown) == 2
    assert {page.parent / name for name in shown} == set((out / "small").iterdir())
    with Image.open(out / shown[0]) as sheet:
        assert sheet.width == 4 * (144 + 2), "content, method, arm and control"
        assert np.asarray(sheet).std() > 0
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    assert levels.count(1) == 1
    before = page.read_bytes()
    assert write_ablation("mini", plan=small, limit=4, run=run, out=out).path.read_bytes() == before
