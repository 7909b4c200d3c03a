"""The example of the page about programs works, and the page has every key and placeholder."""

from __future__ import annotations

import re
import sys
from dataclasses import fields
from pathlib import Path

from benchmark.programs.placeholders import OF_ALL, OF_ONE
from benchmark.programs.schema import MethodTable, ProgramTable

PAGE = (Path(__file__).parent.parent / "docs" / "programs.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^<!-- file: (\S+) -->\n```(?:python|toml)\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE))


def test_the_example_fits_as_the_page_says(command, tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    # Where these tests run, another Python may be the first one on PATH.
    path = tmp_path / "tinter.toml"
    path.write_text(path.read_text().replace('folder = "tinter"', f'folder = "tinter"\npython = "{sys.executable}"'))
    result = command("check-method", "tinter.toml")
    assert result.code == 0, result.out
    shown = PAGE.partition("```console\n")[2].partition("```")[0].splitlines()
    for line in shown:
        if line.startswith("ok") and "tinter.toml can be read" not in line and "MiB" not in line:
            assert line in result.out.splitlines()
    assert "all fits: --methods tinter.toml" in result.out
    version = re.search(r"method tinter, (\S+)", PAGE)
    assert version
    assert f"method tinter, {version[1]}" in result.out


def test_every_key_is_on_the_page():
    for table in (MethodTable, ProgramTable):
        for field in fields(table):
            assert re.search(rf"`{field.name}`", PAGE), field.name


def test_every_placeholder_is_on_the_page():
    for name in OF_ONE | OF_ALL:
        kind = re.sub("^style_(?=stem|suffix|name)", "content_", name)
        assert f"{{{kind}}}" in PAGE, name
