"""The contract of a style transfer method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from benchmark.contracts.metric import Axis
from benchmark.contracts.no_settings import NoSettings
from benchmark.contracts.precision import Precision
from benchmark.models.role import Role
from benchmark.prompts import is_blank
from benchmark.protocol.case import Case

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from benchmark.models.provider import Models


class Condition(StrEnum):
    """The part of a style that a method reads."""

    IMAGE = "image"
    """The style image; a style without one is skipped."""
    TEXT = "text"
    """The prompt; a style without one is skipped."""
    EITHER = "either"
    """Whichever the style has, or both."""
    NONE = "none"
    """Nothing: the method ignores the style."""


@dataclass(frozen=True)
class MethodResources:
    """Resources that a worker with this method takes of a cluster, which places the worker accordingly.

    Attributes:
        cpus: Number of cores, or ``None`` for as many as the worker has threads.
        gpus: Share of a CUDA device, or number of devices. Asked for only by runs that compute on CUDA.
        memory_bytes: Memory that is set aside, or ``None`` for none in particular.

    Raises:
        ValueError: A number is negative, or a part of more than one CUDA device.
    """

    cpus: float | None = None
    gpus: float = 1
    memory_bytes: int | None = None

    def __post_init__(self) -> None:
        if min(self.cpus or 0, self.gpus, self.memory_bytes or 0) < 0:
            raise ValueError("resources must not be negative")
        if self.gpus > 1 and self.gpus != int(self.gpus):
            raise ValueError(f"gpus must be at most 1 or a whole number, not {self.gpus:g}")


@dataclass(frozen=True)
class MethodInfo:
    """Static facts about a method, readable without loading any network.

    Attributes:
        name: Name in snake_case, the same as the entry point's.
        title: Name for people.
        version: Changes whenever the method's output may change.
        summary: One sentence: what the method does.
        condition: The part of a style that it reads.
        paper: Citation of the paper, empty if there is none.
        year: Year of the paper.
        url: Address of the paper.
        licence: Licence of this implementation, empty if it states none.
        min_styles: Fewest styles of a case that it takes.
        max_styles: Most styles of a case that it takes, or ``None`` for any number.
        uses: Roles of the pretrained networks that it loads.
        optimises: Those of them whose output it descends, or was trained to descend: a metric that is computed with
            the same network is *circular* for this method.
        control: Whether this is a control, which marks an end of a scale, rather than a style transfer.
        anchor: For a control: the axis whose good end it marks, ``content`` for the untouched content, ``style`` for
            the style itself. Scores are anchored between the two.
        resources: Resources that a worker takes of a cluster; without effect on one machine.
        minimum_side: Shortest side that a content may have, in pixels; smaller ones are skipped. Where it depends on
            the settings, ``Method.minimum_side`` tells it.
        deterministic: Whether the picture does not depend on the seed, with any settings: it is then not made again
            where a protocol repeats its cases with other seeds.
        precisions: Precisions that it can compute in; where a run asks for another, it computes in float32. None where
            it computes outside of PyTorch, so that no run has a say in it.
    """

    name: str
    title: str
    version: str
    summary: str
    condition: Condition
    paper: str = ""
    year: int | None = None
    url: str = ""
    licence: str = ""
    min_styles: int = 1
    max_styles: int | None = 1
    uses: tuple[Role, ...] = ()
    optimises: tuple[Role, ...] = ()
    control: bool = False
    anchor: Axis | None = None
    resources: MethodResources = MethodResources()
    minimum_side: int = 1
    deterministic: bool = False
    precisions: tuple[Precision, ...] = (Precision.FLOAT32,)

    def precision_in(self, wanted: Precision) -> Precision | None:
        """Returns the precision that it computes in where a run wants one, or ``None`` where no run has a say in it."""
        if not self.precisions:
            return None
        return wanted if wanted in self.precisions else Precision.FLOAT32


@dataclass(frozen=True, eq=False)
class StyleCondition:
    """One style as a method gets it.

    Attributes:
        image: The style image, 3×H×W in [0, 1], or ``None``. Its size may differ from the content's.
        prompt: The style in words, or ``None``, which a blank one becomes.
        weight: Its share; the weights of a call sum to 1.
        mask: 1×H×W in [0, 1], the size of the content: where this style applies; ``None`` means everywhere.
        name: Name of the style in its protocol, or an empty string: what a method that was trained for single styles
            knows them by.
        pixels_sha256: Hash of the pixels of the style's file (``benchmark.images.pixels_sha256``), before it was scaled
            and cut; empty where there is no file. By it a method that was trained for single paintings knows them under
            any name.
    """

    image: Tensor | None = None
    prompt: str | None = None
    weight: float = 1.0
    mask: Tensor | None = None
    name: str = ""
    pixels_sha256: str = ""

    def __post_init__(self) -> None:
        if is_blank(self.prompt):
            object.__setattr__(self, "prompt", None)


SettingsT = TypeVar("SettingsT")


class Method(ABC, Generic[SettingsT]):
    """Turns a content and its styles into a stylized image.

    A subclass sets ``info`` and ``settings_type`` (a frozen dataclass, every field with a default) and implements
    ``stylize``. Its module must not import torch at the top, so that listing methods stays fast.
    """

    info: ClassVar[MethodInfo]
    settings_type: ClassVar[type[Any]] = NoSettings

    def __init__(self, settings: SettingsT | None = None) -> None:
        self.settings: SettingsT = self.settings_type() if settings is None else settings

    @property
    def minimum_side(self) -> int:
        """Shortest side that a content may have, in pixels, with these settings."""
        return self.info.minimum_side

    def skip(self, case: Case) -> str | None:
        """Says why a case does not fit this method, or returns ``None`` where it does.

        What only the images tell, ``stylize`` says by ``UnfitCaseError``.

        Args:
            case: The case in question; its images are not loaded.
        """
        number = len(case.styles)
        if number < self.info.min_styles:
            return f"needs at least {self.info.min_styles} styles, the case has {number}"
        if self.info.max_styles is not None and number > self.info.max_styles:
            return (
                f"takes at most {self.info.max_styles} style{'s' * (self.info.max_styles > 1)}, the case has {number}"
            )
        for style in (weighted.style for weighted in case.styles):
            if self.info.condition is Condition.IMAGE and style.image is None:
                return f"needs a style image, style {style.id} has none"
            if self.info.condition is Condition.TEXT and not style.prompt:
                return f"needs a prompt, style {style.id} has none"
        return None

    def phrasings(self, prompt: str) -> Sequence[str]:
        """Returns the texts that this method makes of a prompt for the text-image model; by default the prompt itself.

        Before a run starts, the parts that the model cannot read are reported and recorded. A method that puts
        templates around a prompt returns them filled; one that does not read the prompt returns nothing.

        Args:
            prompt: The prompt of a style.
        """
        return (prompt,)

    def prepare(self, models: Models) -> None:
        """Loads what the method needs, once, before its first case. Not timed.

        Args:
            models: The networks of the protocol, by role, and the device they are on.
        """

    def warm_up(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> None:
        """Runs once before the first timed call, so that one-time costs are not timed. Defaults to ``stylize``.

        Iterative methods override this with a single iteration.

        Args:
            content: As in ``stylize``.
            styles: As in ``stylize``.
            generator: As in ``stylize``.
        """
        self.stylize(content, styles, generator)

    @abstractmethod
    def stylize(self, content: Tensor, styles: Sequence[StyleCondition], generator: Generator) -> Tensor:
        """Stylizes one content. This call, and nothing else, is timed.

        All tensors are on the device of the networks, and gradients are enabled. In a run in bfloat16 this call, like
        ``warm_up`` and ``explain``, is inside ``torch.autocast``; ``benchmark.models.float32.in_float32`` keeps a
        function of it in float32.

        Args:
            content: RGB image, 3×H×W in [0, 1]; must not be changed in place.
            styles: One or several styles whose weights sum to 1; must not be changed in place.
            generator: The only source of randomness, on the CPU, seeded for this unit.

        Returns:
            The stylized RGB image, 3×H×W in [0, 1], the size of the content.

        Raises:
            UnfitCaseError: The case turned out not to fit this method: it is skipped, with the message as the reason.
        """

    def explain(
        self,
        content: Tensor,  # noqa: ARG002
        styles: Sequence[StyleCondition],  # noqa: ARG002
        generator: Generator,  # noqa: ARG002
    ) -> Mapping[str, Tensor]:
        """Returns maps that show how a content is stylized, such as where attention goes; by default there are none.

        Nothing of it is timed or scored; ``benchmark stylize --explain`` writes the maps.

        Args:
            content: As in ``stylize``.
            styles: As in ``stylize``.
            generator: As in ``stylize``, seeded alike.

        Returns:
            Pictures in [0, 1] of the content's size by name in snake_case, 1×H×W or 3×H×W.
        """
        return {}
