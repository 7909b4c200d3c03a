"""Scores pictures from Python, without a protocol and without a run."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from benchmark.contracts import Need
from benchmark.errors import InputError
from benchmark.interface.protocols import read_protocol
from benchmark.plan.configuration import scoring_roles
from benchmark.plan.device import choose_device
from benchmark.plan.selection import select_metrics
from benchmark.protocol.case import Case, Content, Style, WeightedStyle
from benchmark.protocol.protocol import Protocol
from benchmark.wording import format_count

if TYPE_CHECKING:
    import pandas as pd
    import torch
    from PIL import Image
    from torch import Tensor

    from benchmark.plan.configuration import SelectedMetric

Picture: TypeAlias = "str | os.PathLike[str] | Image.Image | Tensor"
"""A picture file, a picture of PIL, or an RGB tensor, 3×H×W in [0, 1]."""
_logger = logging.getLogger("benchmark")
_REMEMBERED: Final = 64
_GIVEN_AS = {Need.CONTENT: "content", Need.STYLE_IMAGE: "style", Need.PROMPT: "prompt"}


def score(
    stylized: Picture | Sequence[Picture],
    *,
    content: Picture | Sequence[Picture] | None = None,
    style: Picture | Sequence[Picture] | None = None,
    prompt: str | Sequence[str] | None = None,
    metrics: str | Sequence[str] = "all",
    networks: str | os.PathLike[str] | Protocol = "mini",
    device: str = "auto",
) -> pd.DataFrame:
    """Scores stylized pictures as a run scores them: the same pictures get the same numbers.

    Pictures are prepared as in a run. A stylized tensor is rounded to the 256 levels of a file. A style is cut to the
    centre square and scaled to the shorter side of the stylized picture; so is the content of a square one. Otherwise
    the content must have the aspect of the stylized picture, to whose size it is scaled.

    Args:
        stylized: One picture, or several.
        content: The content of each, or one for all; without it, metrics that read contents are left out.
        style: The style image of each, or one for all; likewise.
        prompt: The prompt of each, or one for all; likewise.
        metrics: Names of metrics, or ``all``, which leaves out those that cannot score what is given. Set metrics,
            which score many pictures together, are for ``benchmark score``.
        networks: The protocol whose networks are used.
        device: ``auto``, which takes CUDA if there is one, ``cpu`` or ``cuda``.

    Returns:
        One row per stylized picture, one column per score and component. The index holds the file names, or numbers
        where a picture is no file. A score that failed is missing, and the logger ``benchmark`` says why.

    Raises:
        InputError: A picture cannot be read or has the wrong shape, the numbers of pictures differ, or a metric is
            unknown, unavailable or lacks an input.
    """
    import pandas as pd

    from benchmark.execution.bench.scoring import Scorer
    from benchmark.models.provider import Models
    from benchmark.models.specification import find_models

    given = _listed(stylized)
    if not given:
        raise InputError("no stylized pictures to score")
    number = len(given)
    contents = _one_each("content", content, number)
    styles = _one_each("style", style, number)
    prompts = _one_each("prompt", prompt, number)
    supplied = {
        need
        for need, items in ((Need.CONTENT, contents), (Need.STYLE_IMAGE, styles), (Need.PROMPT, prompts))
        if items is not None
    }
    smallest = min(min(_size(_read(one, f"stylized picture {place}"))) for place, one in enumerate(given))
    protocol = networks if isinstance(networks, Protocol) else read_protocol(networks)
    selected = _select(metrics, replace(protocol, resolution=smallest), supplied)
    models = Models(find_models(protocol.models, scoring_roles(selected)), choose_device(device))
    scorer = Scorer(selected, (), models)
    references = _References(models.device)
    rows: list[dict[str, float | None]] = []
    for place, one in enumerate(given):
        picture = _rounded(_read(one, f"stylized picture {place}")).to(models.device)
        size = (picture.shape[-2], picture.shape[-1])
        image = references.style(styles[place], f"style {place}", size) if styles else None
        text = prompts[place] if prompts else None
        scores = scorer.score(
            Case(Content("content", Path()), (WeightedStyle(Style("style", prompt=text)),)),
            stylized=picture,
            content=references.content(contents[place], f"content {place}", size) if contents else None,
            styles=[image],
        )
        for metric, reason in scores.errors.items():
            _logger.warning("%s: %s failed: %s", _name(one, place), metric, reason)
        rows.append(dict(scores.values))
    columns = [column for metric in selected for column in _columns(metric)]
    index = pd.Index([_name(one, place) for place, one in enumerate(given)], name="stylized")
    return pd.DataFrame(rows, index=index, columns=columns).astype("float64")


class _References:
    """Contents and styles, prepared once for each size as long as they are among the last in use.

    The same tensor for the same picture lets its features be computed once.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._prepared: OrderedDict[Hashable, Tensor] = OrderedDict()

    def content(self, picture: Any, name: str, size: tuple[int, int]) -> Tensor:
        """Returns a content for a stylized picture of a height and width."""
        return self._get(picture, name, size, _content)

    def style(self, picture: Any, name: str, size: tuple[int, int]) -> Tensor:
        """Returns a style for a stylized picture of a height and width."""
        return self._get(picture, name, size, _style)

    def _get(self, picture: Any, name: str, size: tuple[int, int], prepare: Callable[..., Tensor]) -> Tensor:
        # The caller keeps the picture, so that no other one gets its number.
        key = (str(picture) if isinstance(picture, str | os.PathLike) else id(picture), size, prepare)
        if key not in self._prepared:
            self._prepared[key] = prepare(_read(picture, name), name, size).to(self._device)
            if len(self._prepared) > _REMEMBERED:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(key)
        return self._prepared[key]


def _select(metrics: str | Sequence[str], protocol: Protocol, supplied: set[Need]) -> tuple[SelectedMetric, ...]:
    """Returns the metrics that score the pictures, of ``all`` those that can."""
    names = metrics if isinstance(metrics, str) else ",".join(metrics)
    is_named = names.strip() != "all"
    chosen: list[SelectedMetric] = []
    for metric in select_metrics(names, protocol):
        lacking = [need for need in metric.info.needs if need not in supplied] if metric.info else []
        if not is_named:
            if metric.info and not (metric.is_set_metric or metric.unavailable or lacking):
                chosen.append(metric)
            continue
        if metric.is_set_metric:
            raise InputError(f"{metric.name} scores many pictures together: use benchmark score, or benchmark run")
        if lacking:
            raise InputError(f"{metric.name} needs {' and '.join(f'{_GIVEN_AS[need]}=' for need in lacking)}")
        chosen.append(metric)
    if not chosen:
        raise InputError("no metric can score what is given; give content=, style= or prompt=")
    return tuple(chosen)


def _listed(given: Any) -> list[Any]:
    """Returns what is given as a list: one picture or prompt becomes a list of one."""
    is_several = isinstance(given, Sequence) and not isinstance(given, str)
    return list(given) if is_several else [given]


def _one_each(kind: str, given: Any, number: int) -> list[Any] | None:
    if given is None:
        return None
    items = _listed(given)
    if len(items) == 1:
        return items * number
    if len(items) != number:
        counts = f"{format_count(number, 'stylized picture')}, but {len(items):,} of {kind}"
        raise InputError(f"{counts}: give one each, or one for all")
    return items


def _name(picture: Any, place: int) -> str | int:
    return Path(picture).name if isinstance(picture, str | os.PathLike) else place


def _columns(metric: SelectedMetric) -> list[str]:
    components = metric.info.components if metric.info else ()
    return [metric.name, *(f"{metric.name}.{component}" for component in components)]


def _read(picture: Any, name: str) -> Image.Image | Tensor:
    """Reads a picture as 8-bit RGB, or checks a tensor.

    Raises:
        InputError: It cannot be used.
    """
    from PIL import Image
    from torch import Tensor

    from benchmark.images import open_image, prepare_image

    if isinstance(picture, Tensor):
        return _checked(picture, name)
    if isinstance(picture, Image.Image):
        return prepare_image(picture, name)
    if isinstance(picture, str | os.PathLike):
        return open_image(Path(picture))
    raise InputError(f"{name} is {type(picture).__name__}, not a path, a picture of PIL or a tensor")


def _checked(picture: Tensor, name: str) -> Tensor:
    import torch

    if picture.ndim != 3 or picture.shape[0] != 3 or not picture.is_floating_point():
        shape = "×".join(map(str, picture.shape))
        raise InputError(f"{name} is a tensor of shape {shape} and {picture.dtype}; 3×H×W floats in 0 … 1 are needed")
    tolerance = 1e-3
    low, high = float(picture.min()), float(picture.max())
    if not bool(torch.isfinite(picture).all()) or low < -tolerance or high > 1 + tolerance:
        raise InputError(f"{name} has values outside 0 … 1")
    return picture.detach().float().clamp(0, 1)


def _size(picture: Image.Image | Tensor) -> tuple[int, int]:
    """Returns height and width."""
    from torch import Tensor

    if isinstance(picture, Tensor):
        return picture.shape[-2], picture.shape[-1]
    return picture.height, picture.width


def _rounded(picture: Image.Image | Tensor) -> Tensor:
    """Returns the picture as a tensor with the 256 levels of a file."""
    from torch import Tensor

    from benchmark.images import quantize, to_tensor

    return quantize(picture) if isinstance(picture, Tensor) else to_tensor(picture)


def _style(picture: Image.Image | Tensor, _name: str, size: tuple[int, int]) -> Tensor:
    """Returns the centre square of a style image; a tensor, which may have any size, as it is."""
    from torch import Tensor

    from benchmark.images import fit_square, to_tensor

    return picture if isinstance(picture, Tensor) else to_tensor(fit_square(picture, min(size)))


def _content(picture: Image.Image | Tensor, name: str, size: tuple[int, int]) -> Tensor:
    """Brings a content to the size of its stylized picture.

    Raises:
        InputError: It has another aspect, or is a tensor of another size.
    """
    from PIL import Image
    from torch import Tensor

    from benchmark.images import fit_square, to_tensor

    height, width = size
    found = _size(picture)
    sizes = f"{name} is {found[1]}×{found[0]}, the stylized picture {width}×{height}"
    if isinstance(picture, Tensor):
        if found != size:
            raise InputError(f"{sizes}: scale the tensor")
        return picture
    if height == width:
        return to_tensor(fit_square(picture, height))
    # Sides are whole numbers: the shorter one may be half a pixel off.
    if abs(found[1] / found[0] * height - width) > 1 and abs(found[0] / found[1] * width - height) > 1:
        raise InputError(f"{sizes}: another aspect")
    return to_tensor(picture if found == size else picture.resize((width, height), Image.Resampling.LANCZOS))
