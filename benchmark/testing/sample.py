"""Small inputs for checks: pictures, networks and the records of a run."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import pandas as pd
import torch
from torch import Tensor

from benchmark.contracts.metric import Direction
from benchmark.images import encode_png
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import OWN_NETWORKS, find_models
from benchmark.store.records import (
    CaseRecord,
    MethodRecord,
    MetricRecord,
    ModelRecord,
    RunRecords,
    RunStatus,
    SummaryRow,
    UnitStatus,
)

EMBEDDED_MODELS = {
    Role.VGG: "vgg19-embedded",
    Role.CLIP: "clip-tiny",
    Role.CLIP_JUDGE: "clip-tiny-judge",
    Role.PERCEPTUAL: "st-lpips-alex",
    Role.ADAIN_DECODER: "adain-decoder-embedded",
    Role.TRANSFORM_NETWORKS: "johnson-embedded",
}


@functools.cache
def embedded_models() -> Models:
    """Returns the networks that are shipped with the package or installed with it, loaded once.

    Networks of single methods and metrics are among them; loading one whose weights are not here fails.
    """
    return Models(find_models(EMBEDDED_MODELS, OWN_NETWORKS))


def sample_image(height: int = 64, width: int = 64, *, seed: int = 0) -> Tensor:
    """Makes a smooth, colourful picture with edges, 3×H×W in [0, 1].

    Args:
        height: Height in pixels.
        width: Width in pixels.
        seed: Another seed gives another picture.
    """
    generator = torch.Generator().manual_seed(seed)
    rows = torch.linspace(0, 2 * math.pi, height)[None, :, None]
    columns = torch.linspace(0, 2 * math.pi, width)[None, None, :]
    frequencies, phases = (torch.rand(3, 1, 1, generator=generator) * 3 for _ in range(2))
    waves = torch.sin(rows * (1 + frequencies) + phases) * torch.cos(columns * (2 - frequencies / 2) + phases)
    image = 0.5 + 0.35 * waves
    image[:, height // 4 : height // 2, width // 4 : width // 2] = torch.rand(3, 1, 1, generator=generator)
    return (image + 0.02 * torch.randn(3, height, width, generator=generator)).clamp(0, 1)


def sample_records(directory: Path, *, text: str = "sample") -> RunRecords:
    """Makes the records of a small run with a failure and a skip, its pictures in a folder.

    Args:
        directory: Folder that the pictures are written to.
        text: Content of every field that holds free text, for instance something hostile.
    """
    cases = tuple(
        CaseRecord(
            f"content{c}--style{s}",
            f"content{c}",
            f"style{s}",
            f"{text} {s}",
            0,
            (
                {
                    "id": f"style{s}",
                    "title": text,
                    "artist": text,
                    "year": "1900",
                    "prompt": f"{text} {s}",
                    "weight": 1.0,
                    "mask": None,
                    "thumbnail": f"inputs/styles/style{s}.png",
                },
            ),
        )
        for c in range(2)
        for s in range(2)
    )
    return RunRecords(
        directory=directory,
        status=RunStatus.INCOMPLETE,
        protocol={
            "name": "sample",
            "version": "1",
            "title": text,
            "description": text,
            "resolution": 64,
            "fingerprint": "0" * 64,
        },
        methods=(
            MethodRecord(
                *("painter", text, "1", text, "image"),
                control=False,
                optimises=("vgg",),
                settings={"steps": 3},
                uses=("vgg", "clip_judge"),
            ),
            MethodRecord("identity", "Identity", "1", text, "none", control=True),
        ),
        metrics=(
            MetricRecord("likeness", text, "1", text, Direction.HIGHER, "style", backbone="vgg19-embedded"),
            MetricRecord("spread", text, "1", text, Direction.LOWER, "style", backbone=text, sample_size=100),
        ),
        models=(
            ModelRecord("vgg", "vgg19-embedded", text, "0" * 64, text, text),
            ModelRecord("clip_judge", text, text, "1" * 64, text, text, stands_in_for=text),
        ),
        cases=cases,
        contents=tuple(
            _picture(directory, "contents", f"content{c}", text) | {"subject": text, "creator": text} for c in range(2)
        ),
        styles=tuple(
            _picture(directory, "styles", f"style{s}", text)
            | {"prompt": f"{text} {s}", "artist": text, "movement": text, "genre": text, "year": "1900"}
            for s in range(2)
        ),
        units=_units(directory, cases, text),
        summary=tuple(
            SummaryRow(method, metric, 0.5, 0.4, 0.6, 3, 2, 2, direction, method == "painter", method == "identity")
            for method in ("painter", "identity")
            for metric, direction in (("likeness", Direction.HIGHER), ("seconds", Direction.LOWER))
        )
        + tuple(
            SummaryRow(
                *(method, "spread", 0.5 if method == "painter" else None, None, None, 2, 1, 2, Direction.LOWER),
                circular=False,
                control=method == "identity",
                images_sha256="0" * 64,
                warning=text,
            )
            for method in ("painter", "identity")
        ),
        similarity={
            "painter": {"rows": [f"{text} 0", f"{text} 1"], "columns": [cases[0].id], "values": [[0.3], [0.1]]}
        },
        provenance={
            "command": ["benchmark", "run", text],
            "seed": 0,
            "device": "cpu",
            "started": "2026-01-01T00:00:00+00:00",
            "finished": None,
            "environment": {"python": "3.11", "platform": text, "cores": 2, "packages": {"torch": "2"}},
        },
        warnings=(text,),
    )


def _picture(directory: Path, kind: str, name: str, text: str) -> dict[str, str]:
    thumbnail = f"inputs/{kind}/{name}.png"
    _write(directory / thumbnail, seed=len(name) + ord(name[-1]))
    return {
        "id": name,
        "image": f"{name}.png",
        "thumbnail": thumbnail,
        "title": text,
        "licence": text,
        "source": text,
        "sha256": "",
    }


def _units(directory: Path, cases: tuple[CaseRecord, ...], text: str) -> pd.DataFrame:
    rows = []
    for method in ("painter", "identity"):
        for number, case in enumerate(cases):
            status = (UnitStatus.OK, UnitStatus.OK, UnitStatus.FAILED, UnitStatus.SKIPPED)[number]
            is_done = status is UnitStatus.OK
            image = f"images/{method}/{case.id}.png" if is_done else ""
            if is_done:
                _write(directory / image, seed=number)
            rows.append(
                {
                    "method": method,
                    "case": case.id,
                    "content": case.content,
                    "style": case.style,
                    "prompt": case.prompt,
                    "seed": 1,
                    "status": str(status),
                    "error": "" if is_done else text,
                    "seconds": 0.5 if is_done else None,
                    "cpu_seconds": 0.9 if is_done else None,
                    "disturbed": number == 1 if is_done else None,
                    "peak_memory_bytes": 10**9 if is_done else None,
                    "image": image,
                    "likeness": 0.5 if is_done else None,
                }
            )
    return pd.DataFrame(rows).astype({"disturbed": "boolean", "peak_memory_bytes": "Int64"})


def _write(path: Path, *, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_png(sample_image(64, 64, seed=seed)))
