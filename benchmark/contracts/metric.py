"""The contract of a metric that scores one stylized image at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from benchmark.contracts.any_metric import AnyMetric
from benchmark.contracts.sides import too_small
from benchmark.models.role import Role

if TYPE_CHECKING:
    from torch import Tensor


class Direction(StrEnum):
    """The good end of a metric's range."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"
    """The metric describes; it does not rank."""


class Need(StrEnum):
    """An input that a metric reads besides the stylized image."""

    CONTENT = "content"
    STYLE_IMAGE = "style_image"
    PROMPT = "prompt"


class Axis(StrEnum):
    """The question that a metric answers."""

    CONTENT = "content"
    """Is the content still there?"""
    STYLE = "style"
    """Is the manner of the style image there?"""
    TEXT = "text"
    """Does the picture say what the prompt says?"""
    COST = "cost"
    """What did it cost?"""


@dataclass(frozen=True)
class MetricInfo:
    """Static facts about a metric, readable without loading any network.

    Attributes:
        name: Name in snake_case, the same as the entry point's; also the column of the results.
        title: Name for people.
        version: Changes whenever the metric's numbers may change.
        summary: One sentence: what is measured, and how well it is known to agree with people.
        direction: The good end of the range.
        axis: The question that it answers.
        needs: Inputs that it reads besides the stylized image.
        minimum: Lower end of the range, or ``None`` if unbounded.
        maximum: Upper end of the range, or ``None`` if unbounded.
        unit: Unit of the number, empty if it has none.
        backbone: Role of the network it is computed with, a tuple of several, or ``None``; read ``backbones``.
        components: Names of partial scores (layers, for instance) that the metric gives beside its number; each becomes
            a column named ``<name>.<component>``.
        paper: Citation.
        url: Address of the paper.
        minimum_side: Shortest side that the images may have, in pixels: in a protocol of a smaller resolution the
            metric is unavailable.
        people: Published agreement with people, in a few words with its source, empty if there is none.
    """

    name: str
    title: str
    version: str
    summary: str
    direction: Direction
    axis: Axis
    needs: tuple[Need, ...]
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    backbone: Role | tuple[Role, ...] | None = None
    components: tuple[str, ...] = ()
    paper: str = ""
    url: str = ""
    minimum_side: int = 1
    people: str = ""

    def require_sides(self, images: Sequence[Tensor]) -> None:
        """Refuses images that are smaller than ``minimum_side``.

        Args:
            images: N images, C×H×W each.

        Raises:
            ValueError: One is too small; the message says how large it must be.
        """
        for image in images:
            if reason := too_small(self.minimum_side, image.shape[-2:]):
                raise ValueError(f"{self.name} {reason}")

    @property
    def backbones(self) -> tuple[Role, ...]:
        """Roles of all networks that it is computed with."""
        if self.backbone is None:
            return ()
        return self.backbone if isinstance(self.backbone, tuple) else (self.backbone,)


class Metric(AnyMetric):
    """Scores stylized images, one number each.

    A case with several styles is scored against each of them, and its score is the mean by the styles' weights: a
    metric always sees one style image and one prompt per stylized image.
    """

    @abstractmethod
    def score(
        self,
        *,
        stylized: Sequence[Tensor],
        content: Sequence[Tensor] | None = None,
        style: Sequence[Tensor] | None = None,
        prompt: Sequence[str] | None = None,
    ) -> Tensor:
        """Scores a batch.

        The caller passes the same tensor object for the same image, so what was computed for a content or a style can
        be remembered with ``Models.remember`` and is then computed once per run. Other metrics get the same tensors: no
        image may be changed in place; a metric that does so fails.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1].
            content: The N contents, each the size of its stylized image; given if ``info.needs`` names them.
            style: The N style images, of any size; given if ``info.needs`` names them.
            prompt: The N prompts; given if ``info.needs`` names them.

        Returns:
            N numbers; or N×(1 + C) where ``info.components`` has C names: the score, then its components. A score that
            leaves the range of ``info`` by more than rounding is a failure.
        """
