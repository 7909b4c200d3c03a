"""The statements of docs/protocols.md are true."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from benchmark.cli.protocol.group import protocol
from benchmark.freezing.opening import Place
from benchmark.plan.selection import select_metrics
from benchmark.protocol.case import Content, Style, WeightedStyle
from benchmark.protocol.case_table import COLUMNS
from benchmark.protocol.embedded import mini, paintings, smoke, wikiart, wikiart_small
from benchmark.protocol.reading import read_protocol, read_protocol_or_recipe
from benchmark.protocol.recipe import DatasetSource, Recipe
from metrics.clip_patches import ClipPatchSettings
from tests.synthetic_wikiart import picture

ROOT = Path(__file__).parent.parent
DOCS = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")
TABLES = re.findall(r"^```toml\n(.*?)^```", DOCS, flags=re.DOTALL | re.MULTILINE)
CAPTIONS, ARTIFICIO, MIX, PATH, PAIRS, LIKE, CROPS = TABLES
COMMANDS = re.findall(r"^benchmark protocol (\w+) ?([^#\n]*)", DOCS, flags=re.MULTILINE)
KEYS = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", DOCS.partition("## The file")[2], flags=re.MULTILINE))


@pytest.mark.parametrize(
    "found", [smoke(), mini(), paintings(), wikiart_small(), wikiart()], ids=lambda found: found.name
)
def test_sizes_of_the_protocols_are_stated(found):
    styles = found.dataset.paintings if isinstance(found, Recipe) else len(found.styles)
    (row,) = re.findall(rf"^\| `{found.name}` \| (.*)$", DOCS, flags=re.MULTILINE)
    assert row.startswith(f"{len(found.contents)} × {styles} ")
    assert f"| {found.resolution} px |" in row


def test_the_recipe_of_captions_is_one(tmp_path):
    (tmp_path / "captions.toml").write_text(CAPTIONS, encoding="utf-8")
    recipe = read_protocol_or_recipe(tmp_path / "captions.toml")
    assert isinstance(recipe, Recipe)
    assert recipe.dataset.columns.prompt == "text"


def test_the_columns_of_artificio_are_a_data_set(tmp_path):
    table = CAPTIONS[: CAPTIONS.index("[dataset]")] + ARTIFICIO
    (tmp_path / "artificio.toml").write_text(table, encoding="utf-8")
    recipe = read_protocol_or_recipe(tmp_path / "artificio.toml")
    assert (recipe.dataset.name, recipe.dataset.columns.title) == ("Artificio/WikiArt", "title")
    assert tomllib.loads(ARTIFICIO)["dataset"]["paintings"] == recipe.dataset.paintings


def test_the_mix_is_one_and_its_keys_are_explained(tmp_path):
    styles = "".join(f'[[styles]]\nid = "{name}"\nprompt = "{name}"\n' for name in ("warm", "cold"))
    text = CAPTIONS[: CAPTIONS.index("[dataset]")] + styles + MIX
    (tmp_path / "mixed.toml").write_text(text, encoding="utf-8")
    mix = read_protocol(tmp_path / "mixed.toml").cases[-1]
    assert [(one.style.id, one.weight, one.mask) for one in mix.styles] == [
        ("warm", 0.7, None),
        ("cold", 0.3, tmp_path / "sky.png"),
    ]
    assert set(re.findall(r"`(\w+)`", KEYS["mixes"])) == {"content", "styles", "weights"} | {
        field.name for field in fields(WeightedStyle)
    }


def test_the_path_is_a_case_for_each_step_with_the_name_that_is_stated(tmp_path):
    styles = "".join(f'[[styles]]\nid = "{name}"\nprompt = "{name}"\n' for name in ("warm", "cold"))
    (tmp_path / "path.toml").write_text(CAPTIONS[: CAPTIONS.index("[dataset]")] + styles + PATH, encoding="utf-8")
    names = [case.id for case in read_protocol(tmp_path / "path.toml").cases[-5:]]
    assert [name.partition("@")[2] for name in names] == ["100+0", "75+25", "50+50", "25+75", "0+100"]
    assert f"`{names[1]}`" in DOCS


def test_the_pairs_are_cases(tmp_path):
    styles = "".join(f'[[styles]]\nid = "{name}"\nprompt = "{name}"\n' for name in ("warm", "cold"))
    text = CAPTIONS[: CAPTIONS.index("[dataset]")] + styles + PAIRS
    (tmp_path / "pairs.toml").write_text(text, encoding="utf-8")
    assert [case.id for case in read_protocol(tmp_path / "pairs.toml").cases] == ["harbour--warm", "harbour--cold"]
    assert set(re.findall(r"`(\w+)`", KEYS["pairs"])) == {"content", "style"}


def test_the_table_of_pairs_makes_a_protocol(command, tmp_path):
    (table,) = re.findall(r"^```text\n(content,style,.*?)^```", DOCS, flags=re.DOTALL | re.MULTILINE)
    (tmp_path / "pairs.csv").write_text(table, encoding="utf-8")
    for number, name in enumerate(("photos/harbour.jpg", "photos/cat.jpg", "paintings/storm.jpg")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(picture(number, 40))
    made = command("protocol", "new", "--pairs", tmp_path / "pairs.csv", "-o", tmp_path / "chosen")
    assert made.code == 0, made.err
    cases = read_protocol(tmp_path / "chosen" / "protocol.json").cases
    assert [case.prompt for case in cases] == ["a stormy sea in oil", "a woodcut", ""]


def test_what_an_export_holds_is_stated(command, tmp_path):
    assert command("protocol", "export", "mini", "-o", tmp_path / "out").code == 0
    stated = DOCS.partition("| In the folder |")[2].partition("\n\n")[0]
    assert all(entry.name in stated for entry in (tmp_path / "out").iterdir())
    (line,) = re.findall(r"`cases.csv` \| a line for each picture to make: (.*) \|", stated)
    assert tuple(re.findall(r"`(\w+)`", line)) == COLUMNS


def test_a_method_that_is_like_another_has_its_settings(tmp_path):
    style = '[[styles]]\nid = "warm"\nprompt = "warm"\n'
    text = CAPTIONS[: CAPTIONS.index("[dataset]")] + style + LIKE
    (tmp_path / "alike.toml").write_text(text, encoding="utf-8")
    settings = read_protocol(tmp_path / "alike.toml").method_settings
    assert settings["multi_style"] == {**settings["clipstyler"], "steps": 80} == {"steps": 80, "learning_rate": 0.012}


def test_a_metric_has_the_settings_that_a_protocol_fixes(tmp_path):
    style = '[[styles]]\nid = "warm"\nprompt = "warm"\n'
    (tmp_path / "fewer.toml").write_text(CAPTIONS[: CAPTIONS.index("[dataset]")] + style + CROPS, encoding="utf-8")
    (metric,) = select_metrics("clip_patch_score", read_protocol(tmp_path / "fewer.toml"))
    assert metric.settings == ClipPatchSettings(patches=16)


@pytest.mark.parametrize(("name", "arguments"), COMMANDS)
def test_the_options_of_every_command_exist(command, name, arguments):
    text = command("protocol", name, "--help").out
    options = [word for word in arguments.split() if word.startswith("-")]
    assert all(re.search(rf"(^|[\s,]){re.escape(option)}\b", text) for option in options)


def test_every_command_is_shown():
    assert {name for name, _ in COMMANDS} == set(protocol.commands)


def test_every_place_of_a_data_set_is_explained():
    stated = set(re.findall(r"^\| `(\w+)`(?: \(default\))? \|", DOCS.partition("`--from` says")[2], flags=re.MULTILINE))
    assert set(Place) <= stated


def test_every_key_of_the_file_is_explained():
    pins = {"sha256", "pixels_sha256"}
    for key, kind in (("contents", Content), ("styles", Style), ("dataset", DatasetSource)):
        assert set(re.findall(r"`(\w+)`", KEYS[key])) == {field.name for field in fields(kind)} - pins
    assert {"schema_version", "resolution", "seeds", "models", "methods", "pairs", "mixes", "origin"} <= KEYS.keys()


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#:]+)\)", DOCS))
def test_links_lead_somewhere(link):
    assert (ROOT / "docs" / link).exists()
