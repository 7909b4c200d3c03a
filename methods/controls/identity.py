"""Control that returns the content unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmark.contracts import Axis, Condition, Method, MethodInfo, NoSettings, StyleCondition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Generator, Tensor


class Identity(Method[NoSettings]):
    """Returns the content unchanged: all content kept, no style taken.

    A metric that ranks it high rewards leaving the picture alone; an unmodified copy can win ArtFID, for instance.
    """

    info = MethodInfo(
        name="identity",
        title="Identity",
        version="1",
        summary="Returns the content unchanged: the end of the scale where all content and no style is kept.",
        condition=Condition.NONE,
        licence="Apache-2.0",
        max_styles=None,
        control=True,
        anchor=Axis.CONTENT,
        deterministic=True,
    )

    def stylize(
        self,
        content: Tensor,
        styles: Sequence[StyleCondition],
        generator: Generator,
    ) -> Tensor:
        """Returns a copy of the content."""
        return content.clone()
