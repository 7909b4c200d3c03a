"""Weights that a cluster's nodes are sent, without a cluster: what is kept, what is left alone, what is refused."""

from __future__ import annotations

import hashlib

import pytest

from benchmark.errors import InputError
from benchmark.execution.workers.sent_weights import SentWeights, keep_weights
from benchmark.models.asset import Asset
from benchmark.models.weights_check import WeightsState, check_weights
from benchmark.models.weights_folders import WEIGHTS_VARIABLE, weights_folders
from benchmark.models.weights_lock import record

CONTENT = b"weights"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """The weights folder of the node, which is not there yet."""
    monkeypatch.setenv(WEIGHTS_VARIABLE, str(tmp_path / "weights"))
    return tmp_path / "weights"


def sent(sha256: str = SHA256) -> SentWeights:
    return SentWeights(
        Asset("net", "net.pth", "MIT", "", sha256=sha256, addresses=("https://example.org",)), SHA256, CONTENT
    )


def refuse(content: bytes) -> bytes:
    raise AssertionError(f"{content!r} need not travel")


@pytest.mark.parametrize(("published", "state"), [(SHA256, WeightsState.VERIFIED), ("", WeightsState.RECORDED)])
def test_what_is_lacking_is_kept_and_sound(folder, published, state):
    weights = sent(published)
    keep_weights([weights], lambda content: content)
    assert (folder / "net.pth").read_bytes() == CONTENT
    assert check_weights(weights.asset, weights_folders()).state is state


def test_what_is_there_is_left_alone_and_does_not_travel(folder):
    folder.mkdir()
    (folder / "net.pth").write_bytes(CONTENT)
    keep_weights([sent()], refuse)


def test_a_damaged_copy_is_replaced(folder):
    folder.mkdir()
    (folder / "net.pth").write_bytes(b"wei")
    keep_weights([sent()], lambda content: content)
    assert (folder / "net.pth").read_bytes() == CONTENT


def test_another_file_on_record_is_not_replaced(folder):
    folder.mkdir()
    (folder / "net.pth").write_bytes(b"others")
    record(folder / "net.pth", hashlib.sha256(b"others").hexdigest(), "a friend")
    (folder / "net.pth").unlink()
    with pytest.raises(InputError, match=r"net\.pth was recorded on .* that of the machine that runs the command is"):
        keep_weights([sent("")], refuse)


def test_a_folder_that_cannot_be_written_is_one_clear_line(folder):
    folder.write_text("a file")
    with pytest.raises(InputError, match=r"cannot write weights .*net\.pth"):
        keep_weights([sent()], lambda content: content)
