"""The page about leaderboards is true, and the example workflow runs nothing of a submission."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from reports.leaderboard.pictures import CASES
from reports.leaderboard.rendering import TEMPLATES
from reports.leaderboard.site import LINES

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "leaderboard.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "leaderboard"
WORKFLOW = (EXAMPLE / "workflow.yml").read_text(encoding="utf-8")


def commands(text: str) -> list[str]:
    return re.findall(r"^ *(?:xargs -0 -r )?(benchmark [^#|<\n]+)", text, flags=re.MULTILINE)


@pytest.mark.parametrize("line", [*commands(PAGE), *commands(WORKFLOW)])
def test_the_options_of_every_command_exist(line, command):
    words = line.split()
    text = command(words[1], "--help").out
    assert all(re.search(rf"(^|[\s,]){re.escape(word)}\b", text) for word in words if re.match(r"--?\w", word))


def test_the_numbers_of_the_page_are_those_of_the_code():
    assert f"the latest run first, {LINES} a page" in PAGE
    assert CASES == 4
    assert "up to\nfour cases" in PAGE.replace("\n  ", "\n")
    assert "const STEP = 100;" in (TEMPLATES / "filtering.js").read_text(encoding="utf-8")


def test_the_workflow_checks_submissions_and_builds_the_site():
    assert [line.split()[1] for line in commands(WORKFLOW)] == ["check-run", "leaderboard"]


def test_the_workflow_installs_only_what_the_branch_before_the_submission_names():
    check, site = WORKFLOW.split("\n  site:")
    assert re.findall(r"pip install (.+)", check) == ["-r trusted/requirements.txt"]
    assert "ref: ${{ github.event.pull_request.base.sha }}\n          path: trusted" in check
    assert "if: github.event_name == 'push'" in site
    # No text of a pull request is pasted into a script.
    assert not re.search(r"\$\{\{", "".join(re.findall(r"run: \|\n((?: {10}.*\n)+)", WORKFLOW)))


def test_the_workflow_checks_the_runs_that_are_added_or_changed_whatever_they_are_called(tmp_path):
    """The lines of the workflow, with a program in the place of ``benchmark`` that prints what it is given."""

    def git(*words: str) -> None:
        identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    def add(name: str) -> None:
        (tmp_path / "runs" / name / "images").mkdir(parents=True)
        for file in ("run.json", "images/x.png"):
            (tmp_path / "runs" / name / file).write_text("{}")
        git("add", "-A")
        git("commit", "-m", name)

    git("init")
    add("old")
    add("$(touch hacked); é '\"")
    script = "\n".join(re.findall(r"^ +((?:git diff|xargs).+)", WORKFLOW, flags=re.MULTILINE))
    done = subprocess.run(
        ["bash", "-e", "-c", script.replace("benchmark check-run", "printf '%s\\n'")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path.parent)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == "runs/$(touch hacked); é '\""
    assert "runs/old" not in done.stdout
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(
    ("page", "link"),
    [
        (page, link)
        for page in (ROOT / "docs" / "leaderboard.md", EXAMPLE / "README.md")
        for link in re.findall(r"\]\(([^)#:]+)[)#]", page.read_text(encoding="utf-8"))
    ],
)
def test_every_link_leads_somewhere(page, link):
    assert (page.parent / link).exists()
