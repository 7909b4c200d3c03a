"""``benchmark protocol show`` and the page that it writes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from tests.conftest import SAMPLE_PLUGINS
from tests.synthetic_wikiart import picture

TINY = SAMPLE_PLUGINS / "sample_plugins" / "tiny"


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    Parser().feed(page)
    return found


class TestInTheTerminal:
    def test_shows_a_protocol_by_name(self, command):
        result = command("protocol", "show", "mini")
        assert result.code == 0
        assert "The Starry Night by Vincent van Gogh" in result.out
        assert "fingerprint: ab31b947" in result.out

    @pytest.mark.parametrize("arguments", [("protocol", "show"), ("show",)])
    def test_shows_what_is_not_drawn_yet(self, command, monkeypatch, tmp_path, arguments):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", str(tmp_path))
        out = command(*arguments, "wikiart").out
        assert "cases: 800" in out
        assert "40, to be drawn from huggan/wikiart (train)" in out

    @pytest.mark.parametrize("arguments", [("protocol", "show"), ("show",)])
    def test_shows_what_is_frozen_with_its_origin(self, on, machine, lock, arguments):
        out = on(machine, *arguments, "wikiart_small").out
        assert f"styles from: huggan/wikiart (train) at {machine.hub.folder('huggan/wikiart', 'main')[0]}" in out

    @pytest.mark.parametrize("arguments", [("protocol", "show"), ("show",)])
    def test_leaves_no_empty_remains_of_what_is_not_given(self, command, sample_plugins, arguments):
        lines = command(*arguments, "tiny").out.splitlines()
        assert "  waves" in lines
        assert "  warm: “a warm painting”" in lines
        assert not [line for line in lines if line.endswith((": ", " ()")) or line.isspace()]

    def test_says_none_where_it_names_no_model_and_fixes_nothing(self, command, tmp_path):
        text = (TINY / "protocol.toml").read_text().replace("[methods.blend]", "").replace("share = 0.75", "")
        (tmp_path / "bare.toml").write_text(text)
        out = command("protocol", "show", tmp_path / "bare.toml").out
        assert "\nmodels:\n  none\n\nsettings that it fixes:\n  none\n" in out

    def test_an_unknown_name_is_suggested(self, command):
        assert "did you mean wikiart?" in command("protocol", "show", "wikiartt").error_lines[0]


class TestThePage:
    @pytest.fixture
    def page(self, command, tmp_path):
        def write(name):
            result = command("protocol", "show", name, "-o", tmp_path / "page.html")
            assert result.code == 0, result.err
            return (tmp_path / "page.html").read_text()

        return write

    def test_shows_every_content_and_style_with_a_thumbnail(self, page):
        html = page("mini")
        images = [attributes for tag, attributes in tags(html) if tag == "img"]
        assert len(images) == 6
        assert all(image["src"].startswith("data:image/jpeg;base64,") for image in images)
        assert "The Great Wave off Kanagawa by Hokusai" in html

    def test_loads_nothing_and_runs_nothing(self, page):
        html = page("mini")
        policy = next(
            item["content"] for tag, item in tags(html) if item.get("http-equiv") == "Content-Security-Policy"
        )
        style = re.search(r"<style>(.*?)</style>", html, flags=re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy
        assert "prefers-color-scheme: dark" in style[1]
        assert not [tag for tag, item in tags(html) if tag in {"script", "link", "iframe"} or "style" in item]

    def test_escapes_whatever_a_protocol_says(self, page, command, tmp_path):
        hostile = "<img src=x onerror=alert(1)>"
        for kind in ("contents", "styles"):
            (tmp_path / kind).mkdir()
            (tmp_path / kind / "a.jpg").write_bytes(picture(1, 32))
        new = ("protocol", "new", "--contents", tmp_path / "contents", "--styles", tmp_path / "styles")
        assert command(*new, "-o", tmp_path / "mine").code == 0
        file = tmp_path / "mine" / "protocol.json"
        protocol = json.loads(file.read_text())
        for item in (protocol, *protocol["contents"], *protocol["styles"]):
            item["title"] = hostile
        protocol["styles"][0] |= {"prompt": hostile + "\0", "source": hostile, "artist": hostile}
        protocol["description"] = protocol["version"] = hostile
        file.write_text(json.dumps(protocol))
        html = page(tmp_path / "mine")
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert len([tag for tag, _ in tags(html) if tag == "img"]) == 2
        assert "\0" not in html

    def test_says_why_a_picture_is_missing(self, page, machine, lock, monkeypatch):
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", str(machine.data))
        style = json.loads(lock.read_text())["styles"][0]
        (machine.data / "images" / style["pixels_sha256"]).unlink()
        html = page(lock)
        assert "image not found" in html
        assert len([tag for tag, _ in tags(html) if tag == "img"]) == 12

    def test_is_an_html_file(self, command, tmp_path):
        result = command("protocol", "show", "mini", "-o", tmp_path / "page.pdf")
        assert "name a file ending in .html" in result.error_lines[0]
