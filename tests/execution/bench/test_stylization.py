"""Methods and the images that they share with others."""

from __future__ import annotations

from types import SimpleNamespace

import torch

from benchmark.contracts import Condition, Method, MethodInfo, StyleCondition
from benchmark.execution.bench.stylization import Stylizer
from benchmark.models.provider import Models


class Writes(Method):
    """Writes into whatever it is given, and remembers the style."""

    info = MethodInfo("writes", "Writes", "1", "Writes.", Condition.IMAGE)
    seen: list[float]

    def __init__(self, models):
        super().__init__()
        self.models = models
        self.seen = []

    def stylize(self, content, styles, generator):
        (style,) = styles
        self.seen.append(self.models.remember(style.image, "mean", lambda: float(style.image.mean())))
        style.image.zero_()
        style.mask.numpy()[:] = 0
        content.zero_()
        return torch.full_like(content, 0.5)


def test_what_a_method_writes_into_a_style_reaches_no_other_unit():
    models = Models({})
    method = Writes(models)
    stylizer = Stylizer({"writes": SimpleNamespace(make=lambda: method)}, models)
    content, style, mask = torch.ones(3, 8, 8), torch.full((3, 8, 8), 0.25), torch.ones(1, 8, 8)
    condition = StyleCondition(style, mask=mask)
    for _ in range(2):
        stylizer.stylize("writes", content, [condition], seed=0)

    assert method.seen == [0.25] * 3, "warmed up, and stylized twice"
    for image, value in ((content, 1.0), (style, 0.25), (mask, 1.0)):
        assert torch.equal(image, torch.full_like(image, value))
