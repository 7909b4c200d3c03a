"""The page that people answer: one HTML file beside a folder of pictures, without a server or with one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Final

from benchmark.html_pages import (
    content_security_policy,
    fill_page,
    json_block,
    read_sources,
    template_environment,
)
from benchmark.store.atomic import write_text
from benchmark.store.questions import WORDINGS
from benchmark.study.study import PICTURES_FOLDER, Kind, Study

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
    shown = [comparison for form in study.forms for comparison in form]
    style, script = _style(), _script()
    facts = {
        "study": study,
        "is_collected": is_collected,
        "questions": len({comparison.question for comparison in shown}),
        "has_repeats": any(comparison.kind is Kind.REPEAT for comparison in shown),
        "has_checks": any(comparison.kind is Kind.CHECK for comparison in shown),
        "comparisons": max(map(len, study.forms)),
        "minutes": max(1, math.ceil(max(map(len, study.forms)) * SECONDS_AN_ANSWER / 60)),
        "style": style,
        "script": script,
        "data": json_block(page_data(study) | {"collected": is_collected}),
        "policy": page_policy(is_collected=is_collected),
    }
    return fill_page(template_environment(_TEMPLATES), "page.html.j2", facts)


def page_policy(*, is_collected: bool) -> str:
    """Returns a policy that allows the page's style sheet, its script and pictures from beside it.

    Args:
        is_collected: Whether answers are sent to the server that the page comes from.
    """
    connects_to = "'self'" if is_collected else "'none'"
    return content_security_policy(_style(), _script(), pictures="data: 'self'", connects_to=connects_to)


def _style() -> str:
    return read_sources(_TEMPLATES, ["page.css"])


def _script() -> str:
    return read_sources(_TEMPLATES, ["page.js"])


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
