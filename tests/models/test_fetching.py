"""Weights are fetched whole and verified, or the reason is one line and nothing is lost."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.errors import BenchmarkError, InputError, MissingModelError
from benchmark.models.asset import Asset
from benchmark.models.download import Patience
from benchmark.models.fetching import Fetched, Fetcher, FetchResult
from benchmark.models.weights_folders import WeightsFolders
from benchmark.models.weights_lock import LOCK_FILE, read_lock
from tests.file_server import Fault, FileServer
from tests.models.conftest import CONTENT

QUICK = Patience(attempts=3, first_wait=0.01, timeout=5)
HALF = len(CONTENT) // 2
PIECE = 1 << 16


class Watcher:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.starts: list[tuple[int, int | None]] = []
        self.reached: list[int] = []
        self.reasons: list[str] = []

    def started(self, address: str, done: int, total: int | None) -> None:
        self.starts.append((done, total))

    def advanced(self, done: int) -> None:
        self.reached.append(done)

    def waiting(self, reason: str, seconds: float) -> None:
        self.reasons.append(reason)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "weights"


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def fetch(folder: Path, watcher: Watcher) -> Callable[..., Fetched]:
    def run(asset: Asset, *, mirror: str = "", patience: Patience = QUICK) -> Fetched:
        return Fetcher(WeightsFolders((folder,)), watcher, mirror, patience).fetch(asset)

    return run


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def partial(folder: Path) -> Path:
    return folder / ".network.pth.part"


def refusal(fetch: Callable[..., Fetched], asset: Asset, **options: object) -> str:
    with pytest.raises(BenchmarkError) as raised:
        fetch(asset, **options)
    assert "\n" not in str(raised.value)
    return str(raised.value)


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


def test_mirrors_are_tried_in_order(publish, fetch, file_server):
    asset = publish()
    file_server.files["second/network.pth"] = CONTENT
    addresses = (file_server.url("gone/network.pth"), file_server.url("second/network.pth"), file_server.url("third"))

    fetched = fetch(replace(asset, addresses=addresses))

    assert fetched.source == addresses[1]
    assert [request.path for request in file_server.requests] == ["/gone/network.pth", "/second/network.pth"]


def test_the_users_mirror_comes_first(publish, fetch, file_server):
    asset = publish()
    file_server.files["mirror/network.pth"] = CONTENT

    assert fetch(asset, mirror=file_server.url("mirror/")).source == file_server.url("mirror/network.pth")


def test_a_mirror_goes_on_where_the_first_address_broke_off(publish, fetch, file_server):
    asset = publish()
    file_server.files["second"] = CONTENT
    file_server.fail("network.pth", Fault(drop_after=HALF), *[Fault(status=500)] * 3)

    fetch(replace(asset, addresses=(*asset.addresses, file_server.url("second"))))

    assert file_server.ranges_of("second") == [f"bytes={HALF}-"]


def test_a_file_with_another_hash_is_refused_and_removed(publish, fetch, folder, file_server):
    asset = publish()
    file_server.files["network.pth"] = b"a page that says: moved"

    reason = refusal(fetch, asset)

    assert "gives another file: its sha256 is" in reason
    assert asset.sha256 in reason
    assert visible(folder) == []
    assert not partial(folder).exists()


def test_after_a_file_with_another_hash_the_next_mirror_is_tried(publish, fetch, file_server):
    asset = publish()
    file_server.files["network.pth"] = b"a page that says: moved"
    file_server.files["second"] = CONTENT

    fetch(replace(asset, addresses=(*asset.addresses, file_server.url("second"))))


def test_where_nothing_can_be_reached_one_line_says_so_for_every_address(publish, fetch, folder):
    with FileServer() as closed:
        nowhere = closed.url("network.pth")
    asset = publish(addresses=(nowhere, "http://host.invalid/network.pth"))

    reason = refusal(fetch, asset, patience=replace(QUICK, attempts=1))

    assert (
        f"{nowhere.split('/')[2]}: the server cannot be reached; host.invalid: the server cannot be reached" in reason
    )
    assert str(folder) in reason


def test_a_server_that_falls_silent_is_given_up(publish, fetch, file_server):
    asset = publish()
    file_server.fail("network.pth", Fault(stall_after=10))

    assert "the server" in refusal(fetch, asset, patience=Patience(attempts=1, first_wait=0.01, timeout=0.3))


def test_too_little_space_is_said_before_anything_is_asked(publish, fetch, file_server):
    reason = refusal(fetch, publish(bytes=10**18))

    assert "not enough space for network.pth: it needs 1000000000.0 GB more" in reason
    assert file_server.requests == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a file system is not allowed here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_keeps_what_is_here_and_names_the_folder(publish, watcher, tiny_disk, file_server):
    asset = publish(bytes=None)
    fetcher = Fetcher(WeightsFolders((tiny_disk,)), watcher, patience=QUICK)

    reason = refusal(fetcher.fetch, asset)

    assert f"the disk of {tiny_disk} is full" in reason
    assert visible(tiny_disk) == []
    assert len(file_server.requests) == 1
    assert 0 < partial(tiny_disk).stat().st_size < len(CONTENT)


def test_a_disk_that_takes_nothing_is_full(publish, fetch, folder):
    folder.mkdir()
    partial(folder).symlink_to("/dev/full")

    assert "is full" in refusal(fetch, publish(bytes=None))


def test_a_folder_that_cannot_be_made_is_named(publish, watcher, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "weights"

    assert f"cannot write into {folder}" in refusal(Fetcher(WeightsFolders((folder,)), watcher).fetch, publish())


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


class TestTrustOnFirstUse:
    """Of files whose hash nobody has published."""

    def test_the_first_copy_is_recorded(self, publish, fetch, folder):
        asset = publish(pinned=False)

        fetched = fetch(asset)

        assert fetched.result is FetchResult.TRUSTED
        entry = read_lock(folder)["network.pth"]
        assert entry.sha256 == fetched.sha256 == hashlib.sha256(CONTENT).hexdigest()
        assert (entry.bytes, entry.source) == (len(CONTENT), asset.addresses[0])
        assert fetch(asset).result is FetchResult.PRESENT

    def test_another_file_is_refused_later(self, publish, fetch, folder, file_server):
        asset = publish(pinned=False)
        first = fetch(asset)
        first.path.unlink()
        file_server.files["network.pth"] = CONTENT[::-1]

        assert f"not {first.sha256}" in refusal(fetch, asset)
        assert visible(folder) == [LOCK_FILE]

    def test_a_stated_beginning_of_the_hash_must_fit(self, publish, fetch):
        sha256 = hashlib.sha256(CONTENT).hexdigest()

        assert "not 00000000…" in refusal(fetch, publish(sha256="00000000"))
        assert fetch(publish(sha256=sha256[:8])).result is FetchResult.TRUSTED

    def test_a_file_put_there_by_hand_is_recorded_without_a_download(self, publish, fetch, folder, file_server):
        folder.mkdir()
        (folder / "network.pth").write_bytes(CONTENT)

        assert fetch(publish(pinned=False)).result is FetchResult.TRUSTED
        assert read_lock(folder)["network.pth"].source == "was there already"
        assert file_server.requests == []

    def test_beginnings_are_not_continued_by_another_command(self, publish, fetch, folder, file_server):
        folder.mkdir()
        partial(folder).write_bytes(CONTENT[:HALF])

        fetch(publish(pinned=False))

        assert file_server.ranges_of("network.pth") == [None]

    def test_a_file_that_changes_during_the_download_is_taken_from_its_start(
        self, publish, folder, file_server, monkeypatch
    ):
        asset = publish(pinned=False, bytes=None)
        file_server.fail("network.pth", Fault(drop_after=HALF))
        changed = CONTENT[::-1]

        def change(reason: str, seconds: float) -> None:
            file_server.files["network.pth"] = changed

        watcher = Watcher()
        monkeypatch.setattr(watcher, "waiting", change)
        fetcher = Fetcher(WeightsFolders((folder,)), watcher, patience=QUICK)

        assert fetcher.fetch(asset).path.read_bytes() == changed

    def test_a_damaged_lock_is_not_passed_over(self, publish, fetch, folder):
        folder.mkdir()
        (folder / LOCK_FILE).write_text("{")
        (folder / "network.pth").write_bytes(CONTENT)

        with pytest.raises(InputError, match=r"weights\.lock\.json is damaged"):
            fetch(publish(pinned=False))


class TestTheHub:
    """Addresses of the Hugging Face hub follow its variables."""

    @pytest.fixture
    def on_the_hub(self, publish, monkeypatch) -> Asset:
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        asset = publish(file="somebody/network/resolve/main/network.pth")
        return replace(asset, file="network.pth", addresses=(f"https://huggingface.co/{asset.file}",))

    def test_another_endpoint_is_asked_instead(self, on_the_hub, fetch, file_server, monkeypatch):
        monkeypatch.setenv("HF_ENDPOINT", file_server.address)
        monkeypatch.setenv("HF_TOKEN", "hf_something")

        assert fetch(on_the_hub).path.read_bytes() == CONTENT
        assert file_server.requests[0].headers["authorization"] == "Bearer hf_something"

    def test_offline_nothing_is_asked(self, on_the_hub, fetch, file_server, monkeypatch):
        monkeypatch.setenv("HF_ENDPOINT", file_server.address)
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")

        assert "huggingface.co: HF_HUB_OFFLINE is set" in refusal(fetch, on_the_hub)
        assert file_server.requests == []

    def test_no_other_server_gets_the_token(self, publish, fetch, file_server, monkeypatch):
        monkeypatch.setenv("HF_TOKEN", "hf_something")

        fetch(publish())

        assert "authorization" not in file_server.requests[0].headers


def test_a_missing_file_is_not_asked_for_twice(publish, fetch, file_server):
    asset = publish(addresses=(file_server.url("gone"),))

    with pytest.raises(MissingModelError, match="HTTP 404 Not Found"):
        fetch(asset)
    assert len(file_server.requests) == 1
