"""``benchmark protocol new``."""

from __future__ import annotations

import json
import shutil
import struct
import unicodedata
import zlib
from pathlib import Path

import pytest
from PIL import Image

from benchmark.protocol.reading import read_protocol
from tests.synthetic_wikiart import picture


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("photos/My Cat.JPG", "photos/hill.jpg", "paintings/wave.jpg", "paintings/Nuit étoilée.jpg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture(len(name), 48))
    (tmp_path / "photos" / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "prompts.csv").write_text(
        'file,prompt,artist\nwave.jpg,a great wave,Hokusai\nNuit étoilée.jpg,"a night, starry",\n', encoding="utf-8-sig"
    )
    return tmp_path


@pytest.fixture
def new(command, folders):
    def make(*arguments: str | Path, out: str = "mine", **named: Path):
        options = {"contents": folders / "photos", "styles": folders / "paintings", **named}
        given = [text for name, path in options.items() for text in (f"--{name}", path)]
        return command("protocol", "new", *given, "-o", folders / out, *arguments)

    return make


class TestNew:
    def test_makes_a_folder_that_can_be_run(self, new, command, folders):
        assert new(prompts=folders / "prompts.csv").code == 0
        protocol = read_protocol(folders / "mine" / "protocol.json")
        assert [case.id for case in protocol.cases] == [
            "my_cat--nuit_etoilee", "my_cat--wave", "hill--nuit_etoilee", "hill--wave"
        ]  # fmt: skip
        assert [style.prompt for style in protocol.styles] == ["a night, starry", "a great wave"]
        assert protocol.styles[1].artist == "Hokusai"
        assert protocol.resolution == 256
        run = ("run", "--methods", "identity", "--metrics", "ssim", "--no-report", "--out", folders / "run")
        assert command(*run, "--protocol", folders / "mine").code == 0

    def test_the_fingerprint_is_of_the_pixels_not_of_the_place(self, new, folders):
        assert new().code == 0
        shutil.copytree(folders / "mine", folders / "moved" / "elsewhere")
        for path in (folders / "moved" / "elsewhere" / "styles").iterdir():
            with Image.open(path) as image:
                image.save(path.with_suffix(".png"), "PNG")
            shutil.move(path.with_suffix(".png"), path)
        here, there = (read_protocol(folders / name / "protocol.json") for name in ("mine", "moved/elsewhere"))
        assert here.fingerprint == there.fingerprint

    def test_takes_networks_settings_and_resolution_from_another_protocol(self, new, folders):
        assert new("--like", "smoke", "--resolution", "64", "--name", "tiny_ones").code == 0
        protocol = read_protocol(folders / "mine" / "protocol.json")
        assert (protocol.name, protocol.resolution) == ("tiny_ones", 64)
        assert protocol.method_settings["gatys"]["steps"] == 3

    def test_says_that_prompts_are_missing(self, new):
        assert "2 of 2 styles have no prompt" in new().err

    def test_a_changed_copy_is_found(self, new, command, folders):
        assert new().code == 0
        (folders / "mine" / "contents" / "hill.jpg").write_bytes(picture(77, 48))
        result = command("protocol", "verify", folders / "mine")
        assert result.code == 2
        assert "content hill has changed" in result.out

    def test_a_folder_with_something_in_it_is_left_alone(self, new, folders):
        (folders / "mine").mkdir()
        (folders / "mine" / "thesis.tex").write_text("")
        assert "exists already" in new().error_lines[0]
        assert [path.name for path in (folders / "mine").iterdir()] == ["thesis.tex"]


def bomb() -> bytes:
    """A PNG file of a few bytes that says that it is 60,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


class TestNames:
    """Names of contents and styles, made from any file names."""

    @pytest.fixture
    def styles(self, new, folders):
        def make(*names: str) -> dict[str, str]:
            shutil.rmtree(folders / "paintings")
            (folders / "paintings").mkdir()
            for number, name in enumerate(names):
                (folders / "paintings" / name).write_bytes(picture(number, 48))
            result = new(out=f"of_{len(names)}")
            assert result.code == 0, result.err
            protocol = read_protocol(folders / f"of_{len(names)}" / "protocol.json")
            assert len({style.pixels_sha256 for style in protocol.styles}) == len(names)
            assert all(style.image.is_file() and len(style.id) <= 60 for style in protocol.styles)
            return {style.title: style.id for style in protocol.styles}

        return make

    def test_without_latin_letters_are_a_hash_that_stays(self, styles):
        first = styles("富士.jpg")
        # printf 富士 | sha256sum
        assert first == {"富士": "image_63667c69"}
        assert styles("富士.jpg", "猫.jpg", "🧑‍🎨.png")["富士"] == "image_63667c69"

    def test_that_are_alike_stay_apart_and_those_of_others_stay(self, styles):
        work = "vincent-van-gogh_still-life-vase-with-fifteen-sunflowers-on-a-table"
        names = styles(
            "猫1.png", "馬1.png", "wave.png", "wave.jpg", "Wave .jpg", "hill.png", f"{work}-1888.png", f"{work}-9.png"
        )
        assert len(set(names.values())) == 7 == len(names)
        assert names["hill"] == "hill"
        assert names["猫1"].startswith("1_")
        assert names[f"{work}-9"].startswith("vincent_van_gogh_still_life_vase_with_fifteen_sunfl")

    def test_can_be_those_of_files_on_any_system(self, styles):
        names = styles("con.png", "NUL.jpg", "-dash.png", "dots.in.name.png", "ציור 3.png", f"{'x' * 200}.PNG")
        assert names["con"].startswith("con_")
        assert names["NUL"].startswith("nul_")
        assert (names["-dash"], names["dots.in.name"], names["x" * 200]) == ("dash", "dots_in_name", "x" * 60)

    def test_a_protocol_can_be_called_anything(self, new, folders):
        assert new(out="馬").code == 0
        protocol = read_protocol(folders / "馬" / "protocol.json")
        assert protocol.name.startswith("protocol_")
        assert protocol.title == "馬"
        assert new(out="n" * 250).code == 0

    def test_one_name_in_two_spellings_is_refused(self, new, folders):
        for form in ("NFC", "NFD"):
            (folders / "paintings" / unicodedata.normalize(form, "Éventail.jpg")).write_bytes(picture(3, 48))
        assert "are called the same, in two spellings; rename one" in new().error_lines[0]

    @pytest.mark.parametrize(("there", "written"), [("NFC", "NFD"), ("NFD", "NFC")])
    def test_are_found_in_a_table_in_any_spelling(self, new, folders, there, written):
        (folders / "paintings" / unicodedata.normalize(there, "Éventail.jpg")).write_bytes(picture(3, 48))
        table = folders / "prompts.csv"
        table.write_text(f"FILE; Prompt\n{unicodedata.normalize(written, 'Éventail.jpg')};a fan\n", encoding="utf-16")
        assert new(prompts=table).code == 0
        prompts = {style.id: style.prompt for style in read_protocol(folders / "mine" / "protocol.json").styles}
        assert prompts["eventail"] == "a fan"


class TestOtherFiles:
    def test_that_systems_leave_are_passed_over(self, new, folders):
        for name in ("Thumbs.db", "desktop.ini", "Icon\r", "._wave.jpg"):
            (folders / "paintings" / name).write_bytes(b"\0")
        (folders / "photos" / "__MACOSX").mkdir()
        result = new()
        assert result.code == 0
        assert "passed over" not in result.err

    def test_captions_beside_pictures_are_passed_over_and_named(self, new, folders):
        for name in ("wave.txt", "Nuit étoilée.txt"):
            (folders / "paintings" / name).write_text("a caption")
        result = new()
        assert result.code == 0
        folder = folders / "paintings"
        assert f"{folder}: passed over Nuit étoilée.txt and 1 other file: no picture but a text file" in result.err
        assert "--prompts" in result.err
        assert len(read_protocol(folders / "mine" / "protocol.json").styles) == 2

    def test_alone_are_no_images(self, new, folders):
        (folders / "texts").mkdir()
        (folders / "texts" / "wave.txt").write_text("a caption")
        assert "texts holds no images" in new(styles=folders / "texts").error_lines[0]

    def test_a_link_that_leads_nowhere_says_where_to(self, new, folders):
        (folders / "paintings" / "link.jpg").symlink_to("/data/not/mounted.png")
        assert "link.jpg is a link that leads nowhere: to /data/not/mounted.png" in new().error_lines[0]
        (folders / "paintings" / "link.jpg").unlink()
        (folders / "paintings" / "link.jpg").symlink_to("link.jpg")
        assert "link.jpg is a link that leads nowhere: to link.jpg" in new().error_lines[0]
        (folders / "paintings" / "link.jpg").unlink()
        (folders / "paintings" / "link.jpg").symlink_to(folders / "photos" / "hill.jpg")
        assert new().code == 0


class TestPairs:
    @pytest.fixture
    def table(self, folders):
        def write(text: str, *, encoding: str = "utf-8") -> Path:
            path = folders / "my pairs.csv"
            path.write_text(text, encoding=encoding)
            return path

        return write

    @pytest.fixture
    def paired(self, command, folders):
        def make(table: Path, *arguments: str | Path):
            fixed = ("--resolution", "64", "-o", folders / "mine")
            return command("protocol", "new", "--pairs", table, *fixed, *arguments)

        return make

    def protocol(self, folders):
        return read_protocol(folders / "mine" / "protocol.json")

    def test_of_paths_beside_the_table_are_the_cases(self, paired, table, folders):
        rows = "photos/hill.jpg,paintings/wave.jpg,a wave", "photos/My Cat.JPG,,in the style of fire"
        assert paired(table("\n".join(["content,style,prompt", *rows]))).code == 0
        made = self.protocol(folders)
        assert [case.id for case in made.cases] == ["hill--wave", "my_cat--in_the_style_of_fire"]
        assert [(style.prompt, style.image is None) for style in made.styles] == [
            ("a wave", False), ("in the style of fire", True)
        ]  # fmt: skip
        assert made.description == "2 pairs of 2 contents and 2 styles."

    def test_of_names_in_folders_are_found_however_the_table_was_saved(self, paired, table, folders):
        text = f" CONTENT ;Style; prompt\nhill.jpg;{unicodedata.normalize('NFD', 'Nuit étoilée.jpg')};\n;;\n"
        given = ("--contents", folders / "photos", "--styles", folders / "paintings")
        result = paired(table(text, encoding="utf-16"), *given)
        assert result.code == 0
        assert [case.id for case in self.protocol(folders).cases] == ["hill--nuit_etoilee"]
        assert "passed over 1 file that no pair names, such as My Cat.JPG" in result.err
        assert "passed over 1 file that no pair names, such as wave.jpg" in result.err

    def test_may_share_pictures_which_are_copied_once(self, paired, table, folders):
        rows = "photos/hill.jpg,paintings/wave.jpg,a wave", "./photos/hill.jpg,paintings/../paintings/wave.jpg,an ocean"
        result = paired(table("\n".join(["content,style,prompt", *rows])))
        made = self.protocol(folders)
        assert [content.id for content in made.contents] == ["hill"]
        assert [style.prompt for style in made.styles] == ["a wave", "an ocean"]
        assert len({style.id for style in made.styles}) == 2
        assert made.styles[0].id.startswith("wave_")
        assert len({style.image for style in made.styles}) == 1
        assert "wave.jpg: one picture with several prompts makes several styles" in result.err

    def test_of_files_with_one_name_in_several_folders_stay_apart(self, paired, table, folders):
        for number in range(2):
            for kind in ("content", "style"):
                (folders / str(number)).mkdir(exist_ok=True)
                (folders / str(number) / f"{kind}.jpg").write_bytes(picture(10 * number + len(kind), 48))
        text = "content,style\n0/content.jpg,0/style.jpg\n1/content.jpg,1/style.jpg\n"
        assert paired(table(text)).code == 0
        names = [case.id for case in self.protocol(folders).cases]
        assert len(set(names)) == 2
        shutil.rmtree(folders / "mine")
        assert paired(table(text.replace("1/content", "./1/content"))).code == 0
        assert [case.id for case in self.protocol(folders).cases] == names

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("style,prompt\nwave.jpg,x\n", "'content' is not among them"),
            ("content,style,promt\nx,y,z\n", "unknown column 'promt'; did you mean prompt?"),
            ("content,style\n", "names no pair"),
            ("content,style\n,paintings/wave.jpg\n", "line 2: no content is named"),
            ("content,style,prompt\nphotos/hill.jpg,,\u200b\n", "line 2: there is neither a style image nor a prompt"),
            (
                "content,style\nphotos/hil.jpg,paintings/wave.jpg\n",
                "line 2: no content 'photos/hil.jpg' beside the table; did you mean photos/hill.jpg?",
            ),
            ("content,style\nphotos,paintings/wave.jpg\n", "line 2: no content 'photos' beside the table"),
            (f"content,style\n{'x' * 300},paintings/wave.jpg\n", "line 2: no content 'xxx"),
            (
                "content,style\nphotos/hill.jpg,paintings/wave.jpg\n./photos/hill.jpg,paintings/wave.jpg\n",
                "line 3: this pair is in line 2 already",
            ),
            ("content,style\nprompts.csv,paintings/wave.jpg\n", "not an image"),
        ],
    )
    def test_that_cannot_be_used_are_one_clear_line(self, paired, table, folders, text, message):
        result = paired(table(text))
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert message in result.error_lines[0]
        assert not (folders / "mine").exists()

    def test_a_name_that_is_two_files_is_refused(self, paired, table, folders):
        (folders / "wave.jpg").write_bytes(picture(5, 48))
        result = paired(table("content,style\nphotos/hill.jpg,wave.jpg\n"), "--styles", folders / "paintings")
        assert "line 2: style 'wave.jpg' is both" in result.error_lines[0]

    def test_hold_their_own_prompts(self, paired, table, folders):
        result = paired(table("content,style\nphotos/hill.jpg,paintings/wave.jpg\n"), "--prompts", "prompts.csv")
        assert "--prompts goes with folders" in result.error_lines[0]

    def test_without_them_both_folders_are_named(self, command, folders):
        result = command("protocol", "new", "--contents", folders / "photos", "-o", folders / "mine")
        assert result.code == 2
        assert "with --contents and --styles, or a table of pairs with --pairs" in result.error_lines[0]


class TestBadInput:
    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("notes.pdf", b"%PDF-1.7", "not an image"),
            ("waves", b"to do", "not an image"),
            ("bomb.png", bomb(), "larger than 100 megapixels"),
            ("dot.jpg", picture(3, 8), "at least 16×16 pixels are needed"),
            ("half.jpg", picture(3, 48)[:900], "cannot read image"),
        ],
    )
    def test_images_are_one_clear_line_and_leave_nothing(self, new, folders, name, data, message):
        (folders / "paintings" / name).write_bytes(data)
        result = new()
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert message in result.error_lines[0]
        assert str(folders / "paintings") in result.error_lines[0]
        assert not (folders / "mine").exists()
        assert sorted(path.name for path in folders.iterdir()) == ["paintings", "photos", "prompts.csv"]

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ("", "'file' is not among them"),
            ("file,text\nwave.jpg,x\n", "'prompt' is not among them"),
            ("file,prompt,artits\nwave.jpg,x,y\n", "unknown column 'artits'; did you mean artist?"),
            ("file,prompt\nwafe.jpg,x\n", "line 2: no style image 'wafe.jpg'; did you mean wave.jpg?"),
            ("file,prompt\n../photos/hill.jpg,x\n", "no style image '../photos/hill.jpg'"),
            ("file,prompt\nwave.jpg,x\nwave.jpg,y\n", "line 3: wave.jpg occurs twice"),
            ("file,prompt\nwave.jpg,x,y\n", "line 2: 2 cells are expected"),
            ("file,prompt\nwave.jpg\n", "line 2: 2 cells are expected"),
            ('file,prompt\nwave.jpg,"x\n', "is no CSV table"),
            (
                "file,prompt\nwave.jpg,\udcff\n",
                "is not UTF-8 (byte 0xFF in line 2); save it as UTF-8",
            ),
        ],
    )
    def test_tables_are_one_clear_line(self, new, folders, table, message):
        (folders / "bad.csv").write_bytes(table.encode("utf-8", "surrogateescape"))
        result = new(prompts=folders / "bad.csv")
        assert result.code == 2
        assert len(result.error_lines) == 1
        assert message in result.error_lines[0]
        assert "bad.csv" in result.error_lines[0]

    def test_a_blank_prompt_in_the_table_is_none(self, new, folders):
        (folders / "blank.csv").write_text("file,prompt\nwave.jpg, \u200b\n", encoding="utf-8")
        assert "2 of 2 styles have no prompt" in new(prompts=folders / "blank.csv").err
        assert all(style.prompt is None for style in read_protocol(folders / "mine" / "protocol.json").styles)

    def test_folders_that_hold_no_images_are_named(self, new, folders):
        (folders / "empty").mkdir()
        assert "empty holds no images" in new(styles=folders / "empty").error_lines[0]
        assert "cannot read folder" in new(styles=folders / "gone").error_lines[0]
        (folders / "paintings" / "more").mkdir()
        assert "more is a folder; put the images themselves into" in new().error_lines[0]

    def test_a_name_that_leads_elsewhere_is_refused(self, new, folders):
        result = new("--name", "../x")
        assert result.code == 2
        assert "name must be letters, digits, _ and -, not '../x'" in result.error_lines[0]
        assert not (folders / "mine").exists()

    def test_file_names_of_any_bytes_can_be_used(self, new, folders):
        (folders / "paintings" / "a\udcff<b>.jpg").write_bytes(picture(5, 48))
        assert new().code == 0
        protocol = json.loads((folders / "mine" / "protocol.json").read_text())
        assert protocol["styles"][1]["title"] == r"a\xff<b>"
