"""Methods that behave, and methods that do not."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from benchmark import Axis, Condition, Method, MethodInfo, UnfitCaseError


@dataclass(frozen=True)
class BlendSettings:
    share: float = 0.5
    times: int = 1
    sizes: tuple[int, ...] = (8,)
    invert: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"share must be 0 … 1, not {self.share}")


def info(name, **facts):
    return MethodInfo(
        name=name, title=name.title(), version="1", summary=f"Sample {name}.", **{"condition": Condition.NONE, **facts}
    )


class Blend(Method[BlendSettings]):
    info = info("blend", condition=Condition.IMAGE)
    settings_type = BlendSettings

    def stylize(self, content, styles, generator):
        count = os.environ.get("SAMPLE_PLUGINS_COUNT")
        if count:
            with Path(count).open("a") as file:
                file.write("blend\n")
        match os.environ.get("SAMPLE_PLUGINS_METHOD"):
            case "fail":
                raise RuntimeError("no colours today")
            case "dawdle":
                time.sleep(0.4)
        style = styles[0].image.mean(dim=(1, 2), keepdim=True)
        return content * (1 - self.settings.share) + style * self.settings.share


class Noisy(Method):
    info = info("noisy", max_styles=None)

    def stylize(self, content, styles, generator):
        import torch

        print("a plugin that prints to standard output")
        return (content + 0.1 * torch.randn(content.shape, generator=generator)).clamp(0, 1)


class KeepsContent(Method):
    info = info("keeps_content", control=True, anchor=Axis.CONTENT, max_styles=None)

    def stylize(self, content, styles, generator):
        return content


class CopiesStyle(Method):
    info = info("copies_style", condition=Condition.IMAGE, control=True, anchor=Axis.STYLE, max_styles=None)

    def stylize(self, content, styles, generator):
        return styles[0].image


class RefusesDarkContents(Method):
    info = info("refuses_dark_contents", max_styles=None)

    def stylize(self, content, styles, generator):
        if content.mean() < 0.495:  # between the two contents of tiny
            raise UnfitCaseError("needs a bright content, this one is dark")
        return content


class RefusesTheSecondStyle(Method):
    info = info("refuses_the_second_style", condition=Condition.IMAGE, max_styles=None)

    def skip(self, case):
        return "cannot paint style2 alone" if [share.style.id for share in case.styles] == ["style2"] else None

    def stylize(self, content, styles, generator):
        return content


class Raises(Method):
    info = info("raises")

    def stylize(self, content, styles, generator):
        raise RuntimeError("the paint\nhas run out")


class Unprepared(Method):
    info = info("unprepared")

    def prepare(self, models):
        raise OSError("no brushes")

    def stylize(self, content, styles, generator):
        return content


class ReturnsNan(Method):
    info = info("returns_nan")

    def stylize(self, content, styles, generator):
        return content * float("nan")


class ReturnsWrongShape(Method):
    info = info("returns_wrong_shape")

    def stylize(self, content, styles, generator):
        return content[:, 1:]


class ReturnsOutOfRange(Method):
    info = info("returns_out_of_range")

    def stylize(self, content, styles, generator):
        return content * 255


class ReturnsNothing(Method):
    info = info("returns_nothing")

    def stylize(self, content, styles, generator):
        return None


class Exits(Method):
    info = info("exits")

    def stylize(self, content, styles, generator):
        raise SystemExit(0)


class SurrogateError(Method):
    info = info("surrogate_error")

    def stylize(self, content, styles, generator):
        raise ValueError("no such file: \udce9.png")


class Interrupts(Method):
    info = info("interrupts")

    def stylize(self, content, styles, generator):
        raise KeyboardInterrupt


@dataclass(frozen=True)
class SettingsWithoutDefault:
    strength: float


class NoDefault(Method[SettingsWithoutDefault]):
    info = info("no_default")
    settings_type = SettingsWithoutDefault

    def stylize(self, content, styles, generator):
        return content


@dataclass(frozen=True)
class ImpossibleSettings:
    levels: int = 0

    def __post_init__(self) -> None:
        if self.levels < 1:
            raise ValueError("levels must be at least 1")


class ImpossibleDefault(Method[ImpossibleSettings]):
    info = info("impossible_default")
    settings_type = ImpossibleSettings

    def stylize(self, content, styles, generator):
        return content
