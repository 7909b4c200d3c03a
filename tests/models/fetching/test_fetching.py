"""A file is fetched whole and verified, or not at all."""

from __future__ import annotations

import threading

from benchmark.models.asset import Asset
from benchmark.models.fetching import FetchResult
from tests.file_server import FileServer
from tests.models.conftest import CONTENT
from tests.models.fetching.conftest import partial, refusal, visible


def test_a_file_is_fetched_whole_and_readable_for_others(publish, fetch, folder, watcher):
    fetched = fetch(publish())

    assert fetched.result is FetchResult.FETCHED
    assert fetched.path == folder / "network.pth"
    assert fetched.path.read_bytes() == CONTENT
    assert fetched.path.stat().st_mode & 0o777 == 0o644
    assert visible(folder) == ["network.pth"]
    assert not partial(folder).exists()
    assert watcher.starts == [(0, len(CONTENT))]
    assert watcher.reached == sorted(watcher.reached)
    assert watcher.reached[-1] == len(CONTENT)


def test_what_is_there_and_sound_is_not_asked_for(publish, fetch, file_server: FileServer):
    asset = publish()
    fetch(asset)
    asked = len(file_server.requests)

    assert fetch(asset).result is FetchResult.PRESENT
    assert len(file_server.requests) == asked


def test_a_damaged_file_is_replaced(publish, fetch, folder):
    folder.mkdir()
    (folder / "network.pth").write_bytes(CONTENT[:-1])

    assert fetch(publish()).path.read_bytes() == CONTENT


def test_a_file_with_another_hash_is_refused_and_removed(publish, fetch, folder, file_server):
    asset = publish()
    file_server.files["network.pth"] = b"a page that says: moved"

    reason = refusal(fetch, asset)

    assert "gives another file: its sha256 is" in reason
    assert asset.sha256 in reason
    assert visible(folder) == []
    assert not partial(folder).exists()


def test_two_at_once_download_once(publish, fetch, file_server):
    asset = publish()
    results: list[FetchResult] = []
    threads = [threading.Thread(target=lambda: results.append(fetch(asset).result)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [FetchResult.FETCHED, *[FetchResult.PRESENT] * 3]
    assert len(file_server.requests) == 1


def test_a_package_that_is_not_installed_is_named(fetch):
    asset = Asset("network", "network.pth", "MIT", "nobody", package="no_such_package", distribution="no-such-package")

    assert "pip install no-such-package" in refusal(fetch, asset)
