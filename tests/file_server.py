"""A web server on the loopback interface that serves files, answers ranges, and fails as it is told."""

from __future__ import annotations

import hashlib
import sys
import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]

    @property
    def range(self) -> str | None:
        return self.headers.get("range")


@dataclass(frozen=True)
class Fault:
    """A fault of one request: an error status, or a connection that ends after a number of bytes."""

    status: int = 0
    drop_after: int | None = None
    stall_after: int | None = None


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Silent about clients that hang up, as those do that have read what they need."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@dataclass
class FileServer:
    files: dict[str, bytes | Path] = field(default_factory=dict)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    ranges: bool = True
    content_type: str = ""

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, *_: object) -> None:
                """Silent."""

        self._stop = threading.Event()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def url(self, path: str) -> str:
        return f"{self.address}/{path}"

    def fail(self, path: str, *faults: Fault) -> None:
        """The next requests for a path fail, one after the other."""
        self.faults.setdefault(f"/{path}", deque()).extend(faults)

    def ranges_of(self, path: str) -> list[str | None]:
        return [request.range for request in self.requests if request.path == f"/{path}"]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests.append(Request(handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        waiting = self.faults.get(handler.path)
        fault = waiting.popleft() if waiting else Fault()
        found = self.files.get(handler.path.removeprefix("/"))
        if fault.status or found is None:
            handler.send_error(fault.status or 404)
            return
        content = found.read_bytes() if isinstance(found, Path) else found
        version = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        wanted = handler.headers.get("Range") if self.ranges else None
        if handler.headers.get("If-Range") not in {None, version}:
            wanted = None
        first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if wanted and first >= len(content):
            handler.send_response(416)
            handler.send_header("Content-Range", f"bytes */{len(content)}")
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(206 if wanted else 200)
        if wanted:
            handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        if self.content_type:
            handler.send_header("Content-Type", self.content_type)
        handler.send_header("ETag", version)
        handler.send_header("Content-Length", str(len(content) - first))
        handler.end_headers()
        sent = content[first:]
        if fault.stall_after is not None:
            handler.wfile.write(sent[: fault.stall_after])
            handler.wfile.flush()
            self._stop.wait(60)
        elif fault.drop_after is not None:
            handler.wfile.write(sent[: fault.drop_after])
            handler.close_connection = True
        else:
            handler.wfile.write(sent)
