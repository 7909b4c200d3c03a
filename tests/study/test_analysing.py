"""The analysis counts votes, leaves out who did not look, and says everything both ways."""

from __future__ import annotations

import csv

import pytest

from benchmark.errors import InputError
from benchmark.store.people import read_result
from benchmark.store.questions import Question
from benchmark.study.analysing import analyse
from benchmark.study.answers import CollectedAnswers
from benchmark.study.exclusion import leave_out
from benchmark.study.sheet import Sheet
from benchmark.study.study import Comparison, Exclusion, Kind
from tests.study.raters import make_study, sheet, vote

CHECK = Comparison(Kind.CHECK, Question.STYLE, 0, 3, 0)
FORM = [vote(0, 1), CHECK, vote(2, 1, 1), vote(0, 2, 2), Comparison(Kind.REPEAT, Question.STYLE, 0, 1, 0, repeats=0)]
FORM_2 = [vote(1, 0), CHECK, vote(1, 2, 1), vote(2, 0, 3), Comparison(Kind.REPEAT, Question.STYLE, 0, 0, 1, repeats=0)]
STUDY = make_study([FORM, FORM_2], exclusion=Exclusion(0, 800))
PEOPLE = [sheet("lllrr", participant=1), sheet("rlrlr", participant=2), sheet("llrll", participant=3, form=1)]


def collected(*sheets: Sheet) -> CollectedAnswers:
    return CollectedAnswers(sheets, (), ())


def test_wins_ties_and_losses_are_counted_without_checks_and_repeats() -> None:
    result = analyse(STUDY, collected(*PEOPLE, sheet("tlttt", participant=4)), rounds=20).result
    (asked,) = result.questions
    assert asked.kept.answers == 12
    assert sum(one.wins for one in asked.kept.strengths) == sum(one.losses for one in asked.kept.strengths) == 9
    assert sum(one.ties for one in asked.kept.strengths) == 6
    wins = asked.kept.wins
    assert sum(map(sum, wins)) == 12
    # Twice m0 and once m1 won, and there was one tie.
    assert (wins[0][1], wins[1][0]) == (1.5, 2.5)


def test_a_repeat_is_the_same_answer_if_the_same_method_won() -> None:
    (asked,) = analyse(STUDY, collected(*PEOPLE), rounds=20).result.questions
    assert asked.kept.repeats == 3
    # "l…r" is m0 both times, "r…r" another method each time, "l…l" too.
    assert asked.kept.same == 1


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (sheet("lrllr", participant=9), "failed 1 of 1 check"),
        (sheet("lllrr", participant=9, milliseconds=100), "took 0.10 s for an answer at the median"),
    ],
    ids=["check", "clicks through"],
)
def test_who_does_not_look_is_left_out_and_counted_the_other_way(person: Sheet, reason: str) -> None:
    result = analyse(STUDY, collected(*PEOPLE, person), rounds=20).result
    assert [(one.participant, one.reason) for one in result.left_out] == [(person.participant, reason)]
    (asked,) = result.questions
    assert asked.kept.people == 3
    assert asked.everybody is not None
    assert asked.everybody.people == 4


def test_who_always_takes_one_side_is_left_out() -> None:
    study = make_study([[vote(n % 2, 2, n % 4) for n in range(12)]])
    assert [one.reason for one in leave_out(study, [sheet("l" * 12), sheet("lr" * 6, participant=2)])] == [
        "gave 12 of 12 answers to one side"
    ]


def test_a_method_that_never_lost_has_no_number_and_the_reason_is_said() -> None:
    study = make_study([[vote(0, 1), vote(1, 2), vote(2, 1, 1), vote(0, 2, 2)]])
    (asked,) = analyse(study, collected(sheet("lrrl"), sheet("lllt", participant=2)), rounds=20).result.questions
    assert [one.value for one in asked.kept.strengths] != [None] * 3
    (asked,) = analyse(study, collected(sheet("llll"), sheet("lrll", participant=2)), rounds=20).result.questions
    assert "m0 won every comparison" in asked.kept.problem
    assert [one.value for one in asked.kept.strengths] == [None] * 3
    assert asked.kept.strengths[0].wins == 4


def test_the_result_is_written_and_read_again(tmp_path) -> None:
    analysis = analyse(STUDY, collected(*PEOPLE), rounds=20)
    analysis.write(tmp_path)
    assert read_result(tmp_path) == analysis.result
    with (tmp_path / "votes.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert {row["outcome"] for row in rows} == {"0", "1"}
    assert "Which picture carries the style better?" in (tmp_path / "summary.md").read_text()


def test_the_same_answers_give_the_same_result() -> None:
    assert analyse(STUDY, collected(*PEOPLE), rounds=20) == analyse(STUDY, collected(*PEOPLE), rounds=20)


def test_without_answers_there_is_no_result() -> None:
    with pytest.raises(InputError, match="nobody has answered"):
        analyse(STUDY, collected())
