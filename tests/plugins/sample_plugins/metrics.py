"""Metrics without a network."""

from __future__ import annotations

import os

from benchmark import Axis, Direction, Metric, MetricInfo, Need


class BrightnessDifference(Metric):
    info = MetricInfo(
        name="brightness_difference",
        title="Brightness difference",
        version="1",
        summary="Absolute difference of mean brightness to the style image.",
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0,
    )

    def score(self, *, stylized, content=None, style=None, prompt=None):
        import torch

        return torch.stack([(one.mean() - other.mean()).abs() for one, other in zip(stylized, style, strict=True)])


class SometimesFails(Metric):
    info = MetricInfo(
        name="sometimes_fails",
        title="Sometimes fails",
        version="1",
        summary="Fails while an environment variable says so.",
        direction=Direction.HIGHER,
        axis=Axis.CONTENT,
        needs=(Need.CONTENT,),
    )

    def score(self, *, stylized, content=None, style=None, prompt=None):
        import torch

        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "fail":
            raise ValueError("no score today")
        return torch.ones(len(stylized))
