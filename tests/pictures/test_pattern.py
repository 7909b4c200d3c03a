"""The command-line form of a folder of pictures, and patterns of names."""

from __future__ import annotations

import pytest

from benchmark.errors import InputError
from benchmark.pictures.part import Part, parse_part
from benchmark.pictures.pattern import parse_pattern, parse_pictures


class TestArguments:
    @pytest.fixture(autouse=True)
    def _here(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for name in ("out", "a:b", "a=b", "a"):
            (tmp_path / name).mkdir()

    @pytest.mark.parametrize(
        ("text", "folder", "pattern", "part"),
        [
            ("theirs=out", "out", None, None),
            ("theirs=out:{content}_{style}", "out", "{content}_{style}", None),
            ("theirs=out:{style}/{content}.png:right third", "out", "{style}/{content}.png", Part(3, 3)),
            ("theirs=out:right third", "out", None, Part(3, 3)),
            ("theirs=a:b", "a:b", None, None),
            ("theirs=a:b:{content}", "a:b", "{content}", None),
            ("theirs=a:{content}:{style}", "a", "{content}:{style}", None),
            ("theirs=a=b", "a=b", None, None),
            ("theirs=out:result.png", "out", "result.png", None),
            (r"theirs=C:\none\here:{content}.png", r"C:\none\here", "{content}.png", None),
            (r"theirs=C:\none", r"C:\none", None, None),
            ("theirs=nowhere:left half", "nowhere", None, Part(1, 2)),
        ],
    )
    def test_folder_pattern_and_part_are_told_apart(self, text, folder, pattern, part):
        found = parse_pictures(text)
        assert (found.name, found.folder) == ("theirs", folder)
        assert (found.pattern.text if found.pattern else None) == pattern
        assert found.part == part

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("out", "write NAME=FOLDER"),
            ("=out", "a name is missing"),
            ("theirs=", "a folder is missing"),
            (
                "theirs=out:right tird",
                "'right tird' is neither a pattern nor a part of a picture; did you mean right third?",
            ),
            ("theirs=out:{contnet}_{style}", "unknown placeholder {contnet}; did you mean {content}?"),
            ("theirs=out:{content", "a { without its partner"),
            ("theirs=out:../{content}", "must be a path within the folder"),
            ("theirs=out:*{content}*{style}*_*", "more than 3 *"),
            ("theirs=out:{sorted}_{content}", "nothing else can stand beside it"),
        ],
    )
    def test_another_form_is_refused(self, text, problem):
        with pytest.raises(InputError) as refused:
            parse_pictures(text)
        assert problem in str(refused.value)

    def test_a_file_of_facts_stands_for_itself(self, tmp_path):
        (tmp_path / "a=b.toml").touch()
        assert parse_pictures("facts.toml").folder == "facts.toml"
        assert parse_pictures("a=b.toml").folder == "a=b.toml"


class TestParts:
    @pytest.mark.parametrize(
        ("text", "part"),
        [
            ("right third", Part(3, 3)),
            ("Middle Third", Part(2, 3)),
            ("left half", Part(1, 2)),
            ("3 of 3", Part(3, 3)),
            ("bottom quarter", Part(4, 4, is_row=True)),
            ("row 2 of 2", Part(2, 2, is_row=True)),
            ("4 of 3", None),
            ("middle half", None),
            ("{content}", None),
        ],
    )
    def test_words_become_a_part(self, text, part):
        assert parse_part(text) == part

    def test_a_part_reads_as_it_was_parsed(self):
        assert parse_part(str(Part(2, 3, is_row=True))) == Part(2, 3, is_row=True)

    def test_panels_without_gaps_are_equal_shares(self):
        assert Part(3, 3).box((768, 256), (256, 256)) == (512, 0, 768, 256)
        assert Part(3, 3).box((1536, 512), (256, 256)) == (1024, 0, 1536, 512)
        assert Part(2, 2, is_row=True).box((256, 512), (256, 256)) == (0, 256, 256, 512)

    def test_a_grid_with_borders_and_gaps_gives_the_panel_alone(self):
        """Three panels as MambaST saves them: 2 pixels around and between."""
        assert Part(3, 3).box((3 * 256 + 8, 260), (256, 256)) == (518, 2, 774, 258)
        assert Part(2, 2).box((2 * 64 + 4, 64), (64, 64)) == (68, 0, 132, 64)


def test_suffixes_and_folders_of_patterns():
    assert parse_pattern("{style}\\{content}.PNG").depth == 2
    assert parse_pattern("{content}.PNG").suffix == ".png"
    assert parse_pattern("{content}.{style}").suffix == ""
