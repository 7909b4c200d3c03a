"""The server of a study: hands out the page and its pictures, and takes answers. Nothing else is read or written."""

from __future__ import annotations

import json
import re
import socket
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.errors import InputError
from benchmark.study.answer_store import DATABASE, AnswerStore, FullError, Recorded
from benchmark.study.page import page_policy, render_page
from benchmark.study.sheet import Answer
from benchmark.study.study import PAGE_FOLDER, PICTURES_FOLDER, Choice, Study

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

LARGEST_BODY: Final = 1024
"""In bytes; an answer takes about 150."""
REQUESTS_A_SECOND: Final = 200.0
BURST: Final = 2_000.0
"""Requests of one address at once: a room full of people may have one, and each loads pictures for every comparison."""
ENROLMENTS_A_SECOND: Final = 0.5
ENROLMENTS_AT_ONCE: Final = 100.0
"""People of one address who begin at once."""
_MOST_ADDRESSES: Final = 10_000
_LONGEST_ANSWER: Final = 86_400_000
_PARTICIPANT: Final = re.compile(r"[0-9a-f]{32}")
_TOKEN: Final = re.compile(r"([0-9a-f]{1,64})\.png")


class RateLimit:
    """A bucket of tokens for every address: it holds ``burst``, and gets ``rate`` a second.

    Args:
        rate: Requests a second that an address may make for long.
        burst: Requests that it may make at once.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, address: str, now: float) -> bool:
        """Returns whether an address may make one request more.

        Args:
            address: The address; it is kept in memory only, with those of the last 10,000 that asked.
            now: The time in seconds, of a clock that cannot be set.
        """
        tokens, before = self._buckets.pop(address, (self._burst, now))
        tokens = min(self._burst, tokens + (now - before) * self._rate)
        admitted = tokens >= 1
        self._buckets[address] = (tokens - admitted, now)
        if len(self._buckets) > _MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        return admitted


class _RefusedError(Exception):
    """A request that is refused."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def make_app(study: Study, folder: Path, store: AnswerStore) -> Starlette:
    """Makes the application.

    Args:
        study: The study.
        folder: Its folder.
        store: Where answers are kept.
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.middleware import Middleware
    from starlette.responses import FileResponse, HTMLResponse, JSONResponse
    from starlette.routing import Route

    enrolments = RateLimit(ENROLMENTS_A_SECOND, ENROLMENTS_AT_ONCE)
    html = render_page(study, is_collected=True)
    policy = page_policy(is_collected=True)
    tokens = set(study.tokens())
    pictures = folder / PAGE_FOLDER / PICTURES_FOLDER

    async def page(_: Request) -> Response:
        return HTMLResponse(html, headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"})

    async def picture(request: Request) -> Response:
        # The name is looked up, never joined to a path as it came.
        found = _TOKEN.fullmatch(request.path_params["name"])
        file = pictures / f"{found[1]}.png" if found and found[1] in tokens else None
        if file is None or not await run_in_threadpool(file.is_file):
            return _refusal(404, "no such picture")
        return FileResponse(file, headers={"Cache-Control": "private, max-age=86400, immutable"})

    async def enrol(request: Request) -> Response:
        try:
            value = await _read(request, {"study", "participant"})
            if not enrolments.admits(request.client.host if request.client else "", time.monotonic()):
                raise _RefusedError(429, "too many people begin at once; try again in a minute")
            form = await run_in_threadpool(store.enrol, _participant(value, study))
        except _RefusedError as error:
            return _refusal(error.status, str(error))
        except FullError:
            return _refusal(403, "this study has as many participants as it takes")
        return JSONResponse({"form": form})

    async def answer(request: Request) -> Response:
        try:
            value = await _read(request, {"study", "participant", "place", "choice", "milliseconds"})
            participant = _participant(value, study)
            form = await run_in_threadpool(store.form_of, participant)
            if form is None:
                raise _RefusedError(404, "nobody of this number takes part")
            place, given = _answer(value, study, len(study.forms[form]))
            match await run_in_threadpool(store.record, participant, place, given):
                case Recorded.OTHER:
                    raise _RefusedError(409, "another answer was given before, and stays")
                case Recorded.UNKNOWN:
                    raise _RefusedError(404, "nobody of this number takes part")
        except _RefusedError as error:
            return _refusal(error.status, str(error))
        return JSONResponse({"stored": True})

    return Starlette(
        routes=[
            Route("/", page),
            Route(f"/{PICTURES_FOLDER}/{{name}}", picture),
            Route("/participants", enrol, methods=["POST"]),
            Route("/answers", answer, methods=["POST"]),
        ],
        middleware=[Middleware(_Guard, limit=RateLimit(REQUESTS_A_SECOND, BURST))],
    )


def listen(host: str, port: int) -> socket.socket:
    """Opens the socket of the server.

    Args:
        host: Address to listen at.
        port: Port to listen at; 0 takes any that is free.

    Raises:
        InputError: The address is none of this machine, or the port is taken.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=1024)
    except OSError as error:
        raise InputError(
            f"cannot listen at {host} port {port}: {error.strerror or error}; name another --port"
        ) from error


def serve(folder: Path, study: Study, listening: socket.socket, most_people: int) -> None:
    """Serves a study until it is interrupted. No address, no time of a request and no browser is logged.

    Args:
        folder: Folder of the study; answers are kept in it.
        study: The study.
        listening: Socket to listen at.
        most_people: Number of people who are taken.

    Raises:
        InputError: The database cannot be used.
    """
    import uvicorn

    with AnswerStore(folder / DATABASE, study, most_people) as store:
        config = uvicorn.Config(
            make_app(study, folder, store),
            access_log=False,
            log_level="warning",
            server_header=False,
            # Anybody can send X-Forwarded-For, and would choose the address that limits hold for.
            proxy_headers=False,
            limit_concurrency=1000,
            timeout_keep_alive=15,
            h11_max_incomplete_event_size=16 << 10,
        )
        uvicorn.Server(config).run(sockets=[listening])


class _Guard:
    """Refuses floods, and adds headers that keep other pages and guesses of types away."""

    _HEADERS: Final = (
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"x-frame-options", b"DENY"),
    )

    def __init__(self, app: Any, limit: RateLimit) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._HEADERS]
            await send(message)

        address = scope["client"][0] if scope.get("client") else ""
        if not self._limit.admits(address, time.monotonic()):
            await _refusal(429, "too many requests at once; wait a second")(scope, receive, send_guarded)
            return
        await self._app(scope, receive, send_guarded)


def _refusal(status: int, reason: str) -> Response:
    from starlette.responses import JSONResponse

    # What is left of a body is not read: the connection ends instead.
    headers = {"Connection": "close"} if status == 413 else {"Retry-After": "1"} if status == 429 else {}
    return JSONResponse({"error": reason}, status_code=status, headers=headers)


async def _read(request: Request, keys: set[str]) -> dict[str, Any]:
    """Reads the JSON object of a request, and no more of it than an answer takes.

    Raises:
        _RefusedError: It is too long, no JSON, or has other keys.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        # A form of another site cannot send this type without asking first, which is never granted.
        raise _RefusedError(415, "answers are sent as application/json")
    body = b""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        raise _RefusedError(413, f"more than {LARGEST_BODY} bytes")
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _RefusedError(413, f"more than {LARGEST_BODY} bytes")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _RefusedError(400, "not JSON") from error
    if not isinstance(value, dict) or value.keys() != keys:
        raise _RefusedError(400, f"expected are {', '.join(sorted(keys))}, and nothing else")
    return value


def _participant(value: dict[str, Any], study: Study) -> str:
    if value["study"] != study.id:
        raise _RefusedError(409, "this is another study; load the page again")
    participant = value["participant"]
    if not isinstance(participant, str) or not _PARTICIPANT.fullmatch(participant):
        raise _RefusedError(400, "the participant is none that the page made")
    return participant


def _answer(value: dict[str, Any], study: Study, comparisons: int) -> tuple[int, Answer]:
    place, choice, milliseconds = value["place"], value["choice"], value["milliseconds"]
    if type(place) is not int or not 0 <= place < comparisons:
        raise _RefusedError(400, "the form has no such comparison")
    if type(milliseconds) is not int or not 0 <= milliseconds <= _LONGEST_ANSWER:
        raise _RefusedError(400, "the time of the answer is none")
    allowed = set(Choice) if study.ties else {Choice.LEFT, Choice.RIGHT}
    if not isinstance(choice, str) or choice not in allowed:
        raise _RefusedError(400, "there is no such choice")
    return place, Answer(Choice(choice), milliseconds)
