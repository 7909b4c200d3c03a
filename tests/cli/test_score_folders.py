"""``benchmark score`` of folders: the numbers of a run of the same pictures, without a protocol."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import benchmark

METRICS = "ssim,color_histogram_distance,clip_text_similarity"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a control, and its pictures as another repository leaves them: ``c``, ``s``, ``out``."""
    root = tmp_path_factory.mktemp("theirs")
    benchmark.run(
        "smoke", methods="color_transfer", metrics=METRICS.split(","), threads=1, report=False, out=root / "run"
    )
    for kind, folder in (("contents", "c"), ("styles", "s")):
        shutil.copytree(root / "run" / "inputs" / kind, root / folder)
    (root / "out").mkdir()
    for row in benchmark.load_run(root / "run").itertuples():
        shutil.copyfile(root / "run" / row.image, root / "out" / f"{row.content}_stylized_{row.style}.png")
    prompts = {row.style: row.prompt for row in benchmark.load_run(root / "run").itertuples()}
    with (root / "prompts.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "prompt"), *((f"{style}.png", text) for style, text in prompts.items())])
    return root


@pytest.fixture
def score(command, theirs, monkeypatch):
    """Scores the folders, and returns the result."""
    monkeypatch.chdir(theirs)
    folders = ("--stylized", "out", "--content", "c", "--style", "s", "--prompts", "prompts.csv")

    def run(*arguments: str | Path, metrics: str = METRICS):
        return command("score", *folders, "--metrics", metrics, "--protocol", "smoke", "--threads", "1", *arguments)

    return run


def test_scores_are_those_of_the_run(score, theirs, tmp_path):
    done = score("--format", "json", "-o", tmp_path / "scored", "--no-report")
    assert done.code == 0, done.err
    printed = pd.DataFrame(json.loads(done.out)["pictures"]).set_index("style").sort_index()
    ran = benchmark.load_run(theirs / "run").set_index("style").sort_index()
    for metric in METRICS.split(","):
        assert printed[metric].to_list() == ran[metric].to_list(), metric
    assert (tmp_path / "scored" / "results.parquet").exists()


def test_python_gives_the_same(score, theirs):
    done = score("--format", "csv")
    (first, *_) = csv.DictReader(io.StringIO(done.out))
    table = benchmark.score(
        first["stylized"],
        content=theirs / "c" / f"{first['content']}.png",
        style=theirs / "s" / f"{first['style']}.png",
        prompt=first["prompt"],
        metrics=METRICS.split(","),
        networks="smoke",
        device="cpu",
    )
    assert [float(first[name]) for name in table.columns] == pytest.approx(list(table.iloc[0]), rel=1e-5)


def test_the_text_has_a_line_for_each_picture_and_the_means(score):
    done = score(metrics="ssim")
    assert done.code == 0, done.err
    assert done.out.count("astronaut_stylized_great_wave.png") == 1
    assert done.out.count("astronaut_stylized_starry_night.png") == 1
    assert "ssim ↑" in done.out
    assert "2 of 2 cases found, paired by {content}_stylized_{style}" in done.err


def test_the_report_is_written_where_a_run_is_named(score, tmp_path):
    done = score("-o", tmp_path / "scored", metrics="ssim")
    assert (tmp_path / "scored" / "report" / "index.html").exists()
    assert "report:" in done.out


def test_without_one_nothing_is_left_behind(score, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert score(metrics="ssim").code == 0
    assert not list(tmp_path.iterdir())


def test_a_run_of_folders_gets_more_metrics(score, command, tmp_path, monkeypatch):
    assert score("-o", tmp_path / "scored", "--no-report", metrics="ssim").code == 0
    pictures = {path: path.stat().st_mtime_ns for path in (tmp_path / "scored" / "images").rglob("*.png")}
    monkeypatch.chdir(tmp_path)
    done = command("score", "scored", "--metrics", "color_histogram_distance", "--threads", "1", "--no-report")
    assert done.code == 0, done.err
    assert benchmark.load_run(tmp_path / "scored")[["ssim", "color_histogram_distance"]].notna().all(axis=None)
    assert pictures == {path: path.stat().st_mtime_ns for path in (tmp_path / "scored" / "images").rglob("*.png")}


def test_a_metric_that_lacks_an_input_is_refused_by_name(command, theirs, monkeypatch):
    monkeypatch.chdir(theirs)
    done = command("score", "--stylized", "out", "--content", "c", "--style", "s", "--metrics", "clip_text_similarity")
    assert (done.code, done.error_lines) == (2, ["error: clip_text_similarity needs prompts: --prompts FILE"])


def test_contents_alone_do(command, theirs, monkeypatch):
    monkeypatch.chdir(theirs)
    (theirs / "one").mkdir(exist_ok=True)
    shutil.copyfile(theirs / "out" / "astronaut_stylized_great_wave.png", theirs / "one" / "astronaut.png")
    done = command("score", "--stylized", "one", "--content", "c", "--metrics", "ssim", "--threads", "1")
    assert done.code == 0, done.err
    assert "astronaut.png" in done.out


def test_one_that_cannot_be_read_fails_alone(score, theirs, tmp_path):
    shutil.copytree(theirs / "out", tmp_path / "out")
    (tmp_path / "out" / "astronaut_stylized_great_wave.png").write_bytes(b"no picture")
    main_arguments = ("--stylized", f"broken={tmp_path / 'out'}")
    done = score(*main_arguments, "--format", "csv", metrics="ssim")
    rows = list(csv.DictReader(io.StringIO(done.out)))
    broken = [row for row in rows if row["method"] == "broken" and row["status"] == "failed"]
    assert done.code == 4
    assert len(broken) == 1
    assert "not an image" in broken[0]["error"]
    assert broken[0]["stylized"].endswith("astronaut_stylized_great_wave.png")
    assert sum(row["status"] == "ok" for row in rows) == 3


def test_pictures_of_another_aspect_are_refused_with_both_sizes(score, tmp_path, theirs):
    (tmp_path / "wide").mkdir()
    for file in (theirs / "out").iterdir():
        Image.open(file).resize((200, 130)).save(tmp_path / "wide" / file.name)
    done = score("--stylized", f"wide={tmp_path / 'wide'}", "--format", "csv", metrics="ssim")
    errors = {row["error"] for row in csv.DictReader(io.StringIO(done.out)) if row["method"] == "wide"}
    assert done.code == 4
    assert errors
    assert all("200×130" in error and "176×176" in error and "--fit" in error for error in errors), errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name a RUN, or folders: --stylized FOLDER --content FOLDER"),
        (("run", "--content", "c"), "--content is for folders"),
        (("run", "--format", "csv"), "benchmark report RUN --format csv"),
        (("--stylized", "out"), "name the contents with --content"),
        (("--stylized", "nowhere", "--content", "c"), "there is no folder nowhere"),
        (("--stylized", "out", "--content", "c", "--fresh"), "--fresh is for a run, which --out names"),
        (("--stylized", "s", "--content", "c"), "no picture|nothing|fits"),
    ],
)
def test_bad_input_is_one_line(command, theirs, monkeypatch, arguments, message):
    monkeypatch.chdir(theirs)
    done = command("score", *arguments)
    assert done.code == 2
    (line,) = done.error_lines
    assert any(part in line for part in message.split("|")), line


def test_help_loads_no_torch():
    program = (
        "import sys\nfrom benchmark.cli.main import main\n"
        "try:\n    main(['score', '--help'])\nexcept SystemExit:\n    print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
