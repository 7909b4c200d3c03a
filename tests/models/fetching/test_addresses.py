"""Order of the addresses of a file: the mirror of the user first, then its own ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.models.asset import Asset
from tests.file_server import FileServer
from tests.models.conftest import CONTENT
from tests.models.fetching.conftest import QUICK, refusal


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
