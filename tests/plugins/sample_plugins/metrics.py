"""Metrics without a network."""

from __future__ import annotations

import os
import time
from pathlib import Path

from benchmark import Axis, Direction, Metric, MetricInfo, Need, SetMetric, SetMetricInfo


class BrightnessDifference(Metric):
    info = MetricInfo(
        name="brightness_difference",
        title="Brightness difference",
        version=os.environ.get("SAMPLE_PLUGINS_VERSION", "1"),
        summary="Absolute difference of mean brightness to the style image.",
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0,
    )

    def score(self, *, stylized, content=None, style=None, prompt=None):
        import torch

        if log := os.environ.get("SAMPLE_PLUGINS_SCORED"):
            with Path(log).open("a") as file:
                file.write("image\n" * len(stylized))
        time.sleep(float(os.environ.get("SAMPLE_PLUGINS_SECONDS_TO_SCORE", "0")))
        differences = [(one.mean() - other.mean()).abs() for one, other in zip(stylized, style, strict=True)]
        # As another version of the metric would, for tests that change its version too.
        return torch.stack(differences) * float(os.environ.get("SAMPLE_PLUGINS_FACTOR", "1"))


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

    def prepare(self, models):
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "fail when prepared":
            raise OSError("no ruler")

    def score(self, *, stylized, content=None, style=None, prompt=None):
        import torch

        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "fail":
            raise ValueError("no score today")
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "write":
            stylized[0].zero_()
            content[0].zero_()
        return torch.ones(len(stylized))


class BrightnessGap(SetMetric):
    info = SetMetricInfo(
        name="brightness_gap",
        title="Brightness gap",
        version="1",
        summary="Absolute difference of the mean brightness of all stylized and of all style images.",
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0,
        sample_size=4,
    )

    def describe(self, *, stylized, content=None):
        if count := os.environ.get("SAMPLE_PLUGINS_DESCRIBED"):
            with Path(count).open("a") as file:
                file.write("image\n" * len(stylized))
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "fail set":
            raise ValueError("no gap today")
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "write set":
            stylized[0].zero_()
        return self.describe_style(style=stylized)

    def describe_style(self, *, style):
        import torch

        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "write style":
            style[0].zero_()
        return torch.stack([image.mean()[None] for image in style])

    def score(self, *, stylized, style):
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "too few":
            return float("nan")
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "leave the range":
            return -7.0
        return abs(float(stylized.mean() - style.mean())) * float(os.environ.get("SAMPLE_PLUGINS_FACTOR", "1"))
