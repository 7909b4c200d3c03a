"""The process that starts workers: what it imports before there is anything to do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmark.execution.workers.server import HAS_SERVER

pytestmark = pytest.mark.skipif(not HAS_SERVER, reason="this system cannot copy a process")

ASK = """
import gc, sys
from benchmark.execution.workers.server import start_worker_server, worker_context

def tell(connection):
    imported = [name for name in ("torch", "open_clip") if name in sys.modules]
    # Modules are objects of the collector: those that are left to it were imported since.
    left = set(map(id, gc.get_objects()))
    hidden = [name for name in imported if id(sys.modules[name]) not in left]
    connection.send((imported, hidden, gc.isenabled()))

if __name__ == "__main__":
    start_worker_server({metrics!r})
    start_worker_server()
    ours, theirs = worker_context().Pipe()
    process = worker_context().Process(target=tell, args=(theirs,))
    process.start()
    imported, hidden, is_collected = ours.recv()
    print(*imported, hidden == imported, is_collected)
    process.join()
"""


@pytest.mark.parametrize(("metrics", "imported"), [("ssim,st_lpips", "torch"), ("all", "torch open_clip")])
def test_workers_start_with_the_libraries_of_the_metrics_hidden_from_the_collector(tmp_path, metrics, imported):
    script = tmp_path / "ask.py"
    script.write_text(ASK.format(metrics=metrics))

    found = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == f"{imported} True True"


def test_the_collector_goes_on_where_a_library_cannot_be_imported(tmp_path):
    script = tmp_path / "ask.py"
    script.write_text(ASK.format(metrics="all"))
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "open_clip.py").write_text("raise ImportError('a library of the system is missing')\n")
    variables = {**os.environ, "PYTHONPATH": str(tmp_path / "broken")}

    found = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, env=variables)

    assert found.stdout.strip() == "torch True True"
