"""What the user named is found, and said in a few lines."""

from __future__ import annotations

import tracemalloc

import pytest
from PIL import Image

from benchmark.errors import InputError
from benchmark.pictures.finding import find_pictures
from benchmark.protocol.protocol import Protocol
from tests.pictures.conftest import crossed

CASES = crossed(["cat.png", "dog.png"], ["wave.jpg", "night.jpg"])


def protocol(cases=CASES):
    return Protocol("p", "1", "P", "", 32, cases.contents, cases.styles, cases, {})


@pytest.fixture
def theirs(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir()
    for case in CASES:
        Image.new("RGB", (32, 32), "teal").save(folder / f"{case.id}.png")
    return folder


def lines(arguments, **options):
    return [line for found in find_pictures(arguments, protocol(), **options) for line in found.notes]


def test_all_that_fits_takes_one_line(theirs):
    assert lines([f"theirs={theirs}"]) == [
        f"pictures theirs, in {theirs}: 4 of 4 cases found, paired by {{case}} (as an exported protocol names them)"
    ]


def test_sizes_are_told_of_upright_pictures(theirs):
    Image.new("RGB", (64, 64)).save(theirs / "cat--wave.png")
    turned = Image.Exif()
    turned[0x0112] = 6
    (theirs / "cat--night.png").unlink()
    Image.new("RGB", (32, 96)).save(theirs / "cat--night.jpg", exif=turned)
    said = lines([f"theirs={theirs}"])
    assert "theirs: resized to 32×32: 1 picture of 64×64" in said
    assert (
        "theirs: of another aspect than their contents, 32×32: 1 picture of 96×32; refused: if it shows 3 panels side"
        " by side, add the part: NAME=FOLDER:right third"
    ) in said
    assert "cut to their centre square, 32×32, as contents are" in lines([f"theirs={theirs}"], fit=True)[-1]


def test_only_cases_that_are_run_are_counted(theirs):
    (theirs / "dog--night.png").unlink()
    assert "2 of 2 cases found" in lines([f"theirs={theirs}"], limit=2)[0]
    assert len(lines([f"theirs={theirs}"], limit=2)) == 1


def test_an_ambiguous_case_is_refused_with_all_counts(theirs):
    Image.new("RGB", (32, 32)).save(theirs / "cat--wave.jpg")
    (theirs / "dog--wave.png").unlink()
    with pytest.raises(InputError) as refused:
        lines([f"theirs={theirs}"])
    assert "2 of 4 cases found, 1 missing, 1 ambiguous: cat--wave is cat--wave.jpg or cat--wave.png" in str(
        refused.value
    )
    assert "\n" not in str(refused.value)
    # A case that is not run asks nothing.
    Image.new("RGB", (32, 32)).save(theirs / "dog--night.jpg")
    (theirs / "cat--wave.jpg").unlink()
    assert lines([f"theirs={theirs}"], limit=1)


def test_facts_name_folder_pattern_and_part(tmp_path, theirs):
    for file in list(theirs.iterdir()):
        panels = Image.new("RGB", (96, 32))
        panels.save(file)
    (tmp_path / "facts.toml").write_text(
        '[method]\nname = "Mine-2"\nversion = "7"\n[pictures]\nfolder = "theirs"\npattern = "{content}--{style}"\n'
        'part = "right third"\nfit = true\n'
    )
    found = next(find_pictures([str(tmp_path / "facts.toml")], protocol()))
    assert (found.source.name, found.source.info.title, found.source.info.version) == ("mine_2", "Mine-2", "7")
    assert (str(found.source.part), found.source.fit, found.source.pattern) == ("3 of 3", True, "{content}--{style}")
    named = next(find_pictures([f"other={tmp_path / 'facts.toml'}"], protocol()))
    assert named.source.name == "other"


def test_a_folder_in_facts_may_be_in_the_users_home(tmp_path, theirs, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "elsewhere").mkdir()
    facts = tmp_path / "elsewhere" / "facts.toml"
    facts.write_text('[pictures]\nfolder = "~/theirs"\n')
    (found,) = find_pictures([str(facts)], protocol())
    assert len(found.source.files) == 4
    assert found.source.folder == str(theirs)


def test_a_wrong_part_in_facts_suggests_one(tmp_path, theirs):
    (tmp_path / "theirs.toml").write_text('[pictures]\npart = "rigt third"\n')
    with pytest.raises(InputError, match="did you mean right third"):
        lines([f"theirs={theirs}"])


def test_the_version_follows_the_bytes_of_the_pictures(theirs):
    def version():
        return next(find_pictures([f"theirs={theirs}"], protocol())).source.info.version

    before = version()
    assert version() == before
    Image.new("RGB", (32, 32), "red").save(theirs / "cat--wave.png")
    assert version() != before


def test_thousands_of_pictures_are_not_kept_in_memory(tmp_path):
    """800 cases × 3 folders; a picture of 96 KB in memory, of which none may stay."""
    cases = crossed([f"c{n:02}.png" for n in range(20)], [f"s{n:02}.png" for n in range(40)])
    arguments = []
    for name in ("one", "two", "three"):
        folder = tmp_path / name
        folder.mkdir()
        first = folder / f"{cases[0].id}.bmp"
        Image.new("RGB", (180, 180)).save(first)
        for case in cases[1:]:
            (folder / f"{case.id}.bmp").hardlink_to(first)
        arguments.append(f"{name}={folder}")
    tracemalloc.start()
    found = [len(one.source.files) for one in find_pictures(arguments, protocol(cases))]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [800, 800, 800]
    assert peak < 20_000_000
