"""Folders of stylized pictures: which picture was made of what, found out without a protocol."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.freezing.scored_folders import NO_STYLE, PairedFolders, ScoredFolders, pair_folders
from benchmark.protocol.embedded import smoke


class Pictures:
    """Folders ``c``, ``s`` and ``out`` of one test, with pictures of random pixels."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._random = np.random.default_rng(0)

    def add(self, *names: str, size: tuple[int, int] = (32, 32)) -> None:
        for name in names:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = self._random.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
            Image.fromarray(pixels).save(path)

    def write(self, name: str, text: str) -> Path:
        (self.root / name).write_text(text, encoding="utf-8")
        return self.root / name

    def pair(self, *stylized: str, **options: object) -> PairedFolders:
        given = {"content": self.root / "c", "style": self.root / "s", **options}
        folders = ScoredFolders(tuple(self.named(text) for text in stylized), **given)  # type: ignore[arg-type]
        return pair_folders(folders, smoke(), self.notes.append)

    def named(self, text: str) -> str:
        name, equals, folder = text.rpartition("=")
        return f"{name}{equals}{self.root / folder}"

    @property
    def notes(self) -> list[str]:
        self._notes = getattr(self, "_notes", [])
        return self._notes


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    made = Pictures(tmp_path)
    made.add("c/cat.png", "c/golden_gate.png", "s/wave.jpg", "s/starry_night.jpg")
    return made


def cases(found: PairedFolders) -> list[str]:
    return [case.id for case in found.protocol.cases]


def files(found: PairedFolders, place: int = 0) -> dict[str, str]:
    return {case: file.path.name for case, file in found.sources[place].files.items()}


class TestByName:
    def test_the_cases_are_the_pairs_that_are_there(self, pictures):
        pictures.add("out/cat_stylized_wave.png", "out/golden_gate_stylized_starry_night.png")
        found = pictures.pair("out")
        assert files(found) == {
            "cat--wave": "cat_stylized_wave.png",
            "golden_gate--starry_night": "golden_gate_stylized_starry_night.png",
        }
        assert cases(found) == ["cat--wave", "golden_gate--starry_night"]
        assert found.sources[0].name == "out"

    def test_contents_and_styles_without_a_picture_are_left_out(self, pictures):
        pictures.add("out/cat_stylized_wave.png")
        found = pictures.pair("out")
        assert [content.id for content in found.protocol.contents] == ["cat"]
        assert [style.id for style in found.protocol.styles] == ["wave"]

    def test_what_one_of_several_folders_lacks_is_missing_there(self, pictures):
        pictures.add("out/cat_stylized_wave.png", "out/cat_stylized_starry_night.png", "other/cat_wave.png")
        found = pictures.pair("ours=out", "theirs=other")
        assert cases(found) == ["cat--starry_night", "cat--wave"]
        assert [source.name for source in found.sources] == ["ours", "theirs"]
        assert list(found.sources[1].missing) == ["cat--starry_night"]
        assert any("theirs" in note and "1 of 2 cases found, 1 missing" in note for note in found.notes)

    def test_equal_names_in_all_folders_are_pairs(self, pictures):
        # As evaluation scripts copy contents and styles once for each picture.
        pictures.add(*(f"{folder}/{name}.png" for folder in ("cc", "ss", "out") for name in ("a", "b", "c")))
        found = pictures.pair("out", content=pictures.root / "cc", style=pictures.root / "ss")
        assert cases(found) == ["a--a", "b--b", "c--c"]
        assert files(found) == {"a--a": "a.png", "b--b": "b.png", "c--c": "c.png"}

    def test_a_part_may_be_named_beside_equal_names(self, pictures):
        pictures.add(*(f"{folder}/{name}.png" for folder in ("cc", "ss") for name in ("a", "b")))
        pictures.add("out/a.png", "out/b.png", size=(64, 32))
        found = pictures.pair("x=out:right half", content=pictures.root / "cc", style=pictures.root / "ss")
        assert files(found) == {"a--a": "a.png", "b--b": "b.png"}
        assert str(found.sources[0].part) == "2 of 2"

    def test_one_style_is_for_all(self, pictures):
        pictures.add("out/cat.png", "out/golden_gate.png")
        found = pictures.pair("out", style=pictures.root / "s" / "wave.jpg")
        assert cases(found) == ["cat--wave", "golden_gate--wave"]

    def test_without_styles_only_contents_count(self, pictures):
        pictures.add("out/cat.png", "out/golden_gate.png")
        found = pictures.pair("out", style=None)
        (style,) = found.protocol.styles
        assert (style.id, style.image, style.prompt) == (NO_STYLE, None, None)
        assert len(found.protocol.cases) == 2

    def test_two_readings_are_refused_and_both_shown(self, pictures):
        pictures.add("c/a.png", "c/b.png", "s/a.png", "s/b.png", "out/a_b.png", "out/b_a.png")
        with pytest.raises(InputError, match=r"two patterns fit.*\{content\}_\{style\}.*\{style\}_\{content\}|two pat"):
            pictures.pair("out")

    def test_a_pattern_decides(self, pictures):
        pictures.add("c/a.png", "c/b.png", "s/a.png", "s/b.png", "out/a_b.png", "out/b_a.png")
        found = pictures.pair("out:{style}_{content}")
        assert files(found) == {"a--b": "b_a.png", "b--a": "a_b.png"}

    def test_contents_must_be_named(self, pictures):
        pictures.add("out/cat_wave.png")
        with pytest.raises(InputError, match="name the contents with --content"):
            pictures.pair("out", content=None)


class TestPrompts:
    def test_each_line_is_a_style(self, pictures):
        pictures.add("out/a_sketch_cat.png", "out/neon light_cat.png")
        prompts = pictures.write("prompts.txt", "a sketch\n\nneon light\n")
        found = pictures.pair("out:{prompt}_{content}", style=None, prompts=prompts)
        assert {case.prompt for case in found.protocol.cases} == {"a sketch", "neon light"}

    def test_a_table_gives_style_images_their_prompts(self, pictures):
        pictures.add("out/cat_wave.png")
        prompts = pictures.write("prompts.csv", "file,prompt\nwave.jpg,The Great Wave\n")
        (case,) = pictures.pair("out", prompts=prompts).protocol.cases
        assert case.prompt == "The Great Wave"
        assert case.styles[0].style.image

    @pytest.mark.parametrize(
        ("text", "message"), [(" \n\n", "holds no prompts"), ("a sketch\na sketch\n", "'a sketch' is there twice")]
    )
    def test_empty_files_and_repetitions_are_refused(self, pictures, text, message):
        pictures.add("out/cat.png")
        with pytest.raises(InputError, match=message):
            pictures.pair("out", style=None, prompts=pictures.write("prompts.txt", text))


class TestInOrder:
    def test_the_nth_belong_together(self, pictures):
        pictures.add("out/1.png", "out/2.png")
        found = pictures.pair("out", in_order=True)
        assert files(found) == {"cat--starry_night": "1.png", "golden_gate--wave": "2.png"}
        assert any("paired by order: 1.png is cat--starry_night" in note for note in found.notes)

    def test_numbers_must_agree(self, pictures):
        pictures.add("c/third.png", "out/1.png", "out/2.png", "out/3.png")
        with pytest.raises(InputError, match="3 contents and 2 styles"):
            pictures.pair("out", in_order=True)

    def test_a_part_may_be_named_beside_it(self, pictures):
        pictures.add("out/1.png", "out/2.png", size=(64, 32))
        (source,) = pictures.pair("out:right half", in_order=True).sources
        assert (str(source.part), sorted(source.files)) == ("2 of 2", ["cat--starry_night", "golden_gate--wave"])

    def test_a_pattern_may_say_what_is_sorted(self, pictures):
        pictures.add("out/1_fake.png", "out/2_fake.png", "out/1_real.png", "out/2_real.png")
        found = pictures.pair("out:{sorted}_fake", in_order=True)
        assert files(found) == {"cat--starry_night": "1_fake.png", "golden_gate--wave": "2_fake.png"}

    def test_a_pattern_that_names_cases_is_refused_beside_it(self, pictures):
        pictures.add("out/cat.png", "out/golden_gate.png")
        with pytest.raises(InputError, match=r"--in-order pairs by the order .* leave out the pattern '\{content\}'"):
            pictures.pair("out:{content}", in_order=True)

    def test_so_must_those_of_the_pictures(self, pictures):
        pictures.add("out/1.png", "out/2.png", "out/3.png")
        with pytest.raises(InputError, match="fits 3 pictures, and the protocol has 2 cases"):
            pictures.pair("out", in_order=True)

    @pytest.mark.parametrize("folder", ["out", "c"])
    def test_numbers_of_unequal_length_have_two_orders(self, pictures, folder):
        # By letters 10 stands before 2, and evaluation scripts that go by it pair others than people expect.
        for kind in ("out", "c", "s"):
            (pictures.root / kind).mkdir(exist_ok=True)
            for file in (pictures.root / kind).iterdir():
                file.unlink()
            numbers = ("1", "2", "10") if kind == folder else ("01", "02", "10")
            pictures.add(*(f"{kind}/{number}.png" for number in numbers))
        with pytest.raises(InputError, match=r"2\.png stand in one order by letters and in another|10\.png.*2\.png"):
            pictures.pair("out", in_order=True)


class TestTable:
    def test_says_what_belongs_together(self, pictures):
        pictures.add("out/x.png", "out/y.png")
        table = pictures.write(
            "pairs.csv",
            "stylized;content;style;prompt\nout/x.png;c/cat.png;s/wave.jpg;\nout/y.png;c/cat.png;;a sketch\n",
        )
        found = pictures.pair(content=None, style=None, pairs=table)
        assert files(found) == {"cat--wave": "x.png", "cat--a_sketch": "y.png"}
        assert found.sources[0].name == "stylized"
        assert found.sources[0].rule.endswith("pairs.csv")

    def test_names_in_folders_do_too(self, pictures):
        pictures.add("out/x.png")
        table = pictures.write("pairs.csv", "stylized,content\nx.png,cat.png\n")
        found = pictures.pair("theirs=out", style=None, pairs=table)
        assert len(found.protocol.cases) == 1
        assert found.sources[0].name == "theirs"

    def test_facts_beside_the_folder_count_as_they_do_by_names(self, pictures):
        pictures.add("out/x.png", size=(64, 32))
        pictures.write("out.toml", '[method]\ntitle = "Ours"\n[pictures]\npart = "right half"\nfit = true\n')
        table = pictures.write("pairs.csv", "stylized,content\nx.png,cat.png\n")
        (source,) = pictures.pair("out", style=None, pairs=table).sources
        assert (source.info.title, str(source.part), source.fit) == ("Ours", "2 of 2", True)
        pictures.write("out.toml", '[pictures]\npart = "rigt half"\n')
        with pytest.raises(InputError, match="did you mean right half"):
            pictures.pair("out", style=None, pairs=table)

    def test_a_pattern_is_refused_beside_it(self, pictures):
        pictures.add("out/x.png")
        table = pictures.write("pairs.csv", "stylized,content\nx.png,cat.png\n")
        with pytest.raises(InputError, match=r"--pairs says what .* leave out the pattern '\{content\}'"):
            pictures.pair("out:{content}", style=None, pairs=table)

    def test_other_ways_of_pairing_are_refused_beside_it(self, pictures):
        table = pictures.write("pairs.csv", "stylized,content\nx.png,cat.png\n")
        with pytest.raises(InputError, match="leave out --in-order and --prompts"):
            pictures.pair("out", pairs=table, in_order=True)

    def test_a_picture_that_is_not_there_is_named_with_the_line(self, pictures):
        pictures.add("out/x.png")
        table = pictures.write("pairs.csv", "stylized,content\nout/y.png,c/cat.png\n")
        with pytest.raises(InputError, match=r"line 2: no stylized picture 'out/y\.png'"):
            pictures.pair(content=None, style=None, pairs=table)


class TestText:
    def test_makes_the_same_protocol_from_any_folder(self, pictures, monkeypatch):
        pictures.add("out/cat_wave.png", "out/golden_gate_wave.png")
        monkeypatch.chdir(pictures.root)
        folders = ScoredFolders(("theirs=out:{content}_{style}",), Path("c"), Path("s"))
        text = folders.to_text("smoke")
        monkeypatch.chdir("/")
        again, like = ScoredFolders.from_text(text)
        assert like == "smoke"
        assert again.content == pictures.root / "c"
        found = pair_folders(again, smoke(), pictures.notes.append)
        assert [source.name for source in found.sources] == ["theirs"]
        monkeypatch.chdir(pictures.root)
        assert found.protocol.fingerprint == pair_folders(folders, smoke(), pictures.notes.append).protocol.fingerprint

    @pytest.mark.parametrize("text", ["[]", "{}", '{"stylized": ["out"], "folder": "x"}', "{"])
    def test_other_texts_are_refused(self, text):
        with pytest.raises(ValueError, match=r"."):
            ScoredFolders.from_text(text)


class TestSizes:
    def test_the_commonest_side_counts(self, pictures):
        pictures.add("out/cat_wave.png", "out/cat_starry_night.png", size=(48, 48))
        pictures.add("out/golden_gate_wave.png", size=(64, 64))
        assert pictures.pair("out").protocol.resolution == 48

    def test_pictures_that_are_enlarged_are_said(self, pictures):
        pictures.add("out/cat_wave.png", "out/cat_starry_night.png", size=(48, 48))
        pictures.add("out/golden_gate_wave.png", size=(24, 24))
        note = pictures.pair("out").notes[-1]
        assert (
            note
            == "compared at 48×48 px, of each picture the centre square; 1 smaller picture enlarged (see --resolution)"
        )

    def test_unless_another_is_named(self, pictures):
        pictures.add("out/cat_wave.png", size=(48, 48))
        assert pictures.pair("out", resolution=24).protocol.resolution == 24

    @pytest.mark.parametrize(
        ("part", "size", "corner"),
        [
            ("right third", (96, 32), (64, 0)),
            ("right third", (100, 32), (68, 0)),
            ("right third", (104, 36), (70, 2)),
            ("bottom half", (36, 70), (2, 36)),
        ],
    )
    def test_the_side_of_a_part_is_that_of_a_panel_without_its_frame(self, pictures, part, size, corner):
        pictures.add("out/cat_wave.png", size=size)
        found = pictures.pair(f"out:{part}")
        assert found.protocol.resolution == 32
        (case,) = found.protocol.cases
        (source,) = found.sources
        panel = source.read(case, source.files[case.id].path, (32, 32)).image
        with Image.open(source.files[case.id].path) as image:
            left, top = corner
            assert panel.tobytes() == image.crop((left, top, left + 32, top + 32)).tobytes()

    def test_panels_of_their_contents_very_size_are_certain(self, pictures):
        pictures.add("c/wide.png", size=(66, 68))
        pictures.add("out/wide_wave.png", size=(198, 68))
        assert pictures.pair("out:right third", fit=True).protocol.resolution == 66

    def test_panels_whose_size_cannot_be_told_need_the_side(self, pictures):
        pictures.add("out/cat_wave.png", size=(105, 36))
        with pytest.raises(InputError, match=r"cat_wave.png, 105×36: how large its panels .* with --resolution"):
            pictures.pair("out:right third")
        assert pictures.pair("out:right third", resolution=32).protocol.resolution == 32

    def test_panels_of_two_sizes_are_not_cut_with_their_frame(self, pictures):
        pictures.add("out/cat_wave.png", "out/golden_gate_wave.png", size=(104, 36))
        pictures.add("out/cat_starry_night.png", size=(56, 20))
        with pytest.raises(InputError, match="panels of 16×16 with a frame cannot be compared at 32×32 px"):
            pictures.pair("out:right third")

    def test_pictures_of_their_contents_aspect_are_cut_as_these(self, pictures):
        pictures.add("c/wide.png", size=(96, 64))
        pictures.add("out/wide_wave.png", size=(48, 32))
        (source,) = pictures.pair("out").sources
        assert source.fit

    def test_others_are_not_unless_that_is_asked_for(self, pictures):
        pictures.add("c/wide.png", size=(96, 64))
        pictures.add("out/wide_wave.png", size=(64, 32))
        assert not pictures.pair("out").sources[0].fit
        assert pictures.pair("out", fit=True).sources[0].fit

    def test_pictures_that_cannot_be_read_are_refused_where_there_are_no_others(self, pictures):
        pictures.add("out/cat_wave.png")
        pictures.write("out/cat_wave.png", "no picture")
        with pytest.raises(InputError, match="none of the stylized pictures can be read"):
            pictures.pair("out")


def test_a_protocol_of_the_same_pictures_has_the_same_fingerprint(pictures):
    pictures.add("out/cat_wave.png", "other/cat_stylized_wave.png")
    one, other = pictures.pair("out").protocol, pictures.pair("other").protocol
    assert one.fingerprint == other.fingerprint
    assert replace(one, resolution=64).fingerprint != one.fingerprint
