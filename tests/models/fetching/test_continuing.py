"""Interrupted downloads are continued: no byte is downloaded twice."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.file_server import Fault
from tests.models.conftest import CONTENT
from tests.models.fetching.conftest import HALF, PIECE, partial, refusal, visible


def test_a_connection_that_drops_in_mid_file_is_taken_up_where_it_ended(publish, fetch, file_server, watcher):
    asset = publish()
    file_server.fail("network.pth", Fault(drop_after=HALF), Fault(drop_after=PIECE))

    assert fetch(asset).path.read_bytes() == CONTENT
    assert file_server.ranges_of("network.pth") == [None, f"bytes={HALF}-", f"bytes={HALF + PIECE}-"]
    assert watcher.starts[1:] == [(HALF, len(CONTENT)), (HALF + PIECE, len(CONTENT))]
    assert len(watcher.reasons) == 2


def test_a_download_that_was_given_up_goes_on_with_the_next_command(publish, fetch, folder, file_server):
    asset = publish()
    file_server.fail("network.pth", Fault(drop_after=HALF), *[Fault(status=503)] * 3)

    reason = refusal(fetch, asset)
    assert "HTTP 503" in reason
    assert visible(folder) == []
    assert partial(folder).stat().st_size == HALF

    fetch(asset)
    assert file_server.ranges_of("network.pth")[-1] == f"bytes={HALF}-"


def test_a_killed_process_leaves_what_the_next_one_goes_on_with(publish, fetch, folder, file_server):
    asset = publish()
    file_server.fail("network.pth", Fault(stall_after=HALF))
    program = (
        "from pathlib import Path\n"
        "from benchmark.cli.fetch_display import FetchDisplay\n"
        "from benchmark.models.asset import Asset\n"
        "from benchmark.models.fetching import Fetcher\n"
        "from benchmark.models.weights_folders import WeightsFolders\n"
        f"Fetcher(WeightsFolders((Path({str(folder)!r}),)), FetchDisplay()).fetch({asset!r})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (partial(folder).exists() and partial(folder).stat().st_size > HALF // 2):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.wait()
    kept = partial(folder).stat().st_size

    assert visible(folder) == []
    assert fetch(asset).path.read_bytes() == CONTENT
    assert file_server.ranges_of("network.pth")[-1] == f"bytes={kept}-"


def test_a_server_without_ranges_starts_over(publish, fetch, folder, file_server):
    asset = publish()
    file_server.ranges = False
    file_server.fail("network.pth", Fault(drop_after=HALF))

    assert fetch(asset).path.read_bytes() == CONTENT


def test_a_beginning_of_another_file_is_thrown_away(publish, fetch, folder):
    folder.mkdir()
    partial(folder).write_bytes(b"something else" * 1000)

    assert fetch(publish()).path.read_bytes() == CONTENT


@pytest.mark.parametrize("beginning", [CONTENT, CONTENT + b"more"], ids=["the whole file", "more than the file"])
def test_a_beginning_that_leaves_nothing_to_ask_for(publish, fetch, folder, beginning):
    folder.mkdir()
    partial(folder).write_bytes(beginning)

    assert fetch(publish()).path.read_bytes() == CONTENT


def test_a_mirror_goes_on_where_the_first_address_broke_off(publish, fetch, file_server):
    asset = publish()
    file_server.files["second"] = CONTENT
    file_server.fail("network.pth", Fault(drop_after=HALF), *[Fault(status=500)] * 3)

    fetch(replace(asset, addresses=(*asset.addresses, file_server.url("second"))))

    assert file_server.ranges_of("second") == [f"bytes={HALF}-"]
