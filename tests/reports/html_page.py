"""Helpers of the tests of the HTML report: parts of a parsed page, and hostile markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from benchmark.store.records import RunRecords

Parse = Callable[[Path], ElementTree.Element]
Rewritten = Callable[..., RunRecords]

INJECTION = "\"'><script>window.hacked=1</script><img src=x onerror=window.hacked=1></style></bdi>{{ 7*7 }}{% x %}&lt;"
PICTURE_ADDRESS = re.compile(r"data:|pictures/[0-9a-f]{20}\.webp$")
LINK_ADDRESS = re.compile(r"#|https?://|logs/[0-9a-f]{20}\.txt$")


def text_of(element: ElementTree.Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def section(page: ElementTree.Element, name: str, run: int = 1) -> ElementTree.Element:
    found = page.find(f".//section[@id='run-{run}-{name}']")
    assert found is not None
    return found


def assert_inert(page: ElementTree.Element) -> None:
    """Nothing but our own script can run, and nothing is asked for."""
    assert [script.get("type", "") for script in page.iter("script")] == ["application/json", ""]
    assert len(list(page.iter("style"))) == 1
    for element in page.iter():
        assert element.tag not in {"iframe", "object", "embed", "base", "form", "video", "audio", "use"}
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert PICTURE_ADDRESS.match(element.get("src", "data:"))
        if element.tag == "link":
            assert element.get("href") == "data:,"
        elif "href" in element.attrib:
            assert LINK_ADDRESS.match(element.attrib["href"])
