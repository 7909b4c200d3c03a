"""The matrix of similarities between prompts and images, as HTML, CSV or PNG."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmark.analysis.networks import Network, notes_on
from benchmark.escaping import one_line, printable
from benchmark.images import data_address, fit_square, open_image
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
Read along a row to see which image fits a prompt best; numbers of different models cannot be compared.
{% for note in notes %}<strong>{{ note }}.</strong> {% endfor %}</p>
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
        model: The text-image model.
        notes: One line by prompt, for those that the model did not wholly read.
    """

    prompts: tuple[str, ...]
    images: tuple[Path, ...]
    values: tuple[tuple[float, ...], ...]
    model: Network
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def image_names(self) -> list[str]:
        """The names of the files, or their paths where two of them have one name."""
        names = [printable(path.name) for path in self.images]
        return names if len(set(names)) == len(names) else [printable(path) for path in self.images]

    def write(self, path: Path) -> None:
        """Writes the matrix in the format of the file's suffix: ``.html``, ``.csv`` or ``.png``.

        Beside a CSV file, which holds numbers only, stands a description of it (``NAME.csv-metadata.json``, as CSV on
        the Web calls it) that names the network.

        Raises:
            InputError: The file cannot be written.
        """
        match path.suffix.lower():
            case ".html":
                write_text(path, self.to_html())
            case ".csv":
                write_text(path, self.to_csv())
                write_text(path.with_name(f"{path.name}-metadata.json"), self.describe_csv(path.name))
            case _:
                write_bytes(path, self.to_png())

    def to_csv(self) -> str:
        """Returns the matrix as CSV, with the names of the images in the first line; notes are in its description."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["prompt", *map(printable, self.images)])
        writer.writerows([prompt, *row] for prompt, row in zip(self.prompts, self.values, strict=True))
        return text.getvalue()

    def describe_csv(self, name: str) -> str:
        """Returns the description of the CSV file in JSON, as CSV on the Web has it, with the network.

        Args:
            name: Name of the CSV file.
        """
        cosine = f"cosine of {self.model.label}"
        columns = [{"titles": "prompt", "datatype": "string"}]
        columns += [
            {"titles": printable(image), "datatype": "number", "dc:description": cosine} for image in self.images
        ]
        description = {
            "@context": "http://www.w3.org/ns/csvw",
            "url": name,
            "dc:title": f"Prompts × images: {cosine}",
            "dc:description": ". ".join(notes_on([self.model])),
            "network": asdict(self.model),
            "notes": dict(self.notes),
            "tableSchema": {"columns": columns},
        }
        return json.dumps(description, indent=2, ensure_ascii=False) + "\n"

    def to_html(self) -> str:
        """Returns the matrix as a page of its own, a heat map with thumbnails."""
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
        images = [
            {"name": name, "source": data_address(fit_square(open_image(path), _THUMBNAIL))}
            for name, path in zip(self.image_names, self.images, strict=True)
        ]
        return environment.from_string(_TEMPLATE).render(
            model=self.model.label, notes=notes_on([self.model]), images=images, rows=rows
        )

    def to_png(self) -> bytes:
        """Returns the matrix as a PNG picture, a heat map with thumbnails."""
        from PIL import Image, ImageDraw, ImageFont

        font = ImageFont.load_default(size=14)
        titles = [
            f"{one_line(prompt)} (not wholly read)" if prompt in self.notes else one_line(prompt)
            for prompt in self.prompts
        ]
        margin = 16 + max(int(font.getlength(title)) for title in titles)
        cell, row_height = _THUMBNAIL + 4, 36
        captions = [f"cosine of {self.model.label}", *notes_on([self.model])]
        top_of_captions = cell + row_height * len(self.prompts)
        width = max(margin + cell * len(self.images), *(16 + int(font.getlength(line)) for line in captions))
        picture = Image.new("RGB", (width, top_of_captions + 20 * len(captions) + 6), "white")
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
        for number, line in enumerate(captions):
            draw.text((8, top_of_captions + 20 * number + 4), line, fill="black", font=font)
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
