"""The page about many workers is held against the command line and against its own arithmetic."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "scaling.md").read_text(encoding="utf-8")
SLURM = (DOCS.parent / "examples" / "slurm.sh").read_text(encoding="utf-8")
COMMANDS = re.findall(r"benchmark run((?: +[^\s#`]+)+)", PAGE + SLURM)
SCRIPTS = re.findall(r"^```bash\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def test_every_option_exists(command):
    text = command("run", "--help").out
    options = {word for words in COMMANDS for word in words.split() if word.startswith("--")}
    assert {"--workers", "--executor", "--ray-address", "--device"} <= options
    assert [option for option in sorted(options) if not re.search(rf"(^|[\s,]){option}\b", text)] == []


@pytest.mark.parametrize("script", [*SCRIPTS, SLURM], ids=lambda script: script.splitlines()[0][:40])
def test_every_script_is_one(script):
    if not (bash := shutil.which("bash")):
        pytest.skip("needs bash")
    result = subprocess.run([bash, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("link", re.findall(r"\]\(([^):]+)\)", PAGE))
def test_every_link_leads_somewhere(link):
    path, _, heading = link.partition("#")
    text = (DOCS / path).read_text(encoding="utf-8") if path else PAGE
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    assert not heading or heading in [re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles]


def test_the_planning_table_is_its_formula():
    rows = re.findall(r"^\| ([\d.]+) s \| (\S+) \| (\S+) \| (.+) \|$", PAGE, flags=re.MULTILINE)
    assert len(rows) == 4
    for seconds, *cells in rows:
        for workers, cell in zip((1, 8, 64), cells, strict=True):
            if cell != "limited by the process that writes":
                assert float(cell.replace(",", "")) == pytest.approx(3600 * workers / float(seconds))
