"""Temporary failures are tried again after growing waits; permanent ones are not."""

from __future__ import annotations

import time

import pytest

from benchmark.errors import MissingModelError
from benchmark.models.download import Patience
from tests.file_server import Fault
from tests.models.conftest import CONTENT
from tests.models.fetching.conftest import refusal


def test_server_errors_are_tried_again(publish, fetch, file_server, watcher):
    asset = publish()
    file_server.fail("network.pth", Fault(status=500), Fault(status=502))

    assert fetch(asset).path.read_bytes() == CONTENT
    assert watcher.reasons == ["HTTP 500 Internal Server Error", "HTTP 502 Bad Gateway"]


def test_waits_grow(publish, fetch, file_server):
    asset = publish()
    file_server.fail("network.pth", *[Fault(status=500)] * 3)
    started = time.monotonic()

    fetch(asset, patience=Patience(attempts=4, first_wait=0.1, timeout=5))

    assert time.monotonic() - started > 0.1 + 0.2 + 0.4


def test_a_server_that_falls_silent_is_given_up(publish, fetch, file_server):
    asset = publish()
    file_server.fail("network.pth", Fault(stall_after=10))

    assert "the server" in refusal(fetch, asset, patience=Patience(attempts=1, first_wait=0.01, timeout=0.3))


def test_a_missing_file_is_not_asked_for_twice(publish, fetch, file_server):
    asset = publish(addresses=(file_server.url("gone"),))

    with pytest.raises(MissingModelError, match="HTTP 404 Not Found"):
        fetch(asset)
    assert len(file_server.requests) == 1
