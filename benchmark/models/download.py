"""One file over HTTP, continued where it stopped.

pooch starts a broken download from the beginning, and huggingface_hub continues one within the same process only; here
a file of a gigabyte survives an interrupted command.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import requests

from benchmark.errors import BenchmarkError

_CHUNK: Final = 1 << 16
"""Bytes that are lost at most where a connection drops."""
_LONGEST_WAIT: Final = 60.0
_TRANSIENT: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class DownloadError(BenchmarkError):
    """The file cannot be downloaded from an address."""


class _InterruptedError(Exception):
    """A failure that may pass: the attempt is worth repeating."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True)
class Patience:
    """Limits on the attempts of a download.

    Attributes:
        attempts: Attempts in a row that bring nothing new before an address is given up.
        first_wait: Seconds before the second attempt; each further wait is twice as long.
        timeout: Seconds without an answer or a byte after which an attempt has failed.
    """

    attempts: int = 4
    first_wait: float = 1.0
    timeout: float = 30.0


class DownloadObserver(Protocol):
    """Follows downloads."""

    def started(self, address: str, done: int, total: int | None) -> None:
        """Called when the server answers: ``done`` bytes are here, ``total`` is the size of the file if it says so."""

    def advanced(self, done: int) -> None:
        """Called when ``done`` bytes are here."""

    def waiting(self, reason: str, seconds: float) -> None:
        """Called when an attempt failed and is repeated after some seconds."""


class Download:
    """Brings one address into one partial file.

    Args:
        address: Address of the file.
        partial: File that is written; if it exists, it is the beginning of the download.
        headers: Further headers of the request.
        patience: Limits on the attempts.
        observer: Is told about the progress.
    """

    def __init__(
        self, address: str, partial: Path, headers: dict[str, str], patience: Patience, observer: DownloadObserver
    ) -> None:
        self._address = address
        self._partial = partial
        self._headers = {"Accept-Encoding": "identity", **headers}
        self._patience = patience
        self._observer = observer
        self._version = ""

    def run(self) -> None:
        """Downloads until the file is as long as the server says.

        Raises:
            DownloadError: The address does not give the file, however often it is tried.
            OSError: The partial file cannot be written.
        """
        failures = 0
        longest = self._done()
        while True:
            try:
                return self._attempt()
            except requests.RequestException as error:
                interrupted = _InterruptedError(_reason(error))
            except _InterruptedError as error:
                interrupted = error
            failures = 1 if self._done() > longest else failures + 1
            longest = max(longest, self._done())
            if failures >= self._patience.attempts:
                raise DownloadError(str(interrupted)) from interrupted
            wait = max(interrupted.wait, self._patience.first_wait * 2 ** (failures - 1))
            self._observer.waiting(str(interrupted), min(wait, _LONGEST_WAIT))
            time.sleep(min(wait, _LONGEST_WAIT))

    def _done(self) -> int:
        return self._partial.stat().st_size if self._partial.exists() else 0

    def _attempt(self) -> None:
        done = self._done()
        headers = dict(self._headers)
        if done:
            headers["Range"] = f"bytes={done}-"
            if self._version:
                headers["If-Range"] = self._version
        with requests.get(self._address, headers=headers, stream=True, timeout=self._patience.timeout) as response:
            if response.status_code == requests.codes.requested_range_not_satisfiable:
                return self._finish_or_start_over(response, done)
            _require_success(response)
            self._version = _strong_version(response)
            first, total = _extent(response)
            if first != done:
                done = 0
            self._observer.started(self._address, done, total)
            with self._partial.open("ab" if done else "wb") as file:
                for chunk in response.iter_content(_CHUNK):
                    file.write(chunk)
                    done += len(chunk)
                    self._observer.advanced(done)
        if total is not None and done != total:
            raise _InterruptedError(f"the connection ended after {done:,} of {total:,} bytes")
        return None

    def _finish_or_start_over(self, response: requests.Response, done: int) -> None:
        """Handles an answer that has nothing to add: the partial file is whole, or, if it is too long, starts over."""
        if response.headers.get("Content-Range", "").removeprefix("bytes */") != str(done):
            self._partial.unlink()
            raise _InterruptedError("more bytes are here than the file has; starting over")


def _require_success(response: requests.Response) -> None:
    status = f"HTTP {response.status_code} {response.reason or ''}".strip()
    if response.status_code in _TRANSIENT:
        seconds = response.headers.get("Retry-After", "")
        raise _InterruptedError(status, float(seconds) if seconds.isdecimal() else 0.0)
    if response.status_code not in {requests.codes.ok, requests.codes.partial_content}:
        raise DownloadError(status)
    # A file whose hash nobody has published is trusted as it comes: not where it is a page that asks for a click.
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise DownloadError("answers with a web page in place of the file")


def _strong_version(response: requests.Response) -> str:
    version = response.headers.get("ETag", "")
    return "" if version.startswith("W/") else version


def _extent(response: requests.Response) -> tuple[int, int | None]:
    """Returns the position of an answer's first byte, and the size of the whole file where it is stated."""
    if response.status_code == requests.codes.partial_content:
        extent, _, total = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
        first = extent.partition("-")[0]
        if not first.isdecimal():
            raise DownloadError("the server answers a part of the file and does not say which")
        return int(first), int(total) if total.isdecimal() else None
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return "the server does not answer"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not accepted"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was lost"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return f"the request failed ({type(error).__name__})"
