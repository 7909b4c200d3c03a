"""The patterns in which popular repositories name what they write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from benchmark.pictures.pattern import Pattern


@dataclass(frozen=True)
class KnownPattern:
    """A pattern and who writes it.

    Attributes:
        pattern: The pattern, which is the end of a path.
        repositories: Names of repositories; empty for names that people choose.
        hint: What a reader of such a folder should know, for where it cannot be used as it is.
        siblings: Patterns of other pictures that the same repository writes beside the results.
    """

    pattern: Pattern
    repositories: tuple[str, ...] = ()
    hint: str = ""
    siblings: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        """The pattern, and who names pictures so."""
        if not self.repositories:
            return self.pattern.text
        *others, last = self.repositories
        names = f"{', '.join(others)} and {last} name" if others else f"{last} names"
        return f"{self.pattern.text} (as {names} them)"


def _known(pattern: str, *repositories: str, hint: str = "", siblings: tuple[str, ...] = ()) -> KnownPattern:
    return KnownPattern(Pattern(pattern, anchored=False), repositories, hint, siblings)


_LOST: Final = "the style is lost"
KNOWN_PATTERNS: Final = (
    _known("{case}", "an exported protocol"),
    _known("{content}_stylized_{style}", "pytorch-AdaIN", "StyTR-2", "StyleID", "ArtFlow", "MambaST", "SANET"),
    _known(
        "{content}_stylized_{style}_{n}", "magenta", siblings=("{content}", "{style}"),
        hint="the number is the index of the interpolation weight",
    ),
    _known("{content}-stylized-{style}", "stylize-datasets"),
    _known("{content}_+_{style}.", "S2WAT"),
    _known("{content}_+_{style}"),
    _known("{content}--{style}", "PAMA"),
    _known("{content}--{style}--{seed}"),
    _known("{content}@{style}", "OmniStyle", hint="it writes three panels, of which the result is :right third"),
    _known("{style}_{content}_cs", "AdaAttN", siblings=("{style}_{content}_c", "{style}_{content}_s")),
    _known("{content}_{style}", "irasin's WCT", "CAP-VSTNet", "LinearStyleTransfer"),
    _known("{content}_{style}_style", "Z-STAR", siblings=("{content}_{style}",)),
    _known("ours_{content}_{style}", "StyleSSP"),
    _known("{content}+{style}", "DiffuseST"),
    _known("combined_{content}_{style}/{content}_{style}_*", "gordicaleksa's neural style transfer"),
    _known("app={style}---struct={content}/out_transfer---seed_{seed}", "cross-image-attention"),
    _known("{content}_fake_B", "CAST", "CycleGAN", hint=_LOST),
    _known("{content}_cat5_*", "WCT2", "FastPhotoStyle", hint=_LOST),
    _known("{content}stylized", "ArtBank", hint=_LOST),
    _known("{prompt}_{content}_*", "CLIPstyler"),
    _known("{content}_{prompt}", "OmniStyle by instruction"),
    _known("{content}-{prompt}-{n}", "InST"),
    _known("{content}-*-{n}", "InST", hint=_LOST),
    _known("{prompt}_{n}", "B-LoRA", hint="the content is lost"),
    _known("{content}/{n}_{n}", "FreeStyle", hint=_LOST),
    _known("{style}/{content}"),
    _known("{content}/{style}"),
    _known("{content}/{prompt}"),
    _known("{prompt}/{content}"),
    _known("{style}_{content}"),
    _known("{content}__{style}"),
    _known("{style}__{content}"),
    _known("{content}-{style}"),
    _known("{style}-{content}"),
    _known("{style}@{content}"),
    _known("{style}+{content}"),
    _known("{content} {style}"),
    _known("{content}", "sunshineatnoon's WCT", hint=_LOST),
    _known("{style}", hint="the content is lost"),
    _known("{prompt}", hint="the content is lost"),
)  # fmt: skip
"""Of several that name the same cases by the same files, the first is taken."""
