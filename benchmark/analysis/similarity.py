"""The matrix of similarities between prompts and images, as HTML, CSV or PNG."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmark.images import fit_square, open_image
from benchmark.store.atomic import write_bytes, write_text

_THUMBNAIL = 112
_PALE = (247, 251, 255)
_DARK = (8, 48, 107)
_TEMPLATE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Prompts × images</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a;background:#fff}
.frame{overflow-x:auto} table{border-collapse:collapse} th,td{padding:.5rem;text-align:center;border:1px solid #fff}
th{font-weight:500} tbody th{text-align:right;max-width:20rem} img{width:112px;height:112px;display:block;margin:auto}
td{min-width:5rem;font-variant-numeric:tabular-nums} p{max-width:45rem}
small{display:block;color:#7a4b00;overflow-wrap:anywhere}
</style>
<h1>Prompts × images</h1>
<p>Each number is the raw cosine between a prompt and an image under <b>{{ model }}</b>, without a template or a scale.
Read along a row to see which image fits a prompt best; numbers of different models cannot be compared.</p>
<div class="frame"><table><thead><tr><td></td>
{% for image in images %}<th scope="col"><img alt="" src="{{ image.source }}">{{ image.name }}</th>{% endfor %}
</tr></thead><tbody>
{% for row in rows %}<tr><th scope="row">{{ row.prompt }}
{% if row.note %}<small>⚠ {{ row.note }}</small>{% endif %}</th>
{% for cell in row.cells %}<td style="background:{{ cell.color }};color:{{ cell.ink }}">{{ cell.text }}</td>{% endfor %}
</tr>{% endfor %}
</tbody></table></div></html>
"""


@dataclass(frozen=True)
class SimilarityMatrix:
    """Cosines between prompts (rows) and images (columns).

    Attributes:
        prompts: The prompts.
        images: The image files.
        values: One row per prompt, one number per image.
        model: Name of the text-image model.
        notes: What a reader has to know of a prompt, in a line, by prompt: what the model did not read of it.
    """

    prompts: tuple[str, ...]
    images: tuple[Path, ...]
    values: tuple[tuple[float, ...], ...]
    model: str
    notes: Mapping[str, str] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Writes the matrix in the format of the file's suffix: ``.html``, ``.csv`` or ``.png``.

        Raises:
            InputError: The file cannot be written.
        """
        match path.suffix.lower():
            case ".html":
                write_text(path, self.to_html())
            case ".csv":
                write_text(path, self.to_csv())
            case _:
                write_bytes(path, self.to_png())

    def to_csv(self) -> str:
        """The matrix as CSV, with the names of the images in the first line.

        Where there is a note on some prompt, the last column, ``note``, has it.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["prompt", *self.images, *(["note"] if self.notes else [])])
        for prompt, row in zip(self.prompts, self.values, strict=True):
            writer.writerow([prompt, *row, *([self.notes.get(prompt, "")] if self.notes else [])])
        return text.getvalue()

    def to_html(self) -> str:
        """The matrix as a page of its own, a heat map with thumbnails."""
        from jinja2 import Environment, StrictUndefined

        environment = Environment(autoescape=True, undefined=StrictUndefined)
        rows = [
            {
                "prompt": prompt,
                "note": self.notes.get(prompt, ""),
                "cells": [
                    {
                        "text": f"{value:.3f}",
                        "color": "rgb({},{},{})".format(*self._color(value)),
                        "ink": self._ink(value),
                    }
                    for value in row
                ],
            }
            for prompt, row in zip(self.prompts, self.values, strict=True)
        ]
        images = [{"name": path.name, "source": _data_address(path)} for path in self.images]
        return environment.from_string(_TEMPLATE).render(model=self.model, images=images, rows=rows)

    def to_png(self) -> bytes:
        """The matrix as a picture, a heat map with thumbnails."""
        from PIL import Image, ImageDraw, ImageFont

        font = ImageFont.load_default(size=14)
        titles = [f"{prompt} (not wholly read)" if prompt in self.notes else prompt for prompt in self.prompts]
        margin = 16 + max(int(font.getlength(title)) for title in titles)
        cell, row_height = _THUMBNAIL + 4, 36
        height = cell + row_height * len(self.prompts)
        picture = Image.new("RGB", (margin + cell * len(self.images), height), "white")
        draw = ImageDraw.Draw(picture)
        for column, path in enumerate(self.images):
            picture.paste(fit_square(open_image(path), _THUMBNAIL), (margin + column * cell + 2, 2))
        for number, (title, row) in enumerate(zip(titles, self.values, strict=True)):
            top = cell + number * row_height
            draw.text((margin - 8, top + row_height / 2), title, fill="black", font=font, anchor="rm")
            for column, value in enumerate(row):
                left = margin + column * cell
                draw.rectangle((left, top, left + cell - 2, top + row_height - 2), fill=self._color(value))
                place = (left + cell / 2, top + row_height / 2)
                draw.text(place, f"{value:.3f}", fill=self._ink(value), font=font, anchor="mm")
        buffer = io.BytesIO()
        picture.save(buffer, format="PNG")
        return buffer.getvalue()

    def _share(self, value: float) -> float:
        numbers = [number for row in self.values for number in row]
        low, high = min(numbers), max(numbers)
        return (value - low) / (high - low) if high > low else 0.5

    def _color(self, value: float) -> tuple[int, int, int]:
        share = self._share(value)
        red, green, blue = (round(pale + share * (dark - pale)) for pale, dark in zip(_PALE, _DARK, strict=True))
        return red, green, blue

    def _ink(self, value: float) -> str:
        return "white" if self._share(value) > 0.5 else "black"


def _data_address(path: Path) -> str:
    buffer = io.BytesIO()
    fit_square(open_image(path), _THUMBNAIL).save(buffer, format="JPEG", quality=88)
    return f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
