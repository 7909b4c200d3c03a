"""Text files as users' programs save them."""

from __future__ import annotations

import codecs
import unicodedata

import pytest

from benchmark.errors import InputError
from benchmark.text_files import MissingFileError, file_key, find_file, read_json, read_table, read_text, read_toml

TEXT = "naïve Éventail 猫\nsecond\n"
ENCODINGS = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark, as Notepad and Excel save it": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16, as Excel's Unicode text": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "utf-16, big-endian": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "utf-32": codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
    "line ends of Windows": TEXT.replace("\n", "\r\n").encode(),
    "line ends of old Macs": TEXT.replace("\n", "\r").encode(),
}


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes):
        path = tmp_path / "given"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


class TestText:
    @pytest.mark.parametrize("data", ENCODINGS.values(), ids=ENCODINGS)
    def test_is_the_same_whatever_it_was_saved_with(self, file, data):
        assert read_text(file(data), "table") == TEXT

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ("ok\nÉventail".encode("cp1252"), r"is not UTF-8 \(byte 0xC9 in line 2\); save it as UTF-8 \(in Excel"),
            (codecs.BOM_UTF16_LE + b"a\0\n\0\x00\xd8", "is not UTF-8 .* in line 2"),
            (b"PK\3\4\x14\0\6\0", "is a workbook or an archive, no text; save it as UTF-8"),
            ("file".encode("utf-16-le"), "holds zero bytes: it is no text file, or UTF-16 without its mark"),
        ],
    )
    def test_in_another_encoding_is_refused_with_what_to_do(self, file, data, message):
        with pytest.raises(InputError, match=message) as error:
            read_text(file(data), "table")
        assert str(error.value).startswith("table /")

    def test_that_is_not_there_is_told_from_what_cannot_be_read(self, tmp_path):
        with pytest.raises(MissingFileError, match=r"cannot read baseline .*: No such file"):
            read_text(tmp_path / "gone", "baseline")
        with pytest.raises(InputError, match=r"cannot read baseline .*: Is a directory") as error:
            read_text(tmp_path, "baseline")
        assert not isinstance(error.value, MissingFileError)

    @pytest.mark.parametrize(
        "data", [codecs.BOM_UTF8 + b'{"a": 1}', codecs.BOM_UTF16_LE + '{"a": 1}'.encode("utf-16-le")]
    )
    def test_json_and_toml_have_the_same_rule(self, file, data):
        assert read_json(file(data), "lock") == {"a": 1}
        assert read_toml(file(codecs.BOM_UTF8 + b"a = 1\r\n"), "settings") == {"a": 1}

    def test_what_cannot_be_parsed_says_where(self, file):
        with pytest.raises(InputError, match=r"lock .* is not valid JSON: .*line 2 column 1"):
            read_json(file('{"a":\n}'), "lock")
        with pytest.raises(InputError, match=r"settings .* is not valid TOML: .*line 2"):
            read_toml(file("a = 1\nb = x\n"), "settings")
        with pytest.raises(InputError, match=r"holds .ud83d, half of a character"):
            read_json(file(r'{"title": ["\ud83d"]}'), "protocol")
        assert read_json(file(r'["\ud83d\ude00"]'), "protocol") == ["😀"]


def rows(path):
    return [
        (row.line, dict(row.cells))
        for row in read_table(path, "table", needed=("file", "prompt"), others=("artist", "year"))
    ]


WAVE = {"file": "wave.png", "prompt": "a wave, great"}


class TestTables:
    @pytest.mark.parametrize(
        "text",
        [
            'file,prompt\nwave.png,"a wave, great"\n',
            "file;prompt\nwave.png;a wave, great\n",
            "file\tprompt\nwave.png\ta wave, great",
            'sep=;\nfile;prompt\nwave.png;"a wave, great"\n',
            '\n file , prompt \n wave.png , "a wave, great"\n\n',
            '"File";"PROMPT"\n"wave.png";"a wave, great"\n',
            'file,prompt,,\nwave.png,"a wave, great",,\n,,,\n',
            'prompt,artist,file\n"a wave, great",,wave.png\n',
            "file;prompt;artist\n wave.png\N{NO-BREAK SPACE};a wave, great;\n",
        ],
    )
    def test_are_read_as_spreadsheets_save_them(self, file, text):
        for data in (text.encode(), codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(), text.encode("utf-16")):
            assert [cells for _, cells in rows(file(data))] == [WAVE]

    def test_know_the_lines_of_their_rows(self, file):
        assert [line for line, _ in rows(file('sep=,\nfile,prompt\na,b\n\n"c","d\nd"\n'))] == [3, 6]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "'file' is not among them: nothing"),
            ("file|prompt\n", r"'file' is not among them: file\|prompt"),
            ("file;promt\n", "'prompt' is not among them: file, promt"),
            ("file;prompt;artits\n", "unknown column 'artits'; did you mean artist?"),
            ("file,prompt,Prompt\n", "column 'prompt' occurs twice"),
            ("file;prompt\na;b;c\n", "line 2: 2 cells are expected, as in the first line, not 3; .* a semicolon"),
            ("file,prompt\na\n", "line 2: 2 cells are expected, as in the first line, not 1; .* a comma"),
            ("file,,prompt\na,b,c\n", "line 2: 'b' stands in a column without a name"),
            ('file,prompt\na,"b\n', "is no CSV table: unexpected end of data; begin and end a cell with quotes"),
        ],
    )
    def test_that_are_none_say_what_and_where(self, file, text, message):
        with pytest.raises(InputError, match=message):
            rows(file(text))

    def test_of_many_megabytes_are_refused_unread(self, file):
        with pytest.raises(InputError, match="is larger than 16 MB"):
            rows(file(b"x" * (17 << 20)))


class TestNamesOfFiles:
    composed, decomposed = (unicodedata.normalize(form, "Éventail.png") for form in ("NFC", "NFD"))

    def test_are_the_same_in_every_spelling(self):
        assert self.composed != self.decomposed
        assert file_key(self.composed) == file_key(f" {self.decomposed}")
        assert file_key("a\udcff.png") == r"a\xff.png"

    def test_a_file_is_found_by_another_spelling(self, tmp_path):
        folder = tmp_path / unicodedata.normalize("NFD", "Gemälde")
        folder.mkdir()
        (folder / self.decomposed).touch()
        assert find_file(tmp_path, f"Gemälde/{self.composed}") == folder / self.decomposed
        assert find_file(tmp_path, "Gemälde/Fächer.png") == tmp_path / "Gemälde/Fächer.png"

    def test_of_two_spellings_the_exact_one_counts_and_any_other_is_refused(self, tmp_path):
        for name in ("ệ.png", unicodedata.normalize("NFD", "ệ.png")):
            (tmp_path / name).touch()
            assert find_file(tmp_path, name) == tmp_path / name
        with pytest.raises(InputError, match=r"2 files in .* are called .*, in several spellings; rename one"):
            find_file(tmp_path, "ẹ\N{COMBINING CIRCUMFLEX ACCENT}.png")
