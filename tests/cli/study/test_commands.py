"""``benchmark study`` from a run to a report, and what it refuses."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from tests.runs_of_one_protocol import installed_sample_plugins, run_tiny


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    with installed_sample_plugins():
        return run_tiny(tmp_path_factory.mktemp("cli") / "run", ["keeps_content", "copies_style", "blend", "noisy"])


@pytest.fixture
def study(command, run, tmp_path) -> Path:
    out = tmp_path / "study"
    made = command(
        "study", "new", run, "-o", out, "--people", 4, "--pairs", 6, "--repeats", 1, "--checks", 1,
        "--questions", "style,content",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert f"keep {out / 'study.json'} to yourself" in made.out
    return out


def save(study: Path, path: Path, number: int) -> None:
    """Answers everything with left or right in turn, but checks as expected."""
    key = json.loads((study / "study.json").read_text())
    form = number % len(key["forms"])
    answers = []
    for place, shown in enumerate(key["forms"][form]):
        choice = ("left", "right")[(place + number) % 2]
        if shown["kind"] == "check":
            choice = "left" if key["candidates"][shown["left"]]["wins"] else "right"
        answers.append({"place": place, "choice": choice, "milliseconds": 2000 + number})
    file = {
        "kind": "style transfer study answers", "schema_version": 1, "study": key["id"],
        "participant": f"{number:032x}", "form": form, "started": "2026-01-02T10:00:00Z",
        "saved": "2026-01-02T10:05:00Z", "answers": answers,
    }  # fmt: skip
    lines = [file["study"], file["participant"], str(form), file["started"], file["saved"]]
    lines += [f"{one['place']} {one['choice']} {one['milliseconds']}" for one in answers]
    path.write_text(json.dumps(file | {"checksum": f"{zlib.crc32(chr(10).join(lines).encode()):08x}"}))


def test_from_a_run_to_a_report(command, run, study, tmp_path):
    answers = tmp_path / "answers"
    answers.mkdir()
    for number in range(6):
        save(study, answers / f"{number}.json", number)
    (answers / "broken.json").write_text('{"kind": "style')
    analysed = command("study", "analyse", study, answers, "-o", tmp_path / "result")
    assert analysed.code == 0, analysed.err
    assert f"not counted: {answers / 'broken.json'}: answers" in analysed.err
    assert "6 people, 0 of them left out, 1 files not counted" in analysed.out
    assert sorted(path.name for path in (tmp_path / "result").iterdir()) == ["result.json", "summary.md", "votes.csv"]
    reported = command("report", run, "--study", tmp_path / "result", "-o", tmp_path / "report")
    assert reported.code == 0, reported.err
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert "What people saw" in page
    assert "Which picture carries the style better?" in page
    for name, file, said in (
        ("latex", "tables.tex", "Which picture carries the style better?"),
        ("csv", "people.csv", ",style,blend,"),
        ("json", "report.json", '"strengths"'),
    ):
        again = command("report", run, "--study", tmp_path / "result", "--format", name, "-o", tmp_path / name)
        assert again.code == 0, again.err
        assert said in (tmp_path / name / file).read_text(encoding="utf-8")


def test_ratings_that_exist_reach_the_report_the_same_way(command, run, tmp_path):
    import benchmark

    units = benchmark.load_run(run)
    table = tmp_path / "ratings.csv"
    rows = [
        f"{method}/{case}.png,{rater},{1 + (len(method) * 7 + number * 3 + rater) % 10}"
        for number, (method, case) in enumerate(units[["method", "case"]].to_numpy())
        for rater in range(3)
    ]
    table.write_text("\n".join(["picture,who,score", *rows]))
    imported = command(
        "study", "import", table, "--run", run, "--images", "{method}/{case}", "--image-column", "picture",
        "--rating-column", "score", "--rater-column", "who", "--question", "content", "-o", tmp_path / "result",
    )  # fmt: skip
    assert imported.code == 0, imported.err
    assert command("report", run, "--study", tmp_path / "result", "-o", tmp_path / "report").code == 0
    assert "Ratings that existed, of 3 people" in (tmp_path / "report" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--questions", "stile"), "there is no question 'stile'; did you mean style?"),
        (("--questions", ","), "--questions names none"),
        (("--methods", "blend,nosy"), "no method 'nosy'; did you mean noisy?"),
        (("--pairs", "900"), "fewer than the 900"),
        (("--repeats", "9", "--pairs", "2"), "--repeats cannot be more than --pairs"),
        (("--questions", "preference"), "checks have a known answer for content and style only"),
    ],
)
def test_what_cannot_be_asked_is_one_line(command, run, tmp_path, arguments, reason):
    result = command("study", "new", run, "-o", tmp_path / "study", *arguments)
    assert result.code == 2
    assert len(result.error_lines) == 1
    assert reason in result.error_lines[0]


def test_variants_of_a_method_are_compared(command, tmp_path):
    variants = ["blend@share=0.25,sizes=1+2", "blend@share=0.5,sizes=3"]
    with installed_sample_plugins():
        run = run_tiny(tmp_path / "run", ["noisy"], variants=["blend:share=0.25,sizes=1,2", "blend:share=0.5,sizes=3"])
    made = command(
        "study", "new", run, "-o", tmp_path / "study", "--methods", ",".join([variants[0], "noisy", variants[1]]),
        "--people", 2, "--pairs", 3, "--repeats", 0, "--checks", 0, "--questions", "style",
    )  # fmt: skip
    assert made.code == 0, made.err
    key = json.loads((tmp_path / "study" / "study.json").read_text())
    assert [candidate["name"] for candidate in key["candidates"]] == [variants[0], "noisy", variants[1]]


def test_results_of_other_runs_do_not_compare(command, run, study, tmp_path):
    save(study, tmp_path / "one.json", 1)
    assert command("study", "analyse", study, tmp_path / "one.json", "-o", tmp_path / "result").code == 0
    path = tmp_path / "result" / "result.json"
    result = json.loads(path.read_text())
    path.write_text(json.dumps(result | {"fingerprint": "0" * 64}))
    refused = command("report", run, "--study", path, "-o", tmp_path / "report")
    assert refused.code == 3
    assert "is of none of these runs" in refused.error_lines[0]


@pytest.mark.parametrize("text", ["", "{}", '{"schema_version": 2}', "[1]"])
def test_a_damaged_result_is_one_line(command, run, tmp_path, text):
    path = tmp_path / "result.json"
    path.write_text(text)
    refused = command("report", run, "--study", path, "-o", tmp_path / "report")
    assert refused.code == 2
    assert len(refused.error_lines) == 1


def test_no_answers_and_no_study_are_said(command, study, tmp_path):
    assert "name files of answers" in command("study", "analyse", study, "-o", tmp_path / "r").error_lines[0]
    assert "is no study" in command("study", "analyse", tmp_path, tmp_path, "-o", tmp_path / "r").error_lines[0]
    assert "is no study" in command("study", "serve", tmp_path).error_lines[0]
