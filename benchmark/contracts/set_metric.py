"""The contract of a set metric, which scores all stylized images of a method at once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from benchmark.contracts.any_metric import AnyMetric
from benchmark.contracts.metric import MetricInfo

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class SetMetricInfo(MetricInfo):
    """Static facts about a set metric; it has no components, and reads no prompt.

    Attributes:
        sample_size: Number of stylized images, and of style images, below which its number says little about a method.
            It is given all the same, with a warning.
    """

    sample_size: int = field(kw_only=True)


class SetMetric(AnyMetric):
    """Compares the stylized images of a method with the style images, one number for all of them.

    Every image is first described by a few numbers, as soon as it is there; at the end of a run the descriptions are
    compared. Only those are kept, so that a run may have more images than fit into memory.
    """

    info: ClassVar[SetMetricInfo]

    @abstractmethod
    def describe(self, *, stylized: Sequence[Tensor], content: Sequence[Tensor] | None = None) -> Tensor:
        """Describes stylized images.

        Features that another metric computes of the same image are found with ``Models.remember``. Other metrics are
        given the same tensors: no image may be changed in place; a metric that does so fails.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1].
            content: The N contents, each the size of its stylized image; given if ``info.needs`` names them.

        Returns:
            N×D numbers: each row holds all that ``score`` needs of its image, and depends on no other image.
        """

    @abstractmethod
    def describe_style(self, *, style: Sequence[Tensor]) -> Tensor:
        """Describes style images; called once for each of them in a run, if ``info.needs`` names them.

        As in ``describe``, no image may be changed in place.

        Args:
            style: M RGB images, 3×H×W in [0, 1].

        Returns:
            M×E numbers, a row for each image.
        """

    @abstractmethod
    def score(self, *, stylized: Tensor, style: Tensor) -> float:
        """Compares sets of descriptions. The order of the rows must not matter.

        Args:
            stylized: N×D, the results of ``describe``, a row for each stylized image of a method; N is at least 1.
            style: M×E, the results of ``describe_style``, one row for each different style image of their cases,
                however often it was used; 0×0 if ``info.needs`` does not name them.

        Returns:
            One number; NaN where the sets are too small for one.
        """
