"""What is left of a unit when only its scores are to be made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.execution.bench.step import Action, Step, WorkerFailure
from benchmark.execution.bench.workbench import Workbench
from benchmark.execution.tasks.task import ImageMade, Result
from benchmark.execution.tasks.unit_task import UnitTask
from benchmark.plan.selection import configure_run
from benchmark.store.atomic import write_bytes
from benchmark.store.records import UnitStatus

WANTED = ("brightness_difference", "sometimes_fails")


@pytest.fixture
def configuration(sample_plugins):
    return configure_run(protocol="tiny", methods="noisy", metrics=",".join(WANTED), assignments={})


@pytest.fixture
def told():
    return []


@pytest.fixture
def workbench(configuration, told, tmp_path):
    return Workbench(configuration, tmp_path, told.append)


@pytest.fixture
def made(configuration, workbench, told, tmp_path):
    """The record of a unit whose image is written and scored."""
    record = UnitTask(configuration.units()[0]).execute(workbench)
    (image,) = [one for one in told if isinstance(one, ImageMade)]
    write_bytes(tmp_path / record.image, image.png)
    told.clear()
    return record


def test_only_what_it_lacks_is_scored_and_the_rest_stays(configuration, workbench, told, made):
    known = replace(made, scores={"brightness_difference": 42.0}, score_errors={"gone": "no longer installed"})
    done = UnitTask(configuration.units()[0], known, wanted=WANTED).execute(workbench)
    assert done.scores == {"brightness_difference": 42.0, "sometimes_fails": 1.0}
    assert done.score_errors == {"gone": "no longer installed"}
    assert replace(done, scores={}, score_errors={}, log="") == replace(made, scores={}, score_errors={}, log="")
    assert {one.plugin for one in told if isinstance(one, Step)} == {"sometimes_fails"}


def test_an_image_that_is_lost_meanwhile_is_not_made_by_who_only_scores(configuration, workbench, told, made, tmp_path):
    (tmp_path / made.image).unlink()
    bare = replace(made, scores={"brightness_difference": 42.0})
    task = UnitTask(configuration.units()[0], bare, wanted=WANTED, only_scores=True)
    done = task.execute(workbench)
    assert (done.status, done.scores, list(done.score_errors)) == (UnitStatus.OK, bare.scores, ["sometimes_fails"])
    assert not [one for one in told if isinstance(one, ImageMade)]
    assert replace(task, only_scores=False).execute(workbench).scores.keys() == set(WANTED)
    assert [one for one in told if isinstance(one, ImageMade)]


def test_an_image_outlives_the_workers_that_were_to_score_it(configuration, made):
    """Whatever killed them: it is not made again, and the record says which scores are missing."""
    bare = replace(made, scores={})
    task = UnitTask(configuration.units()[0], bare, wanted=WANTED, is_retry=True)
    left = task.after(WorkerFailure("killed by SIGKILL", is_foreign=True))
    assert left == Result(replace(bare, score_errors=dict.fromkeys(WANTED, "killed by SIGKILL")))
    in_metric = WorkerFailure("killed by SIGSEGV", Step(Action.SCORE, "sometimes_fails"))
    assert task.after(in_metric).excluded == {"sometimes_fails": "killed by SIGSEGV"}
    assert replace(task, made=None).after(WorkerFailure("killed", is_foreign=True)).value.status is UnitStatus.FAILED


def test_a_picture_made_elsewhere_is_told_apart_from_the_images_that_every_run_needs(configuration, tmp_path):
    unit = configuration.units()[0]
    files = UnitTask(unit, picture=tmp_path / "theirs.png").files
    assert files.pictures == (tmp_path / "theirs.png",)
    assert files.inputs == tuple(unit.case.files)
    assert UnitTask(unit).files.pictures == ()
