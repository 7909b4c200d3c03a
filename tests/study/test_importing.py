"""Ratings and votes that exist become the result of a study, whatever their scale, columns and names."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import benchmark
from benchmark.errors import InputError
from benchmark.store.people import Origin, StudyResult
from benchmark.store.questions import Question
from benchmark.study.importing import Columns, ImportedTable, import_ratings
from tests.runs_of_one_protocol import installed_sample_plugins, run_tiny

METHODS = ("blend", "noisy", "copies_style")
RATINGS = Columns(image="image", rating="rating", rater="rater")


def cases_of(run: Path) -> list[tuple[str, str, str]]:
    units = benchmark.load_run(run)
    return sorted({(case, content, style) for case, content, style in units[["case", "content", "style"]].to_numpy()})


def imported(
    table: Path, run: Path, columns: Columns = RATINGS, images: str = "{method}/{content}_on_{style}"
) -> StudyResult:
    description = ImportedTable(table, images, columns, Question.STYLE, "Ratings")
    return import_ratings(description, run, rounds=20).result


@pytest.fixture
def ratings(tiny_run: Path, tmp_path: Path) -> Path:
    """Three people rate every picture from 1 to 10; copies of the style are best, then blends. The last is stricter."""
    generator = np.random.default_rng(0)
    lines = ["image,rater,rating,comment"]
    for (_, content, style), rater in itertools.product(cases_of(tiny_run), range(3)):
        for method, level in zip(METHODS, (5, 4, 6), strict=True):
            rating = int(np.clip(np.round(level - 2 * (rater == 2) + generator.normal(0, 1.2)), 1, 10))
            lines.append(f'data/{method}/{content}_on_{style}.jpg,person {rater},{rating},"fine, really"')
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join(lines))
    return path


def test_single_ratings_are_compared_within_rater_and_case(tiny_run: Path, ratings: Path) -> None:
    result = imported(ratings, tiny_run)
    (asked,) = result.questions
    assert (result.origin, result.people) == (Origin.IMPORT, 3)
    assert asked.kept.answers == 3 * 3 * len(cases_of(tiny_run))
    strengths = {one.method: one.value for one in asked.kept.strengths}
    assert strengths["copies_style"] > strengths["blend"] > strengths["noisy"]  # type: ignore[operator]
    assert asked.kept.agreement.units == 3 * len(cases_of(tiny_run))


def test_the_scale_does_not_matter(tiny_run: Path, ratings: Path, tmp_path: Path) -> None:
    header, *lines = ratings.read_text().splitlines()
    rows = [line.split(",", 3) for line in lines]
    other = tmp_path / "other.csv"
    scaled = (f"{image},{rater},{float(rating) * 10 - 3:.1f},{rest}" for image, rater, rating, rest in rows)
    other.write_text("\n".join([header, *scaled]))
    assert imported(other, tiny_run).questions == imported(ratings, tiny_run).questions


def test_means_know_of_cases_only_and_say_so(tiny_run: Path, tmp_path: Path) -> None:
    table = tmp_path / "means.csv"
    lines = [
        f"{method}/{content}_on_{style};{level + number % 2 * (method != 'blend')}"
        for number, (_, content, style) in enumerate(cases_of(tiny_run))
        for method, level in zip(METHODS, (5.5, 5.0, 5.2), strict=True)
    ]
    table.write_text("\n".join(["Picture;MOS", *lines]))
    result = imported(table, tiny_run, Columns(image="Picture", rating="MOS"))
    assert "intervals know of cases only" in result.notes[0]
    assert result.questions[0].kept.agreement.value is None


def test_votes_are_taken_as_they_are(tiny_run: Path, tmp_path: Path) -> None:
    table, (case, *_) = tmp_path / "votes.csv", cases_of(tiny_run)
    lines = [f"blend--{case[0]},noisy--{case[0]},{tie}" for tie in ("0", "0", "tie")]
    lines.append(f"noisy--{case[0]},blend--{case[0]},")
    table.write_text("\n".join(["winner,loser,tie", *lines]))
    columns = Columns(image="winner", loser="loser", tie="tie")
    (asked,) = imported(table, tiny_run, columns, "{method}--{case}").questions
    assert [(one.wins, one.ties, one.losses) for one in asked.kept.strengths] == [(2, 1, 1), (1, 1, 2)]


def test_pictures_that_the_run_lacks_are_counted_and_passed_over(tiny_run: Path, ratings: Path) -> None:
    ratings.write_text(ratings.read_text() + "\nunknown/a_on_b,person 0,3,\n")
    assert imported(ratings, tiny_run).notes == ("1 rows are of pictures that the run does not have.",)


def test_a_content_and_a_style_name_the_case_of_the_first_seed(tmp_path: Path) -> None:
    with installed_sample_plugins():
        run = run_tiny(tmp_path / "run", ["blend", "noisy"], seeds=[0, 1])
    table = tmp_path / "votes.csv"
    table.write_text("winner,loser\nblend/waves_on_warm,noisy/waves_on_warm\n")
    result = imported(table, run, Columns(image="winner", loser="loser"))
    (asked,) = result.questions
    assert asked.kept.answers == 1
    assert not any("rows" in note for note in result.notes)
    assert {one.case for one in asked.pictures} == {"waves--warm"}


def test_names_that_fit_several_pictures_are_counted_apart(tiny_run: Path, tmp_path: Path) -> None:
    (mix,) = (style for _, _, style in cases_of(tiny_run) if style not in ("warm", "cold"))
    table = tmp_path / "votes.csv"
    columns = Columns(image="winner", loser="loser")
    rows = ["winner,loser", "blend/warm,noisy/warm", "blend/unknown,noisy/warm", "noisy/cold,blend/cold"]
    table.write_text("\n".join(rows))
    with pytest.raises(InputError, match=r"1 of its rows are of none of the run's pictures, 2 may be of several"):
        imported(table, tiny_run, columns, "{method}/{style}")
    table.write_text("\n".join([*rows, f"blend/{mix},noisy/{mix}"]))
    assert imported(table, tiny_run, columns, "{method}/{style}").notes[:2] == (
        "1 rows are of pictures that the run does not have.",
        "2 rows may be of several pictures of the run; name {method} and {case} in --images to tell them apart.",
    )


@pytest.mark.parametrize(
    ("text", "columns", "images", "reason"),
    [
        ("image,rating\nx,1", RATINGS, "{case}", "there is no column 'rater'"),
        ("image,rater,score\nx,1,2", RATINGS, "{case}", "there is no column 'rating'"),
        ("image,rater,rating\nblend/x,1,good", RATINGS, "{method}/{case}", "line 2: the rating must be a number"),
        ("image,rater,rating\nx,1,nan", RATINGS, "{case}", "must be a number"),
        ("image,rater,rating\nx,1,2", RATINGS, "{method}/{case}", "is to find a method such as"),
        ("image,rater,rating\nx,1,2", RATINGS, "{name}", "unknown placeholder {name}"),
        ("image,rater,rating\nx,1,2", RATINGS, "{method}", "must name {case}"),
        ("", RATINGS, "{case}", "there are: nothing"),
    ],
    ids=["rater", "rating", "word", "nan", "no picture", "placeholder", "no case", "empty"],
)
def test_what_cannot_be_used_is_refused_in_one_line(
    tiny_run: Path, tmp_path: Path, text: str, columns: Columns, images: str, reason: str
) -> None:
    table = tmp_path / "ratings.csv"
    table.write_text(text)
    with pytest.raises(InputError) as error:
        imported(table, tiny_run, columns, images)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_picture_that_one_rater_rated_twice_is_refused(tiny_run: Path, ratings: Path) -> None:
    header, first, *_ = ratings.read_text().splitlines()
    ratings.write_text("\n".join([header, first, first]))
    with pytest.raises(InputError, match=r"line 3: person 0 rated .* before"):
        imported(ratings, tiny_run)
