"""``benchmark publish`` and ``benchmark.load_run("hub:…")``, on a hub of the loopback interface."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import benchmark
from benchmark.errors import InputError
from benchmark.images import open_image
from benchmark.store.hub import PublishedRun, fetch_file
from tests.cli.protocol.conftest import Machine
from tests.loopback_hub import TOKEN, loopback_hub
from tests.runs_of_one_protocol import CONTROLS, installed_sample_plugins

NAME = "somebody/a-run"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "run"
    with installed_sample_plugins():
        benchmark.run("tiny", methods=CONTROLS, metrics=["brightness_gap"], out=path, threads=1)
    return path


@pytest.fixture
def run(made, tmp_path):
    """A copy, which a test may change."""
    return Path(shutil.copytree(made, tmp_path / "run"))


@pytest.fixture
def hub(tmp_path):
    with loopback_hub() as running:
        running.uploads = tmp_path / "hub"
        yield running


@pytest.fixture
def machine(hub, tmp_path):
    return Machine(tmp_path / "machine", hub, {"HF_TOKEN": TOKEN})


def published(hub) -> Path:
    found = hub.folder(NAME, "main")
    assert found is not None
    return found[1]


def test_a_run_is_published_with_its_report_and_licences_and_read_by_its_name(machine, hub, run, tmp_path):
    (run / "logs").mkdir(exist_ok=True)
    (run / "logs" / "secret.log").write_text("a path of this machine")
    result = machine.run("publish", run, "--to", NAME)
    assert (result.code, result.err) == (0, result.err)
    assert result.out.startswith(f"{hub.address}/datasets/{NAME}/commit/")
    there = {str(path.relative_to(published(hub))) for path in published(hub).rglob("*") if path.is_file()}
    here = {str(path.relative_to(run)) for path in run.rglob("*") if path.is_file() and path.parent.name != "logs"} - {
        ".lock"
    }
    assert there == here | {"README.md", "licences.csv"}
    assert (published(hub) / "journal.jsonl").read_bytes() == (run / "journal.jsonl").read_bytes()

    card = (published(hub) / "README.md").read_text()
    assert json.loads((run / "run.json").read_text())["protocol"]["fingerprint"] in card
    with (published(hub) / "licences.csv").open(newline="") as file:
        kinds = [row["kind"] for row in csv.DictReader(file)]
    assert {"content", "style", "method"} <= set(kinds)

    code = f"import benchmark; benchmark.load_run('hub:{NAME}').to_pickle({str(tmp_path / 'table')!r})"
    machine.script(code)
    pd.testing.assert_frame_equal(pd.read_pickle(tmp_path / "table"), benchmark.load_run(run))
    assert set(hub.requests) == {"run.json", "journal.jsonl", "summary.json"}


def test_where_a_run_was_logged_is_not_published(machine, hub, run):
    from benchmark.interface.publishing import PRIVATE
    from benchmark.registry import PluginKind, installed_plugins

    trackers = [
        name for name, plugin in installed_plugins(PluginKind.REPORTS).items() if "trackers" in plugin.entry_point.value
    ]
    assert {f"{name}.json" for name in trackers} == PRIVATE
    for name in PRIVATE:
        (run / "report" / name).write_text("an address of the house")
    assert machine.run("publish", run, "--to", NAME).code == 0
    there = {path.name for path in (published(hub) / "report").iterdir()}
    assert "index.html" in there
    assert not there & PRIVATE


def test_a_picture_of_a_published_run_is_fetched_when_it_is_asked_for(machine, hub, run, tmp_path):
    assert machine.run("publish", run, "--to", NAME).code == 0
    table = benchmark.load_run(run)
    unit = table.iloc[0]
    machine.script(
        f"import benchmark; table = benchmark.load_run('hub:{NAME}')\n"
        f"first = table.picture({unit['case']!r}, {unit['method']!r})\n"
        f"assert first == table.picture({unit['case']!r}, {unit['method']!r})\n"
        f"first.save({str(tmp_path / 'picture.png')!r})\n"
        f"table.content_picture({unit['case']!r}).save({str(tmp_path / 'content.png')!r})"
    )
    assert open_image(tmp_path / "picture.png") == table.picture(unit["case"], unit["method"])
    assert open_image(tmp_path / "content.png") == table.content_picture(unit["case"])
    fetched = {"run.json", "journal.jsonl", "summary.json", unit["image"], f"inputs/contents/{unit['content']}.png"}
    assert set(hub.requests) == fetched
    # Another process finds it in the cache.
    machine.script(f"import benchmark; benchmark.load_run('hub:{NAME}').picture({unit['case']!r}, {unit['method']!r})")


@pytest.mark.parametrize("path", ["../../secret.png", "/etc/hostname", "images/../../secret.png", "C:\\secret.png"])
def test_what_leads_out_of_a_published_run_is_not_asked_for(hub, tmp_path, path):
    with pytest.raises(InputError, match="does not lie in the folder of the run"):
        fetch_file(PublishedRun(NAME, ""), tmp_path, path)
    assert not hub.requests


def test_publishing_again_leaves_nothing_of_the_earlier_run(machine, hub, run):
    assert machine.run("publish", run, "--to", NAME).code == 0
    shutil.rmtree(run / "report")
    assert machine.run("publish", run, "--to", NAME).code == 0
    assert not [path for path in (published(hub) / "report").rglob("*") if path.is_file()]
    assert (published(hub) / "run.json").is_file()


def test_a_run_with_something_wrong_is_not_published_unless_that_is_asked_for(machine, hub, run):
    next((run / "images").rglob("*.png")).unlink()
    result = machine.run("publish", run, "--to", NAME)
    assert result.code == 2
    assert "is missing" in result.error_lines[0]
    assert "--as-is" in result.error_lines[0]
    assert hub.folder(NAME, "main") is None
    assert machine.run("publish", run, "--to", NAME, "--as-is").code == 0


def test_the_page_of_a_run_shows_titles_as_text(machine, hub, run):
    manifest = json.loads((run / "run.json").read_text())
    manifest["methods"][0]["title"] = "<script>alert(1)</script> [x](javascript:y)\n# head"
    (run / "run.json").write_text(json.dumps(manifest))
    assert machine.run("publish", run, "--to", NAME).code == 0
    card = (published(hub) / "README.md").read_text()
    assert "<script" not in card
    assert "[x](" not in card
    assert "\n# head" not in card


def test_links_out_of_the_run_are_not_followed(machine, hub, run, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (run / "report" / "secret").symlink_to(tmp_path / "secret")
    assert machine.run("publish", run, "--to", NAME).code == 0
    assert not (published(hub) / "report" / "secret").exists()


def test_a_refusal_of_the_hub_is_one_line(hub, run, tmp_path):
    result = Machine(tmp_path / "stranger", hub, {"HF_TOKEN": "hf_other"}).run("publish", run, "--to", NAME)
    assert result.code == 2
    assert f"cannot publish to {NAME}" in result.error_lines[0]


@pytest.mark.parametrize("name", ["hub:", "hub:one", "hub:a/b/c", "hub:../x/y", "hub:a/b c"])
def test_a_name_that_is_no_repository_is_refused(name):
    with pytest.raises(InputError, match="write OWNER/NAME"):
        benchmark.load_run(name)


def test_a_repository_that_is_not_there_is_named(machine, hub):
    with pytest.raises(Exception, match="exit status 1"):
        machine.script("import benchmark; benchmark.load_run('hub:nobody/nothing')")
