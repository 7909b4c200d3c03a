"""Fixtures of the tests of trackers: an MLflow server on SQLite, W&B without a network, and servers that refuse."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

import benchmark
from tests.runs_of_one_protocol import CONTROLS, installed_sample_plugins

START_SECONDS = 120
ATTEMPTS = 3


@pytest.fixture(scope="session")
def mlflow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an MLflow server on SQLite, which ends with the tests."""
    if importlib.util.find_spec("mlflow") is None or importlib.util.find_spec("flask") is None:
        pytest.skip("needs the extra mlflow")
    folder = tmp_path_factory.mktemp("mlflow")
    # Another process may take the port between the moment in which it is found free and that in which the server does.
    for _ in range(ATTEMPTS):
        with _server_in(folder, free_address()) as (server, address):
            if _answers(f"{address}/health", server):
                yield address
                return
    pytest.fail(f"the MLflow server did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")


@contextmanager
def _server_in(folder: Path, address: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    arguments = [
        "--backend-store-uri",
        f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination",
        str(folder / "kept"),
    ]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    host, port = address.removeprefix("http://").split(":")
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--host", host, "--port", port, *arguments],
            cwd=folder, env=os.environ | quiet, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield server, address
    finally:
        # The server has workers of its own, all in the session that was started for it.
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Waits until the server answers, or has ended; one that answers in its place is not it."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with suppress(requests.ConnectionError):
            if requests.get(address, timeout=5).ok:
                return server.poll() is None
        time.sleep(0.2)
    return False


@contextmanager
def experiment_named(name: str, server: str) -> Iterator[str]:
    """Runs are logged in an experiment of an MLflow server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setenv("MLFLOW_TRACKING_URI", server)
        patch.setenv("MLFLOW_EXPERIMENT_NAME", name)
        yield name


@pytest.fixture
def experiment(mlflow_server: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The name of an experiment of this test alone, in which runs are logged."""
    with experiment_named(f"{request.node.name} {tmp_path.name}", mlflow_server) as name:
        yield name


@pytest.fixture
def wandb_folder(tmp_path: Path) -> Iterator[Path]:
    """The folder in which W&B, offline, keeps what this test logs."""
    with wandb_offline(tmp_path / "kept by wandb") as folder:
        yield folder


@contextmanager
def wandb_offline(folder: Path) -> Iterator[Path]:
    """W&B keeps what is logged in a folder."""
    pytest.importorskip("wandb", reason="needs the extra wandb")
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("WANDB_DIR", "WANDB_DATA_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_ARTIFACT_DIR"):
            patch.setenv(name, str(folder))
        patch.delenv("WANDB_API_KEY", raising=False)
        patch.setenv("NETRC", str(folder / "netrc"))
        patch.setenv("WANDB_MODE", "offline")
        yield folder


@contextmanager
def answering(status: int) -> Iterator[str]:
    """A server that answers every request with a status; its address."""

    with _serving(lambda _: (status, b"")) as address:
        yield address


@contextmanager
def deleting() -> Iterator[str]:
    """A server that knows everybody, and says as W&B's does that whatever is logged was deleted; its address."""

    def answer(request: bytes) -> tuple[int, bytes]:
        if b"upsertBucket" in request:
            words = "run a/b/c was previously created and deleted; try a new run name"
            return 409, json.dumps({"errors": [{"message": words}], "data": {"upsertBucket": None}}).encode()
        viewer = {"id": "1", "entity": "a", "username": "a", "flags": "{}", "teams": {"edges": []}}
        return 200, json.dumps({"data": {"viewer": viewer, "serverInfo": None}}).encode()

    with _serving(answer) as address:
        yield address


@contextmanager
def _serving(answer: Callable[[bytes], tuple[int, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            status, body = answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_HEAD = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def free_address() -> str:
    """An address of the loopback interface at which nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was really made."""
    path = tmp_path_factory.mktemp("finished") / "tiny-run"
    with installed_sample_plugins():
        benchmark.run("tiny", methods=CONTROLS, metrics=["brightness_gap"], out=path, threads=1, report=False)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a run, without its reports."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] != "report"
    }
