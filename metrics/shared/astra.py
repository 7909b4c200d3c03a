"""Agreement of metrics with people, as the study ASTRA measured it.

ASTRA asked for 34,608 votes on 12 methods × 6 contents × 12 styles, and correlated (Spearman) metrics with the rankings
that people gave, *within* what was held out: one method's 72 pictures, one content's 144 or one style's 72. A held-out
style is nearest to the question of this benchmark, which of several methods did better on one style. Deviations between
the held-out parts are large (Gram matrices by style: ± 0.304), and the published backbones were used. The figures were
read from a stored copy of the paper's text, in which two of them are garbled.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Asked(StrEnum):
    """Criterion by which people were asked to rank stylized images."""

    CONTENT = "content"
    STYLE = "style"
    OVERALL = "overall"


@dataclass(frozen=True)
class HeldOut:
    """Mean rank correlations with people.

    Attributes:
        method: Within a held-out method's pictures.
        content: Within a held-out content's.
        style: Within a held-out style's.
        style_is_verified: Whether the last was read from a line that is not garbled.
    """

    method: float
    content: float
    style: float
    style_is_verified: bool = True

    def __str__(self) -> str:
        return f"{self.method:.3f} / {self.content:.3f} / {self.style:.3f}{'' if self.style_is_verified else ' (?)'}"


ASTRA: Final[dict[tuple[Asked, str], HeldOut]] = {
    (Asked.CONTENT, "CFSD"): HeldOut(0.281, 0.440, 0.250),
    (Asked.CONTENT, "SIFID"): HeldOut(0.429, 0.557, 0.467),
    (Asked.CONTENT, "MS-SSIM"): HeldOut(0.582, 0.577, 0.510),
    (Asked.CONTENT, "LPIPS"): HeldOut(0.586, 0.705, 0.642),
    (Asked.CONTENT, "CLIP"): HeldOut(0.559, 0.721, 0.627),
    (Asked.CONTENT, "DINO"): HeldOut(0.610, 0.759, 0.673),
    (Asked.CONTENT, "ViT"): HeldOut(0.614, 0.718, 0.631),
    (Asked.CONTENT, "SRQE"): HeldOut(0.634, 0.585, 0.524),
    (Asked.CONTENT, "their trained score"): HeldOut(0.718, 0.745, 0.711),
    (Asked.STYLE, "Gram"): HeldOut(0.039, 0.227, 0.467, style_is_verified=False),
    (Asked.STYLE, "CSD"): HeldOut(0.066, 0.130, 0.168, style_is_verified=False),
    (Asked.STYLE, "CLIP"): HeldOut(0.199, 0.139, 0.230),
    (Asked.STYLE, "DINO"): HeldOut(0.152, 0.378, 0.413),
    (Asked.STYLE, "ViT"): HeldOut(0.290, 0.472, 0.488),
    (Asked.STYLE, "SRQE"): HeldOut(0.390, 0.529, 0.522),
    (Asked.STYLE, "their trained score"): HeldOut(0.714, 0.814, 0.700),
    (Asked.OVERALL, "ArtFID"): HeldOut(0.109, 0.115, 0.192),
    (Asked.OVERALL, "SRQE"): HeldOut(0.356, 0.545, 0.525),
    (Asked.OVERALL, "their trained score"): HeldOut(0.667, 0.793, 0.658),
}
"""Correlations by what was asked and what was measured."""


def worth(asked: Asked, measured: str) -> str:
    """Returns a metric's agreement with people as part of a sentence.

    Args:
        asked: The criterion that people ranked by.
        measured: The study's name of the metric.
    """
    figures = ASTRA[asked, measured]
    by = "overall" if asked is Asked.OVERALL else f"by {asked}"
    doubt = "" if figures.style_is_verified else "; the last is unverified"
    numbers = f"{figures.method:.3f} / {figures.content:.3f} / {figures.style:.3f}"
    return (
        f"Spearman {numbers} with people's ranking {by}, within a held-out method / content / style of ASTRA, with"
        f" large deviations{doubt}"
    )


def published(asked: Asked, measured: str) -> str:
    """Returns a metric's own agreement with people in a few words, as ``MetricInfo.people`` holds it.

    Args:
        asked: The criterion that people ranked by.
        measured: The study's name of the metric.
    """
    return f"{asked}: {ASTRA[asked, measured]} within a held-out method / content / style (ASTRA, published networks)"
