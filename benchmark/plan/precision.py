"""The precision that the methods of a run compute in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmark.contracts import Precision
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.plan.configuration import SelectedMethod

AUTO: Final = "auto"
PRECISIONS: Final = (*map(str, Precision), AUTO)
"""What can be asked for."""

_INSTRUCTIONS: Final = ("amx_bf16", "avx512_bf16")
"""Instructions of processors that multiply matrices of bfloat16."""
_LEAST_CAPABILITY: Final = (8, 0)
"""CUDA devices from this capability on (Ampere) multiply them."""


@dataclass(frozen=True)
class PrecisionChoice:
    """A precision, and why it was taken.

    Attributes:
        precision: The precision.
        note: A line that says what was taken and why; empty where the default was.
    """

    precision: Precision
    note: str


def choose_precision(precision: str, device: str) -> PrecisionChoice:
    """Chooses the precision that methods compute in.

    Args:
        precision: ``float32``, ``bfloat16``, or ``auto``, which takes bfloat16 where this machine has instructions for
            it.
        device: ``cpu`` or ``cuda``.

    Raises:
        InputError: It is another word.
    """
    if precision not in PRECISIONS:
        raise InputError(f"precision must be one of {', '.join(PRECISIONS)}, not {precision!r}")
    if precision == Precision.FLOAT32:
        return PrecisionChoice(Precision.FLOAT32, "")
    is_good, reason = _bfloat16_support(device)
    if precision == AUTO:
        chosen = Precision.BFLOAT16 if is_good else Precision.FLOAT32
        return PrecisionChoice(chosen, f"precision auto: {chosen}, as {reason}")
    slow = "" if is_good else f"; {reason}, so it may be slower than float32"
    return PrecisionChoice(Precision.BFLOAT16, f"precision: methods compute in bfloat16, metrics in float32{slow}")


def notes_on_precision(methods: Iterable[SelectedMethod], precision: Precision) -> Iterator[str]:
    """Tells of the methods that do not compute in the precision of a run, in a line for each kind.

    Args:
        methods: The methods.
        precision: The precision.
    """
    taken = {method.name: method.precision_in(precision) for method in methods if method.info is not None}
    if full := [name for name, one in taken.items() if one not in (None, precision)]:
        yield f"in float32 whatever the precision: {', '.join(full)}"
    if precision is not Precision.FLOAT32 and (apart := [name for name, one in taken.items() if one is None]):
        yield f"no precision applies to what does not compute here: {', '.join(apart)}"


def _bfloat16_support(device: str) -> tuple[bool, str]:
    """Returns whether a device multiplies matrices of bfloat16 itself, and a clause that says by what."""
    import torch

    if device == "cuda":
        capability = torch.cuda.get_device_capability()
        is_good = capability >= _LEAST_CAPABILITY
        words = f"the CUDA device has capability {capability[0]}.{capability[1]}"
        return is_good, words if is_good else f"{words}, and bfloat16 is fast from 8.0 on"
    # Versions before PyTorch 2.12 may not tell.
    tell = getattr(torch.cpu, "get_capabilities", None)
    found = [name for name in _INSTRUCTIONS if tell is not None and tell().get(name)]
    if found:
        return True, f"this processor has {' and '.join(found)}"
    return False, f"PyTorch tells of neither {' nor '.join(_INSTRUCTIONS)} on this processor"
