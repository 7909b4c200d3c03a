"""Pages opened in a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def opened(browser: Browser, path: Path, site: Path | None = None, **options: object) -> Iterator[Page]:
    """Opens a page, and fails if it logs anything, breaks its policy, or asks for anything but itself.

    Args:
        browser: The browser.
        path: The page.
        site: Folder of the other pages that it leads to, whose files are its own; without it, only its pictures are.
        options: Of the browser's context.
    """
    complaints: list[str] = []
    requests: list[str] = []
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    yield page
    assert complaints == []
    own = f"{path.parent.as_uri()}/pictures/" if site is None else f"{site.as_uri()}/"
    others = [url for url in requests if not url.startswith(("data:", "blob:", own))]
    assert others == ([path.as_uri()] if site is None else [])
    context.close()
