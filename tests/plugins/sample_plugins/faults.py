"""Methods and a metric that harm the process they run in, on the cold style only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import torch

from benchmark import Axis, Direction, Metric, MetricInfo
from sample_plugins.methods import Method, info


class _Faulty(Method):
    """Returns the content a little darker; what it does where the first style is cold is up to the class."""

    def stylize(self, content, styles, generator):
        if "cold" in styles[0].prompt:
            self.harm()
        return content * 0.9

    def warm_up(self, content, styles, generator):
        pass

    def harm(self):
        """Does no harm."""


class Segfaults(_Faulty):
    info = info("segfaults", max_styles=None)

    def harm(self):
        os.kill(os.getpid(), signal.SIGSEGV)


class ExitsHard(_Faulty):
    info = info("exits_hard", max_styles=None)

    def harm(self):
        os._exit(3)


class Hangs(_Faulty):
    info = info("hangs", max_styles=None)

    def harm(self):
        if pid_file := os.environ.get("SAMPLE_PLUGINS_CHILD"):
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            Path(pid_file).write_text(f"{os.getpid()} {child.pid}")
        time.sleep(600)


class Hoards(_Faulty):
    """Takes a gibibyte, a little at a time."""

    info = info("hoards", max_styles=None)

    def harm(self):
        hoard = []
        for _ in range(64):
            hoard.append(torch.ones(4, 2**20))
            time.sleep(0.05)
        time.sleep(600)


class Leaks(_Faulty):
    """Keeps 150 MiB of every call."""

    info = info("leaks", max_styles=None)

    def prepare(self, models):
        self.kept = []

    def stylize(self, content, styles, generator):
        self.kept.append(torch.ones(150, 2**18))
        time.sleep(0.6)
        return content * 0.9


class Shouts(_Faulty):
    info = info("shouts", max_styles=None)

    def harm(self):
        os.write(1, b"past Python, to standard output\n")
        os.write(2, b"past Python, to standard error\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)


class CrashesWhenPrepared(_Faulty):
    info = info("crashes_when_prepared", max_styles=None)

    def prepare(self, models):
        if count := os.environ.get("SAMPLE_PLUGINS_COUNT"):
            with Path(count).open("a") as file:
                file.write("prepare\n")
        os.abort()


class IsKilledOnce(_Faulty):
    """Is killed as by the out-of-memory killer, but only for as long as a file is there."""

    info = info("is_killed_once", max_styles=None)

    def harm(self):
        marker = Path(os.environ["SAMPLE_PLUGINS_MARKER"])
        if marker.exists():
            if marker.read_text() == "once":
                marker.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


class Dawdles(Method):
    """Takes its time, and notes each image that it makes."""

    info = info("dawdles", max_styles=None)

    def stylize(self, content, styles, generator):
        if count := os.environ.get("SAMPLE_PLUGINS_COUNT"):
            with Path(count).open("a") as file:
                file.write(f"{os.getpid()}\n")
        time.sleep(float(os.environ.get("SAMPLE_PLUGINS_SECONDS", "0.05")))
        return (content + 0.1 * torch.randn(content.shape, generator=generator)).clamp(0, 1)

    def warm_up(self, content, styles, generator):
        pass


class CrashingMetric(Metric):
    info = MetricInfo(
        name="crashing_metric",
        title="Crashing metric",
        version="1",
        summary="Ends its process on images that are darker than their content.",
        direction=Direction.HIGHER,
        axis=Axis.CONTENT,
        needs=(),
    )

    def prepare(self, models):
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "crash when prepared":
            os._exit(7)

    def score(self, *, stylized, content=None, style=None, prompt=None):
        if os.environ.get("SAMPLE_PLUGINS_METRIC") == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        return torch.ones(len(stylized))
