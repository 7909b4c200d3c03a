"""Standard output and standard error that cannot stop the work, whatever they are connected to."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO, cast

import click


class SteadyStream(io.TextIOBase):
    """A text stream that never raises an error of its destination.

    Characters that the stream's encoding lacks become ``?``, and bytes of a file name that are no UTF-8 are escaped.
    After the first error (the disk is full, the reader is gone, the stream was closed) nothing more is written.

    Args:
        stream: Stream that the text is written to; ``None`` if it was closed before the process began.

    Attributes:
        failure: The first error, or ``None``.
    """

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream
        self.failure: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream, or UTF-8 where it has none, as a stream in memory."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """Handling of characters that the encoding lacks: they are replaced."""
        return "replace"

    def writable(self) -> bool:
        """Returns ``True``: it always takes text."""
        return True

    def isatty(self) -> bool:
        """Returns whether the stream is a terminal."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Returns the file descriptor.

        Raises:
            io.UnsupportedOperation: The stream has none.
        """
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    def write(self, text: str) -> int:
        """Writes text, or drops it after an error, and returns its length."""
        if not isinstance(text, str):
            raise TypeError(f"text is needed, not {type(text).__name__}")
        if self._stream is None and text:
            self.failure = OSError(errno.EBADF, os.strerror(errno.EBADF))
        self._attempt(lambda stream: stream.write(self._printable(text)))
        return len(text)

    def flush(self) -> None:
        """Flushes the buffer."""
        self._attempt(lambda stream: stream.flush())

    def _printable(self, text: str) -> str:
        escaped = text.encode("utf-8", "backslashreplace").decode()
        return escaped.encode(self.encoding, "replace").decode(self.encoding)

    def _attempt(self, action: Callable[[TextIO], object]) -> None:
        if self._stream is None or self.failure is not None:
            return
        try:
            action(self._stream)
        except OSError as error:
            self.failure = error
            self._let_go()

    def _let_go(self) -> None:
        """Discards the buffered text: Python would try to write it again when it ends, and exit with 120."""
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self.fileno())
            finally:
                os.close(nowhere)


@contextlib.contextmanager
def steady_streams() -> Iterator[SteadyStream]:
    """Replaces ``sys.stdout`` and ``sys.stderr`` by steady streams and yields the first of them."""
    _occupy_descriptors()
    before = sys.stdout, sys.stderr
    out, errors = SteadyStream(sys.stdout), SteadyStream(sys.stderr)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", errors)
    try:
        yield out
    finally:
        out.flush()
        errors.flush()
        sys.stdout, sys.stderr = before


def print_json(value: Any) -> None:
    """Prints a value as JSON, with escapes where standard output could not take the characters."""
    is_unicode = sys.stdout.encoding.lower().replace("-", "").startswith("utf")
    click.echo(json.dumps(value, indent=2, ensure_ascii=not is_unicode, allow_nan=False))


def _occupy_descriptors() -> None:
    """Opens closed standard streams on the null device, for this process and those that it starts.

    Otherwise the next opened file would get the stream's descriptor, and with it all that is printed.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
