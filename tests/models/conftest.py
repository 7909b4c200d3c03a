"""Files of weights that are served on the loopback interface as if they were published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from benchmark.models.asset import Asset
from tests.file_server import FileServer

CONTENT = bytes(range(256)) * 12_288
"""Three mebibytes, so that a download takes several pieces."""


@pytest.fixture
def publish(file_server: FileServer) -> Callable[..., Asset]:
    """Serves a file and describes it."""

    def serve(content: bytes = CONTENT, *, file: str = "network.pth", pinned: bool = True, **facts: object) -> Asset:
        file_server.files[file] = content
        known = {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest() if pinned else "",
            "addresses": (file_server.url(file),),
        }
        return Asset(name="network", file=file, licence="MIT", citation="nobody", **{**known, **facts})

    return serve
