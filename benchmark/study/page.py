"""The page that people answer: one HTML file beside a folder of pictures, without a server or with one."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmark.store.atomic import write_text
from benchmark.store.questions import WORDINGS
from benchmark.study.study import PICTURES_FOLDER, Kind, Study

if TYPE_CHECKING:
    from markupsafe import Markup

SECONDS_AN_ANSWER: Final = 8
"""What an answer takes, for the estimate that people read before they start."""
_TEMPLATES: Final = Path(__file__).with_name("templates")


def write_page(study: Study, folder: Path) -> None:
    """Writes ``index.html``, which keeps answers in the browser and saves them as a file.

    Raises:
        InputError: It cannot be written.
    """
    write_text(folder / "index.html", render_page(study, is_collected=False))


def render_page(study: Study, *, is_collected: bool) -> str:
    """Returns the page. It names no method, says of no comparison what it is for, and asks for nothing but pictures.

    Args:
        study: The study.
        is_collected: Whether a server collects the answers; else they stay in the browser until they are saved.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [comparison for form in study.forms for comparison in form]
    style, script = _read("page.css"), _read("page.js")
    html = environment.get_template("page.html.j2").render(
        study=study,
        is_collected=is_collected,
        questions=len({comparison.question for comparison in shown}),
        has_repeats=any(comparison.kind is Kind.REPEAT for comparison in shown),
        has_checks=any(comparison.kind is Kind.CHECK for comparison in shown),
        comparisons=max(map(len, study.forms)),
        minutes=max(1, math.ceil(max(map(len, study.forms)) * SECONDS_AN_ANSWER / 60)),
        style=style,
        script=script,
        data=_json_block(page_data(study) | {"collected": is_collected}),
        policy=content_security_policy(is_collected=is_collected),
    )
    return html.replace("\0", "\N{REPLACEMENT CHARACTER}")


def content_security_policy(*, is_collected: bool) -> str:
    """Returns a policy that allows the page's style sheet, its script and pictures from beside it.

    Args:
        is_collected: Whether answers are sent to the server that the page comes from.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "img-src data: 'self'",
            f"style-src '{_source_hash(_read('page.css'))}'",
            f"script-src '{_source_hash(_read('page.js'))}'",
            "connect-src 'self'" if is_collected else "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def page_data(study: Study) -> dict[str, Any]:
    """Returns what the page knows: pictures by random names in the order of these, which says nothing of methods."""
    tokens = sorted(set(study.tokens()))
    number = {token: place for place, token in enumerate(tokens)}
    return {
        "study": study.id,
        "ties": study.ties,
        "folder": PICTURES_FOLDER,
        "pictures": tokens,
        "questions": [
            {
                "sentence": wording.sentence,
                "hint": wording.hint,
                "content": wording.shows_content,
                "style": wording.shows_style,
                "prompt": wording.shows_prompt,
            }
            for wording in (WORDINGS[question] for question in study.questions)
        ],
        "cases": [
            {
                "content": number[case.content_picture],
                "styles": [number[token] for token in case.style_pictures],
                "prompt": case.prompt,
            }
            for case in study.cases
        ],
        "forms": [
            [
                [
                    study.questions.index(shown.question),
                    shown.case,
                    number[study.pictures[shown.left][shown.case]],
                    number[study.pictures[shown.right][shown.case]],
                ]
                for shown in form
            ]
            for form in study.forms
        ],
    }


def _json_block(value: object) -> Markup:
    """Returns JSON that cannot close the HTML element around it."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - has no markup left


def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8").strip()


def _source_hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode("utf-8")).digest()).decode("ascii")
