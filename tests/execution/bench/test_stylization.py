"""Methods and the images that they share with others."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from benchmark.contracts import Condition, Method, MethodInfo, Precision, StyleCondition
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


class Products(Method):
    """Notes the precision of its products, and trains a weight."""

    info = MethodInfo("products", "Products", "1", "Multiplies.", Condition.NONE)

    def prepare(self, models):
        self.seen = {"prepare": self._product()}

    def warm_up(self, content, styles, generator):
        self.seen["warm_up"] = self._product()

    def stylize(self, content, styles, generator):
        self.seen["stylize"] = self._product()
        weight = torch.nn.Linear(3, 3, bias=False)
        optimizer = torch.optim.SGD(weight.parameters(), lr=0.1)
        self.losses = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = weight(torch.ones(1, 3)).square().sum()
            loss.backward()
            optimizer.step()
            self.losses.append(float(loss.detach()))
        return content

    def explain(self, content, styles, generator):
        self.seen["explain"] = self._product()
        return {}

    def _product(self):
        return (torch.eye(3) @ torch.eye(3)).dtype


class TestPrecision:
    @staticmethod
    def seen(wanted: Precision, *precisions: Precision):
        method = Products()
        models = Models({})
        info = replace(Products.info, precisions=precisions)
        selected = SimpleNamespace(make=lambda: method, precision_in=info.precision_in)
        stylizer = Stylizer({"products": selected}, models, precision=wanted)
        stylizer.stylize("products", torch.ones(3, 8, 8), [], seed=0)
        stylizer.explain("products", torch.ones(3, 8, 8), [], seed=0)
        return method

    def test_a_method_computes_in_that_of_the_run_but_is_prepared_in_float32(self):
        method = self.seen(Precision.BFLOAT16, Precision.FLOAT32, Precision.BFLOAT16)
        lower = dict.fromkeys(("warm_up", "stylize", "explain"), torch.bfloat16)
        assert method.seen == {"prepare": torch.float32, **lower}

    @pytest.mark.parametrize("precisions", [(Precision.FLOAT32,), ()])
    def test_one_that_cannot_computes_in_float32(self, precisions):
        assert set(self.seen(Precision.BFLOAT16, *precisions).seen.values()) == {torch.float32}

    def test_of_a_run_in_float32_is_that(self):
        assert set(self.seen(Precision.FLOAT32, *Precision).seen.values()) == {torch.float32}

    def test_weights_that_a_method_trains_are_not_remembered_as_they_were(self):
        first, second, third = self.seen(Precision.BFLOAT16, *Precision).losses
        assert first > second > third
