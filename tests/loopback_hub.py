"""A model hub on the loopback interface: enough of its API for ``datasets`` and ``huggingface_hub`` as they are.

It serves folders as revisions of data sets, with range requests, counts the bytes that it sends, and can be told to
fail. The libraries read ``HF_ENDPOINT`` when they are imported: run what is tested in a process of its own, with
``LoopbackHub.environment``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

_API = re.compile(r"/api/datasets/(?P<name>[\w.-]+/[\w.-]+)(?:/(?P<verb>revision|tree|paths-info)/(?P<rest>.+))?")
_RESOLVE = re.compile(r"/datasets/(?P<name>[\w.-]+/[\w.-]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")

_UPLOAD = re.compile(
    r"/api/(?:datasets/(?P<name>[\w.-]+/[\w.-]+)/(?P<verb>preupload|commit)/main|repos/create|validate-yaml)"
)
TOKEN = "hf_loopback"


class Fault(Enum):
    """A fault of a request for a part of a file."""

    SERVER_ERROR = auto()
    DROPPED_CONNECTION = auto()


@dataclass
class LoopbackHub:
    """A running hub.

    Attributes:
        address: Its address, for ``HF_ENDPOINT``.
        sent: Bytes of file contents sent so far, by path in the data set.
        largest: The most bytes of a file that one request got, by path in the data set.
        requests: Number of requests for the contents of a file, by path in the data set.
        uploads: Folder for what is committed, or ``None`` where nobody may.
    """

    address: str = ""
    sent: Counter[str] = field(default_factory=Counter)
    largest: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    uploads: Path | None = None
    _revisions: dict[str, dict[str, Path]] = field(default_factory=dict)
    _faults: dict[str, list[Fault | None]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def publish(self, name: str, folder: Path) -> str:
        """Makes a folder the newest revision of a data set and returns the revision's sha; older ones stay."""
        revisions = self._revisions.setdefault(name, {})
        sha = hashlib.sha1(f"{name} {len(revisions)}".encode(), usedforsecurity=False).hexdigest()
        revisions[sha] = folder
        return sha

    def forget(self, name: str, sha: str) -> None:
        """Takes a revision away, as if the history of the data set had been rewritten."""
        del self._revisions[name][sha]

    def fail(self, path: str, fault: Fault, times: int, after: int = 0) -> None:
        """Lets requests for a file fail, a number of times, after some that succeed."""
        self._faults[path] = [*[None] * after, *[fault] * times]

    def environment(self, home: Path) -> dict[str, str]:
        """Environment variables of a process that takes this hub for the only one and keeps its caches in a folder."""
        return {
            "HF_ENDPOINT": self.address,
            "HF_HOME": str(home),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            # The tests as a whole run offline; this hub is on this machine.
            "HF_HUB_OFFLINE": "0",
            "NO_PROXY": "*",
        }

    def folder(self, name: str, revision: str) -> tuple[str, Path] | None:
        revisions = self._revisions.get(name, {})
        sha = list(revisions)[-1] if revision == "main" and revisions else revision
        return (sha, revisions[sha]) if sha in revisions else None

    def count(self, path: str, size: int) -> None:
        with self._lock:
            self.sent[path] += size
            self.largest[path] = max(self.largest[path], size)

    def next_fault(self, path: str) -> Fault | None:
        with self._lock:
            self.requests[path] += 1
            return self._faults[path].pop(0) if self._faults.get(path) else None


@contextmanager
def loopback_hub() -> Iterator[LoopbackHub]:
    """Runs a hub for the time of a ``with`` block."""
    hub = LoopbackHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: LoopbackHub

    def log_message(self, *_: object) -> None:
        """Keeps requests out of the output of the tests."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if match := _UPLOAD.fullmatch(urlsplit(self.path).path):
            self._take(match["name"], match["verb"], body)
        else:
            self._answer(with_body=True, body=body)

    def _take(self, name: str | None, verb: str | None, body: bytes) -> None:
        """Answers what a client asks to make a repository and to commit files, which are taken as they are."""
        if self.hub.uploads is None or self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send_json(401, {"error": "Invalid username or password."})
        elif verb == "preupload":
            files = [file["path"] for file in json.loads(body)["files"]]
            self._send_json(
                200,
                {"files": [{"path": path, "uploadMode": "regular", "shouldIgnore": False} for path in files]},
            )
        elif name is not None:
            sha = self._commit(name, [json.loads(line) for line in body.splitlines()])
            self._send_json(200, {"commitUrl": f"{self.hub.address}/datasets/{name}/commit/{sha}", "commitOid": sha})
        elif "repos/create" in self.path:
            asked = json.loads(body)
            made = f"{asked['organization']}/{asked['name']}"
            if self.hub.folder(made, "main") is None:
                (self.hub.uploads / made / "0").mkdir(parents=True)
                self.hub.publish(made, self.hub.uploads / made / "0")
            self._send_json(200, {"url": f"{self.hub.address}/datasets/{made}"})
        else:
            self._send_json(200, {"errors": [], "warnings": []})

    def _commit(self, name: str, lines: list[dict[str, dict[str, str]]]) -> str:
        before = self.hub.folder(name, "main")
        assert before is not None
        folder = before[1].with_name(str(len(self.hub._revisions[name])))
        shutil.copytree(before[1], folder)
        for line in lines:
            path = folder / line["value"].get("path", "")
            if line["key"] == "file":
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(line["value"]["content"]))
            elif line["key"] == "deletedFile":
                path.unlink()
        return self.hub.publish(name, folder)

    def _answer(self, *, with_body: bool, body: bytes = b"") -> None:
        address = urlsplit(self.path)
        path = unquote(address.path)
        try:
            if match := _RESOLVE.fullmatch(path):
                self._send_file(match["name"], match["revision"], match["path"], with_body=with_body)
            elif match := _API.fullmatch(path):
                self._send_facts(
                    match["name"], match["verb"] or "revision", match["rest"] or "main", address.query, body
                )
            else:
                self._send_json(404, {"error": "not found"})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send_facts(self, name: str, verb: str, rest: str, query: str, body: bytes) -> None:
        revision, _, path = rest.partition("/")
        if self.hub.folder(name, "main") is None:
            self._send_json(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            return
        found = self.hub.folder(name, revision)
        if found is None:
            self._send_json(404, {"error": f"Invalid rev id: {revision}"}, {"X-Error-Code": "RevisionNotFound"})
            return
        sha, folder = found
        if verb == "revision":
            files = [
                {"rfilename": entry["path"]} for entry in _tree(folder, "", recursive=True) if entry["type"] == "file"
            ]
            facts = {"id": name, "sha": sha, "private": False, "gated": False, "disabled": False, "tags": []}
            self._send_json(200, {**facts, "downloads": 0, "likes": 0, "siblings": files})
        elif verb == "tree":
            if path and not (folder / path).is_dir():
                self._send_json(404, {"error": f"{path} does not exist"}, {"X-Error-Code": "EntryNotFound"})
                return
            recursive = parse_qs(query).get("recursive", ["false"])[0].lower() == "true"
            self._send_json(200, _tree(folder, path, recursive=recursive))
        else:
            paths = _asked_paths(self.headers.get("Content-Type", ""), body)
            known = {entry["path"]: entry for entry in _tree(folder, "", recursive=True)}
            self._send_json(200, [known[path] for path in paths if path in known])

    def _send_file(self, name: str, revision: str, path: str, *, with_body: bool) -> None:
        found = self.hub.folder(name, revision)
        file = found[1] / path if found else None
        if found is None or file is None or not file.is_file():
            code = "EntryNotFound" if found else "RevisionNotFound"
            self._send_json(404, {"error": f"{path} not found"}, {"X-Error-Code": code})
            return
        size = file.stat().st_size
        start, end = _asked_range(self.headers.get("Range"), size)
        fault = self.hub.next_fault(path) if with_body else None
        if fault is Fault.SERVER_ERROR:
            # Tried again as often as without the header, but after a second each time.
            self._send_json(500, {"error": "the loopback hub was told to fail"}, {"Retry-After": "0"})
            return
        self.send_response(206 if self.headers.get("Range") else 200)
        self.send_header("Content-Length", str(end - start))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{_object_id(file)}"')
        self.send_header("X-Repo-Commit", found[0])
        if self.headers.get("Range"):
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.end_headers()
        if not with_body:
            return
        with file.open("rb") as stream:
            stream.seek(start)
            data = stream.read(end - start)
        if fault is Fault.DROPPED_CONNECTION:
            data = data[: len(data) // 2]
            self.close_connection = True
        self.hub.count(path, len(data))
        self.wfile.write(data)

    def _send_json(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(status)
        for key, text in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **(headers or {}),
        }.items():
            self.send_header(key, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def _tree(folder: Path, under: str, *, recursive: bool) -> list[dict[str, object]]:
    top = folder / under
    entries: list[dict[str, object]] = []
    for path in sorted(top.rglob("*") if recursive else top.iterdir()):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            entries.append({"type": "directory", "oid": "0" * 40, "size": 0, "path": name})
        else:
            entries.append({"type": "file", "oid": _object_id(path), "size": path.stat().st_size, "path": name})
    return entries


def _object_id(file: Path) -> str:
    status = file.stat()
    identity = f"{file} {status.st_size} {status.st_mtime_ns}"
    return hashlib.sha1(identity.encode(), usedforsecurity=False).hexdigest()


def _asked_range(header: str | None, size: int) -> tuple[int, int]:
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", header or "")
    if not match:
        return 0, size
    return int(match[1]), min(int(match[2]) + 1 if match[2] else size, size)


def _asked_paths(content_type: str, body: bytes) -> list[str]:
    if "json" in content_type:
        paths = json.loads(body)["paths"]
        return [paths] if isinstance(paths, str) else paths
    return parse_qs(body.decode()).get("paths", [])
