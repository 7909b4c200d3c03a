"""The files in ``recipes/``: each calls a repository by its own options, and finds the file under its own name.

Stand-ins take the place of the repositories: scripts that have the options of each and name their files as it does.
"""

from __future__ import annotations

import dataclasses
import io
import json
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch
from PIL import Image

from benchmark.contracts import Condition, StyleCondition
from benchmark.programs.program_file import read_program

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "recipes").glob("*.toml"))
STAND_INS = Path(__file__).parent / "stand_ins"
recipes = pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)


def clone(recipe: Path, folder: Path, *, needs: bool = True) -> Path:
    """Makes a folder that looks like a clone of the recipe's repository, with the recipe beside it."""
    beside = folder / recipe.name
    shutil.copy(recipe, beside)
    program = read_program(beside).program
    repository = folder / program.folder
    repository.mkdir(parents=True)
    interpreter = repository / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    interpreter.chmod(0o755)
    shutil.copy(STAND_INS / "pictures.py", repository)
    if program.command[0] == "python":
        shutil.copy(STAND_INS / f"{recipe.stem}.py", repository / program.command[1])
    else:
        # Installed by pip, as a command.
        shutil.copy(STAND_INS / f"{recipe.stem}.py", repository)
        script = repository / program.command[0]
        script.write_text(f'#!/bin/sh\nexec "{interpreter}" "{repository / recipe.stem}.py" "$@"\n')
        script.chmod(0o755)
    for needed in program.needs if needs else ():
        path = repository / needed
        if path.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"weights")
        else:
            path.mkdir(parents=True, exist_ok=True)
    return beside


def stylized(path: Path, style: torch.Tensor, prompt: str, *, seed: int = 1) -> tuple[torch.Tensor, str]:
    """Calls a recipe on a content and a style of 48 px, as the benchmark does."""
    method = read_program(path).load()()
    method.prepare(None)
    content = torch.rand(3, 48, 48, generator=torch.Generator().manual_seed(5))
    made = method.stylize(content, [StyleCondition(style, prompt)], torch.Generator().manual_seed(seed))
    assert made.shape == content.shape
    return made, method.note


@recipes
def test_calls_its_repository_by_its_own_options_and_finds_its_picture(recipe, tmp_path):
    path = clone(recipe, tmp_path)
    red, blue = torch.tensor([0.9, 0.1, 0.1]), torch.tensor([0.1, 0.1, 0.9])
    first, _ = stylized(path, red[:, None, None].expand(3, 48, 48), "a painting in red")
    second, _ = stylized(path, blue[:, None, None].expand(3, 48, 48), "night & day, (1889)")
    assert (first - second).abs().mean() > 0.01, "the style does not arrive"
    if read_program(path).table.method.condition is Condition.IMAGE:
        assert first[0].mean() > second[0].mean()
        assert first[2].mean() < second[2].mean()


@recipes
def test_says_before_it_runs_which_weights_are_missing(recipe, command, tmp_path):
    path = clone(recipe, tmp_path, needs=False)
    needs = read_program(path).program.needs
    if not needs:
        # Such a repository downloads its network by itself.
        assert "downloaded by the first call" in read_program(path).table.method.weights
        return
    result = command("run", "--methods", path, "--protocol", "smoke", "--out", tmp_path / "run")
    assert result.code == 2
    assert f"{needs[0]} is missing" in result.error_lines[0]
    assert read_program(path).table.method.weights in result.error_lines[0]
    assert not (tmp_path / "run").exists()


@recipes
def test_says_what_was_read_under_which_licence_and_where_the_weights_are(recipe):
    facts = read_program(recipe).table.method
    assert facts.name == recipe.stem
    assert re.fullmatch(r"[0-9a-f]{40}", facts.commit)
    assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", facts.repository)
    for fact in dataclasses.fields(facts):
        if fact.name not in ("optimises", "minimum_side"):
            assert getattr(facts, fact.name), f"{fact.name} is empty"
    assert "not run with the real weights" in recipe.read_text(encoding="utf-8")


def test_the_readme_lists_every_recipe_with_its_commit_and_licence():
    text = (ROOT / "recipes" / "README.md").read_text(encoding="utf-8")
    assert "not run with the real weights" in text
    rows = {row[0]: row for row in re.findall(r"^\| `(\w+)\.toml` \| (.+?) \| `(\w+)` \| (.+?) \|", text, re.MULTILINE)}
    assert set(rows) == {recipe.stem for recipe in RECIPES}
    for recipe in RECIPES:
        facts = read_program(recipe).table.method
        _, repository, commit, licence = rows[recipe.stem]
        assert facts.repository in repository
        assert facts.commit.startswith(commit)
        assert licence == facts.licence


def test_there_are_at_least_ten():
    assert len(RECIPES) >= 10


@recipes
def test_its_name_is_that_of_no_installed_method(recipe, command):
    result = command("show", recipe)
    assert result.code == 0
    assert read_program(recipe).table.method.repository in result.out


@pytest.mark.parametrize("name", ["adain_naoto0804", "adaattn", "styleid", "artflow", "s2wat"])
def test_all_pairs_repositories_make_all_pictures_in_one_call(name, command, sample_plugins, tmp_path):
    """With the words that the comment at the end of the recipe gives."""
    path = clone(ROOT / "recipes" / f"{name}.toml", tmp_path)
    text = path.read_text(encoding="utf-8")
    text = text.replace('"--content", "{content}"', '"--content_dir", "{contents_dir}"')
    text = text.replace('"--style", "{style}"', '"--style_dir", "{styles_dir}"')
    text = text.replace("{content_dir}", "{contents_dir}").replace("{style_dir}", "{styles_dir}")
    path.write_text(text.replace("[program]", "[program]\nbatch = true", 1), encoding="utf-8")
    arguments = (
        "run",
        "--protocol",
        "tiny",
        "--metrics",
        "brightness_difference",
        "--no-report",
        "--out",
        tmp_path / "run",
    )
    assert command(*arguments, "--methods", path).code == 0
    units = pd.read_parquet(tmp_path / "run" / "results.parquet")
    answered = units[units.status == "ok"]
    assert len(answered) >= 4
    # One call: one share for all.
    assert answered.seconds.nunique() == 1
    assert set(units[units.status != "ok"].status) <= {"skipped"}


def test_all_recipes_stand_side_by_side_in_one_run(command, sample_plugins, tmp_path):
    paths = [clone(recipe, tmp_path) for recipe in RECIPES]
    result = command(
        *("run", "--protocol", "tiny", "--metrics", "brightness_difference", "--limit", "1", "--no-report"),
        *("--methods", ",".join(map(str, paths)), "--out", tmp_path / "run"),
    )
    assert result.code == 0, result.err
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert {method["origin"] for method in run["methods"]} == {"program"}
    assert all(method["source"]["commit"] and method["source"]["sha256"] for method in run["methods"])
    journal = [json.loads(line) for line in (tmp_path / "run" / "journal.jsonl").read_text().splitlines()]
    assert len(journal) == len(RECIPES)
    for record in journal:
        with Image.open(io.BytesIO((tmp_path / "run" / record["image"]).read_bytes())) as image:
            assert image.size == (32, 32)
