"""Reading of parquet files: the threads that read, and the number of reads."""

from __future__ import annotations

import io
import threading

import pytest

from benchmark.freezing.parquet_works import ParquetWorks
from tests.synthetic_wikiart import SyntheticWikiArt

GROUPS = 5
LABELS = ("artist", "genre", "style")


class Nobody:
    """Is told how it goes and does not care."""

    def note(self, line):
        pass

    def step(self, what, done, total):
        pass


class WatchedFile(io.FileIO):
    """A file that notes who reads it, and how often."""

    readers: list[threading.Thread]

    def readinto(self, buffer):
        self.readers.append(threading.current_thread())
        return super().readinto(buffer)

    def read(self, size=-1):
        self.readers.append(threading.current_thread())
        return super().read(size)


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    folder = SyntheticWikiArt(shards=1, groups=GROUPS, group_rows=20).write(tmp_path_factory.mktemp("wikiart") / "set")
    (path,) = (folder / "data").glob("*.parquet")
    return path


@pytest.fixture
def readers():
    return []


@pytest.fixture
def works(shard, readers):
    def open_file(path: str) -> WatchedFile:
        file = WatchedFile(path)
        file.readers = readers
        return file

    return ParquetWorks([str(shard)], open_file, "the data set", None)


def assert_no_thread_of_arrow(readers):
    # A thread that Python did not start appears as a dummy.
    assert readers
    assert not [thread for thread in readers if isinstance(thread, threading._DummyThread)]


def test_no_thread_of_arrow_reads_labels(works, readers):
    """One that holds a file when the interpreter ends aborts the process."""
    works.labels(LABELS, Nobody())
    assert_no_thread_of_arrow(readers)


def test_no_thread_of_arrow_reads_images(works, readers):
    assert len(list(works.images("image", [3, 50]))) == 2
    assert_no_thread_of_arrow(readers)


def test_labels_that_lie_side_by_side_are_read_at_once(works, readers):
    assert works.features
    readers.clear()
    works.labels(LABELS, Nobody())
    assert len(readers) <= GROUPS
