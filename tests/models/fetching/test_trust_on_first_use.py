"""Files whose hash nobody has published are trusted as they first came."""

from __future__ import annotations

import hashlib

import pytest

from benchmark.errors import InputError
from benchmark.models.fetching import Fetcher, FetchResult
from benchmark.models.weights_folders import WeightsFolders
from benchmark.models.weights_lock import LOCK_FILE, read_lock
from tests.file_server import Fault
from tests.models.conftest import CONTENT
from tests.models.fetching.conftest import HALF, QUICK, Watcher, partial, refusal, visible


def test_the_first_copy_is_recorded(publish, fetch, folder):
    asset = publish(pinned=False)

    fetched = fetch(asset)

    assert fetched.result is FetchResult.TRUSTED
    entry = read_lock(folder)["network.pth"]
    assert entry.sha256 == fetched.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (entry.bytes, entry.source) == (len(CONTENT), asset.addresses[0])
    assert fetch(asset).result is FetchResult.PRESENT


def test_another_file_is_refused_later(publish, fetch, folder, file_server):
    asset = publish(pinned=False)
    first = fetch(asset)
    first.path.unlink()
    file_server.files["network.pth"] = CONTENT[::-1]

    assert f"not {first.sha256}" in refusal(fetch, asset)
    assert visible(folder) == [LOCK_FILE]


def test_a_stated_beginning_of_the_hash_must_fit(publish, fetch):
    sha256 = hashlib.sha256(CONTENT).hexdigest()

    assert "not 00000000…" in refusal(fetch, publish(sha256="00000000"))
    assert fetch(publish(sha256=sha256[:8])).result is FetchResult.TRUSTED


def test_a_file_put_there_by_hand_is_recorded_without_a_download(publish, fetch, folder, file_server):
    folder.mkdir()
    (folder / "network.pth").write_bytes(CONTENT)

    assert fetch(publish(pinned=False)).result is FetchResult.TRUSTED
    assert read_lock(folder)["network.pth"].source == "was there already"
    assert file_server.requests == []


def test_a_web_page_in_place_of_the_file_is_not_trusted(publish, fetch, folder, file_server):
    file_server.content_type = "text/html; charset=utf-8"

    assert "answers with a web page in place of the file" in refusal(fetch, publish(pinned=False))
    assert visible(folder) == []


def test_a_file_without_an_address_names_the_page_and_the_folder(publish, fetch, folder, file_server):
    asset = publish(pinned=False, addresses=(), page="https://example.org/network")

    assert (
        "no address leads straight to it; get it from https://example.org/network, put it into"
        f" {folder}, and give this command again" in refusal(fetch, asset)
    )
    (folder / "network.pth").write_bytes(CONTENT)
    assert fetch(asset).result is FetchResult.TRUSTED
    assert file_server.requests == []


def test_beginnings_are_not_continued_by_another_command(publish, fetch, folder, file_server):
    folder.mkdir()
    partial(folder).write_bytes(CONTENT[:HALF])

    fetch(publish(pinned=False))

    assert file_server.ranges_of("network.pth") == [None]


def test_a_file_that_changes_during_the_download_is_taken_from_its_start(publish, folder, file_server, monkeypatch):
    asset = publish(pinned=False, bytes=None)
    file_server.fail("network.pth", Fault(drop_after=HALF))
    changed = CONTENT[::-1]

    def change(reason: str, seconds: float) -> None:
        file_server.files["network.pth"] = changed

    watcher = Watcher()
    monkeypatch.setattr(watcher, "waiting", change)
    fetcher = Fetcher(WeightsFolders((folder,)), watcher, patience=QUICK)

    assert fetcher.fetch(asset).path.read_bytes() == changed


def test_a_damaged_lock_is_not_passed_over(publish, fetch, folder):
    folder.mkdir()
    (folder / LOCK_FILE).write_text("{")
    (folder / "network.pth").write_bytes(CONTENT)

    with pytest.raises(InputError, match=r"weights\.lock\.json is not valid JSON.*; put back a copy"):
        fetch(publish(pinned=False))
