"""The page that says which measure of style was chosen, and how it does."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from tools.style_distance.candidates import CANDIDATES, FAMILIES, REFERENCES
from tools.style_distance.choice import LEAST_ORDER, MOST_FOOLED, MOST_KEPT, SAME_AREA, missed
from tools.style_distance.measures import Measures
from tools.style_distance.pictures import Attack, Change
from tools.style_distance.retrieval import Found, Relation
from tools.style_distance.table import Half, Part

NOT_MEASURED: Final = ("`csd`", "not measured here: its weights have to be fetched")

INTRODUCTION: Final = """\
`style_distance` needs no download and no prompt: it compares the features of the package's VGG-19. Which comparison
it makes was chosen among {candidates} candidates by a criterion that was written down before anything was measured.
Half of the pictures chose; the figures below are of the other half, which chose nothing. This page is written by

```bash
python -m tools.choose_style_distance PICTURES --table tools/style_distance/pictures.csv --work WORK
```

in some ten minutes of one thread; with a table of your own it measures other pictures. PICTURES holds `paintings/`
(works in the public domain, from the Debian packages gcompris-qt-data and opencv-doc) and `photos/` (in the public
domain or CC0; those named `explore_…` are of Wikimedia Commons, from gcompris-qt-data, those named `skimage_…` of
scikit-image's sample data); the package ships some of them. Chosen: **{chosen}**, the
{meaning}, mean over relu1_1 … relu5_1 where layers are 1–5.
"""

READING: Final = """\
- *Parts of a painting, the artist, the movement*: the chance that what belongs is nearer than what does not (area
  under the ROC curve; ½ is chance), and the mean average precision, each with an interval of 95 % from resampling
  the {searched} paintings that were looked for. The paintings are few: only {artists} of them have another one by
  their artist, and {movements} have one of their movement by somebody else.
- *Strength*: Kendall's τ of AdaIN's strength (0, ¼, ½, ¾, 1) and nearness to the painting, mean over {pairs} pairs.
- *Moved by*: how far a change that keeps the picture moves a painting, as a share of the median distance to another
  painting.
- *Way to the painting*: from the photograph (0) to a copy of the painting (1). A square, as the Gram loss is, moves
  all of these: compare within a row.
"""

CAUTIONS: Final = """\
- `clip-tiny-judge` learnt from parts of most of these paintings with their titles and artists
  (`tools/clip/data/splits.toml` names those that it did not): its retrieval is that of pupils who know the
  questions.
- AdaIN's decoder was trained on the means and deviations of these VGG-19 features, so (b), and what the attacks are
  held against, favour measures on VGG-19. The decoder did not learn from these photographs and paintings.
- Before the other half was looked at, further forms of `sliced` were tried on the half that chose: roots, fourth roots
  and logarithms of the features, features averaged over 2×2 and 4×4 positions, the distance W₂ and its square. None
  that meets the conditions finds better by more than {same}.
- `nearest` and `contextual` compare at most 576 positions of a layer; that a shift moves them far is owed to that. That
  pasted pieces go farther than AdaIN, which copies nothing, is their own.
- A part of a painting shares with the other parts its scan, its paper and its things, not its manner alone. Nobody
  asked people.
"""


def page(chosen: str, measured: Mapping[Part, Mapping[str, Measures]], halves: Mapping[Part, Half]) -> str:
    """Writes the page as Markdown.

    Args:
        chosen: Name of the chosen candidate.
        measured: Measures by half and candidate.
        halves: The pictures.
    """
    half, reported = halves[Part.REPORTING], measured[Part.REPORTING]
    references = [family.name for family in REFERENCES]
    family = next(candidate.family for candidate in CANDIDATES if candidate.name == chosen)
    found = reported[chosen].retrieval
    reading = READING.format(
        searched=found[Relation.PAINTING].area.paintings,
        artists=found[Relation.ARTIST].area.paintings,
        movements=found[Relation.MOVEMENT].area.paintings,
        pairs=len(half.styles) * len(half.contents),
    )
    shown = {f"**`style_distance`** ({chosen})": reported[chosen]} | {
        f"`{name}`": reported[name] for name in references
    }
    return (
        "\n".join(
            [
                "# How style_distance was chosen",
                "",
                INTRODUCTION.format(candidates=len(CANDIDATES), chosen=chosen, meaning=family.meaning),
                "## On the pictures that chose nothing",
                "",
                f"{len(half.paintings)} paintings, {len(half.styles)} of which {len(half.contents)} photographs are"
                " stylized in.",
                "",
                *_retrieval(shown),
                "",
                *_robustness(shown),
                "",
                _areas(chosen, references, reported),
                "",
                reading,
                "Cautions:",
                "",
                CAUTIONS.format(same=SAME_AREA),
                "## The criterion",
                "",
                *_criterion(),
                "",
                "## The candidates",
                "",
                *(f"- `{one.name}`: {one.meaning}" for one in (*FAMILIES, *REFERENCES)),
                "",
                "What they do on the half that chose, by which the choice was made, and on the other, looked at"
                " afterwards: the mean area under the curve, and the conditions that are not met.",
                "",
                *_choice(chosen, references, measured),
            ]
        ).rstrip()
        + "\n"
    )


def _areas(chosen: str, references: Sequence[str], reported: Mapping[str, Measures]) -> str:
    others = " and ".join(f"{reported[name].area:.3f} for `{name}`" for name in references)
    return f"The mean of the three areas is {reported[chosen].area:.3f} for `style_distance`, {others}."


def _criterion() -> Iterator[str]:
    yield (
        f"On the half for choosing: (b) τ is at least {LEAST_ORDER}; (c) no harmless change moves a painting by more"
        f" than {MOST_KEPT} in the median; (d) no attack goes more than {MOST_FOOLED} of the way that AdaIN goes. Of"
        " the candidates that meet all, else of those that miss the fewest, the one of the largest mean area under the"
        f" curve (a); of those within {SAME_AREA} of it the first below, cheapest kinds and most layers first."
        " `tools/choose_style_distance.py` says it in full."
    )


def _retrieval(shown: Mapping[str, Measures]) -> Iterator[str]:
    yield "| | " + " | ".join(f"{name}: area | precision" for name in ("parts", "artist", "movement")) + " |"
    yield "|---|" + "---:|" * 6
    for name, measures in shown.items():
        cells = [
            _with_interval(figure)
            for relation in Relation
            for found in (measures.retrieval[relation],)
            for figure in (found.area, found.precision)
        ]
        yield _row([name, *cells])
    yield _row([*NOT_MEASURED, *[""] * 5])


def _robustness(shown: Mapping[str, Measures]) -> Iterator[str]:
    ways = [f"way of `{attack}`" if attack is not Attack.PASTED else "way of pasted pieces" for attack in Attack]
    yield _row(["", "strength: τ", *(f"moved: {change}" for change in Change), *ways, "way of AdaIN"])
    yield "|---|" + "---:|" * (2 + len(Change) + len(Attack))
    for name, measures in shown.items():
        shares = [*measures.kept.values(), *measures.fooled.values(), measures.stylized]
        yield _row([name, f"{measures.order.mean:.2f}", *(_number(f"{share:.2f}") for share in shares)])
    yield _row([*NOT_MEASURED, *[""] * (1 + len(Change) + len(Attack))])


def _choice(chosen: str, references: Sequence[str], measured: Mapping[Part, Mapping[str, Measures]]) -> Iterator[str]:
    yield "| | chose: area | not met | other half: area | not met |"
    yield "|---|---:|---|---:|---|"
    for name in (*(candidate.name for candidate in CANDIDATES), *references):
        cells = [
            cell
            for part in (Part.CHOOSING, Part.REPORTING)
            for one in (measured[part][name],)
            for cell in (f"{one.area:.3f}", ", ".join(missed(one)) or "–")
        ]
        yield _row([f"**{name}**" if name == chosen else name, *cells])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _with_interval(found: Found) -> str:
    if math.isnan(found.mean):
        return "–"
    return f"{found.mean:.2f} [{found.low:.2f}, {found.high:.2f}]"


def _number(text: str) -> str:
    return "0.00" if float(text) == 0 else text.replace("-", "−")
