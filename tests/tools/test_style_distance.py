"""How a measure of style is chosen: the table, what distances find, the candidates, the criterion, the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmark.errors import InputError
from benchmark.images import load_square
from benchmark.testing.sample import embedded_models
from metrics.clip_style import ClipStyleSimilarity
from metrics.style_distance import StyleDistance
from metrics.vgg_losses import VggStyleLoss
from tools.choose_style_distance import MEASURES, main
from tools.style_distance.candidates import ALL, CANDIDATES, FAMILIES, REFERENCES, describe
from tools.style_distance.choice import choose, missed
from tools.style_distance.measures import Measures
from tools.style_distance.page import INTRODUCTION
from tools.style_distance.pictures import PART_SIDE, SIDE, Attack, Change, changes, parts, paste
from tools.style_distance.retrieval import Found, Relation, Retrieval, area_under_curve, average_precision, retrieve
from tools.style_distance.table import Entry, Part, Use, read_halves

REPOSITORY = Path(__file__).parents[2]
STYLES = REPOSITORY / "benchmark" / "protocol" / "data" / "styles"
TABLE = REPOSITORY / "tools" / "style_distance" / "pictures.csv"
COLUMNS = "file,use,part,artist,title,movement"


def entry(name: str, artist: str, movement: str) -> Entry:
    return Entry(Path(name), Use.PAINTING, Part.CHOOSING, artist, name, movement)


def measures(area: float, *, order: float = 1.0, kept: float = 0.1, fooled: float = 0.2) -> Measures:
    found = Retrieval(Found(0.5, 0.4, 0.6, 3), Found(area, area - 0.1, area + 0.1, 3))
    return Measures(
        dict.fromkeys(Relation, found),
        Found(order, order, order, 3),
        dict.fromkeys(Change, kept),
        dict.fromkeys(Attack, fooled),
        stylized=0.5,
    )


def others(area: float, **given: float) -> dict[str, Measures]:
    return {candidate.name: measures(area, **given) for candidate in ALL}


class TestTable:
    def test_the_shipped_table_has_two_halves_that_share_no_picture(self):
        rows = [line.split(",") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
        halves = {part: {row[0] for row in rows if row[2] == part} for part in Part}

        assert not halves[Part.CHOOSING] & halves[Part.REPORTING]
        assert len({row[0] for row in rows}) == len(rows)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("file,use,part\n", "has no column artist"),
            (f"{COLUMNS}\na.png,poem,choosing,A,B,C\n", "line 2: 'poem' is not a valid Use"),
            (f"{COLUMNS}\nnone.png,painting,choosing,A,B,C\n", "there is no"),
            (f"{COLUMNS}\na.png,painting,choosing,,B,C\n", "needs its artist"),
            (f"{COLUMNS}\na.png,painting,choosing,A,B,C\n", "part choosing needs three paintings"),
        ],
    )
    def test_what_is_wrong_is_said_in_one_line(self, tmp_path, capsys, text, reason):
        Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
        (tmp_path / "table.csv").write_text(text)

        assert main([str(tmp_path), "--table", str(tmp_path / "table.csv"), "--work", str(tmp_path / "work")]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        assert reason in line

    def test_a_missing_table_is_said(self, tmp_path):
        with pytest.raises(InputError, match="cannot read"):
            read_halves(tmp_path / "none.csv", tmp_path)


class TestKeys:
    """Under them WORK keeps what was measured: of other pictures it must not be read."""

    @pytest.fixture
    def key(self, tmp_path):
        def of(red: int = 0, movement: str = "M", folder: str = "pictures") -> tuple[str, str]:
            pictures = tmp_path / folder
            pictures.mkdir(exist_ok=True)
            for number, name in enumerate("abcd"):
                Image.new("RGB", (8, 8), (red, number, 0)).save(pictures / f"{name}.png")
            rows = [f"{name}.png,{use},{part},{name},{name},{movement}"
                    for part in Part for name, use in zip("abcd", ("style", "painting", "painting", "content"),
                    strict=True)]  # fmt: skip
            (tmp_path / "table.csv").write_text("\n".join([COLUMNS, *rows]))
            half = read_halves(tmp_path / "table.csv", pictures)[Part.CHOOSING]
            return half.key, half.styles[0].key

        return of

    def test_are_of_what_pictures_hold_and_not_of_where_they_are(self, key):
        assert key(folder="elsewhere") == key()
        assert all(one != other for one, other in zip(key(red=1), key(), strict=True))

    def test_are_of_the_rows_too(self, key):
        assert all(one != other for one, other in zip(key(movement="N"), key(), strict=True))


class TestRetrieval:
    def test_average_precision_and_area_of_a_known_order(self):
        distances, relevant = np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.array([True, False, True, False, False])

        assert average_precision(distances, relevant) == pytest.approx((1 + 2 / 3) / 2)
        assert area_under_curve(distances, relevant) == pytest.approx(5 / 6)

    def test_ties_are_chance(self):
        relevant = np.array([True, False, True, False])

        assert area_under_curve(np.ones(4), relevant) == 0.5
        assert average_precision(np.ones(4), relevant) == 0.5

    def test_a_painting_helps_neither_its_artist_nor_an_artist_its_movement(self):
        paintings = [entry("a", "A", "M"), entry("b", "A", "M"), entry("c", "B", "M"), entry("d", "C", "N")]
        owners = [0, 0, 1, 1, 2, 2, 3, 3]
        # Parts of a painting touch, the artist's other painting is farthest, everything else in between.
        distances = np.full((8, 8), 2.0)
        for one, other in ((0, 1), (1, 0)):
            distances[np.ix_([2 * one, 2 * one + 1], [2 * other, 2 * other + 1])] = 3.0
        for owner in range(4):
            distances[2 * owner : 2 * owner + 2, 2 * owner : 2 * owner + 2] = 1.0

        found = {relation: retrieve(distances, paintings, owners, relation) for relation in Relation}

        assert found[Relation.PAINTING].area.mean == 1
        assert (found[Relation.ARTIST].area.mean, found[Relation.ARTIST].area.paintings) == (0, 2)
        assert (found[Relation.MOVEMENT].area.mean, found[Relation.MOVEMENT].area.paintings) == (0.5, 3)


class TestPictures:
    def test_the_parts_of_a_painting_share_nothing(self):
        cut = parts(Entry(STYLES / "great_wave.jpg", Use.PAINTING, Part.CHOOSING, "A", "B", "C"))

        assert [tuple(part.shape) for part in cut] == [(3, PART_SIDE, PART_SIDE)] * 4
        assert all(not torch.equal(one, other) for k, one in enumerate(cut) for other in cut[:k])

    def test_changes_keep_the_picture_but_for_a_little(self):
        picture, changed = changes(Entry(STYLES / "great_wave.jpg", Use.PAINTING, Part.CHOOSING, "A", "B", "C"))

        assert set(changed) == set(Change)
        for name in (Change.JPEG, Change.RESCALED):
            assert 0 < (changed[name] - picture).abs().mean() < 0.05
        torch.testing.assert_close(changed[Change.SHIFT][:, 8:, 8:], picture[:, :-8, :-8])

    def test_a_quarter_is_pasted(self):
        pasted = paste(torch.zeros(3, SIDE, SIDE), torch.ones(3, SIDE, SIDE))

        assert pasted.mean().item() == 0.25


@pytest.fixture(scope="module")
def pictures():
    return [load_square(STYLES / f"{name}.jpg", 64) for name in ("great_wave", "starry_night")]


@pytest.fixture(scope="module")
def described(pictures):
    return [describe(embedded_models(), picture) for picture in pictures]


class TestCandidates:
    def test_those_that_are_metrics_give_the_metrics_numbers(self, pictures, described):
        first, second = pictures

        def score(metric):
            metric.prepare(embedded_models())
            return metric.score(stylized=[first], style=[second]).flatten().tolist()

        found = {family.name: family.terms(*described) for family in (*FAMILIES, *REFERENCES)}
        # Sums in another order.
        assert found["sliced"] == pytest.approx(score(StyleDistance())[1:], rel=1e-4)
        assert found["vgg_style_loss"] == pytest.approx(score(VggStyleLoss())[1:], rel=1e-4)
        assert found["clip_style_similarity"] == pytest.approx([1 - score(ClipStyleSimilarity())[0]], abs=1e-5)

    @pytest.mark.parametrize("family", [*FAMILIES, *REFERENCES], ids=lambda family: family.name)
    def test_every_one_is_a_distance(self, described, family):
        first, second = described

        assert family.terms(first, second) == pytest.approx(family.terms(second, first), rel=1e-4, abs=1e-6)
        assert all(
            own < 0.05 * far for own, far in zip(family.terms(first, first), family.terms(first, second), strict=True)
        )

    def test_layers_are_averaged(self):
        totals = {candidate.layers: candidate.total([1, 2, 3, 4, 10]) for candidate in CANDIDATES}

        assert totals == {"1–5": 4, "1–4": 2.5, "2–5": 4.75, "3–5": pytest.approx(17 / 3)}


class TestChoice:
    def test_the_conditions_come_before_the_area(self):
        assert choose(others(0.9, order=0.5) | {"nearest 3–5": measures(0.6)}) == "nearest 3–5"

    def test_where_none_meets_all_the_fewest_are_missed(self):
        found = others(0.9, kept=0.5, fooled=0.4) | {"contextual 2–5": measures(0.6, kept=0.5)}

        assert missed(found["sliced 1–5"]) == ["c", "d"]
        assert choose(found) == "contextual 2–5"

    def test_of_the_nearly_best_the_first_is_taken(self):
        found = others(0.5) | {"gram_unit 2–5": measures(0.795), "nearest 1–5": measures(0.8)}

        assert choose(found) == "gram_unit 2–5"
        assert choose(found | {"nearest 1–5": measures(0.81)}) == "nearest 1–5"

    def test_what_candidates_are_compared_with_is_never_chosen(self):
        assert choose(others(0.5) | {"vgg_style_loss": measures(0.9)}) == CANDIDATES[0].name


def test_a_painting_whose_artist_has_no_other_has_no_mean_in_the_file_either():
    distances = np.ones((6, 6))
    found = retrieve(distances, [entry(name, name, "M") for name in "abc"], [0, 0, 1, 1, 2, 2], Relation.ARTIST)
    kept = {"sliced": replace(measures(0.6), retrieval={Relation.ARTIST: found})}

    (read,) = MEASURES.validate_json(MEASURES.dump_json(kept)).values()

    assert np.isnan(read.retrieval[Relation.ARTIST].area.mean)
    assert read.retrieval[Relation.ARTIST].area.paintings == 0


def test_a_stopped_measurement_continues_and_the_page_says_what_was_measured(tmp_path, capsys):
    rows = [
        f"{name}.jpg,{'style' if part_of == 0 else 'painting'},{part},{name},{name},{part}"
        for part, names in (
            (Part.CHOOSING, "lion spring mona_lisa"),
            (Part.REPORTING, "great_wave harvesters summertime"),
        )
        for part_of, name in enumerate(names.split())
    ]
    contents = [f"starry_night.jpg,content,{part},,night," for part in Part]
    (tmp_path / "table.csv").write_text("\n".join([COLUMNS, *rows, *contents]))
    halves = read_halves(tmp_path / "table.csv", STYLES)
    chosen = others(0.6) | {"gram_unit 2–5": measures(0.8)}
    reported = others(0.55) | {"gram_unit 2–5": replace(measures(0.72, kept=0.3), stylized=0.44)}
    for part, found in ((Part.CHOOSING, chosen), (Part.REPORTING, reported)):
        (tmp_path / f"{halves[part].key}.json").write_bytes(MEASURES.dump_json(found))
    written = tmp_path / "page.md"

    options = ["--table", str(tmp_path / "table.csv"), "--work", str(tmp_path), "--page", str(written)]
    assert main([str(STYLES), *options]) == 0

    page = written.read_text(encoding="utf-8")
    assert capsys.readouterr().out.startswith("gram_unit 2–5: ")
    assert "| **`style_distance`** (gram_unit 2–5) | 0.72 [0.62, 0.82] | 0.50 [0.40, 0.60] |" in page
    assert "| **gram_unit 2–5** | 0.800 | – | 0.720 | c |" in page
    assert "| `csd` | not measured here" in page
    assert len([line for line in page.splitlines() if line.startswith("| nearest ")]) == 4


def test_the_page_is_of_the_measure_that_the_metric_is():
    page = (REPOSITORY / "docs" / "style_distance.md").read_text(encoding="utf-8")

    assert "| **`style_distance`** (sliced 1–5) |" in page
    chosen = next(candidate for candidate in CANDIDATES if candidate.name == "sliced 1–5")
    assert (
        INTRODUCTION.format(candidates=len(CANDIDATES), chosen=chosen.name, meaning=chosen.family.meaning).split()
        == page.partition("\n\n")[2].partition("\n\n## ")[0].split()
    )
