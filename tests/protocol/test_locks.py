"""Reading locks and recipes."""

from __future__ import annotations

import json

import pytest

from benchmark.errors import InputError
from benchmark.freezing.kept_images import is_kept, keep_image
from benchmark.images import open_image, pixels_sha256
from benchmark.protocol.frozen import open_protocol
from benchmark.protocol.protocol import Protocol
from benchmark.protocol.reading import read_protocol, read_protocol_or_recipe
from benchmark.protocol.recipe import Recipe
from tests.icc_profiles import rgb_profile
from tests.synthetic_wikiart import picture

RECIPE = """
schema_version = 1
name = "mine"
version = "1"
title = "Mine"
resolution = 64
[models]
[[contents]]
id = "photo"
image = "photo.jpg"
[dataset]
name = "somebody/paintings"
paintings = 4
columns = { movement = "style" }
"""


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """A lock whose images lie in the data directory, as a table that is written and read with changes."""
    monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / "images").mkdir(parents=True)
    hashes = []
    for number in range(2):
        path = tmp_path / "data" / "images" / "new"
        path.write_bytes(picture(number, 40))
        hashes.append(pixels_sha256(open_image(path)))
        path.rename(path.with_name(hashes[-1]))
    table = {
        "schema_version": 1, "name": "mine", "version": "1", "title": "Mine", "resolution": 64, "models": {},
        "contents": [{"id": "photo", "pixels_sha256": hashes[0]}],
        "styles": [{"id": "wave", "pixels_sha256": hashes[1], "prompt": "a wave"}],
        "origin": {
            "dataset": {"name": "somebody/paintings", "paintings": 1},
            "revision": "0" * 40, "rule": "1", "rows": {"wave": 7},
        },
    }  # fmt: skip

    def read(**changes) -> Protocol:
        (tmp_path / "lock.json").write_text(json.dumps(table | changes))
        return read_protocol(tmp_path / "lock.json")

    read.table = table
    return read


class TestALock:
    def test_finds_its_images_by_their_pixels(self, lock):
        protocol = lock()
        assert protocol.image_hashes == {
            "content photo": protocol.contents[0].pixels_sha256,
            "style wave": protocol.styles[0].pixels_sha256,
        }
        assert protocol.wrong_images() == {}

    def test_knows_the_row_of_every_style(self, lock):
        assert lock().origin.rows == {"wave": 7}

    def test_names_all_images_that_are_missing_or_wrong(self, lock):
        protocol = lock()
        protocol.styles[0].image.unlink()
        protocol.contents[0].image.write_bytes(picture(9, 40))
        problems = protocol.wrong_images()
        assert "style wave is not on this machine" in problems["style wave"]
        assert "content photo has changed" in problems["content photo"]

    def test_of_before_profiles_were_applied_still_fits_and_gets_another_fingerprint(self, lock, tmp_path):
        stored = open_image(lock().styles[0].image)
        stored.save(tmp_path / "wide.png", icc_profile=rgb_profile())
        data = (tmp_path / "wide.png").read_bytes()
        protocol = lock()
        before = protocol.fingerprint
        # The lock names the stored pixels, under which the file with its profile is kept.
        assert keep_image(data, "wide.png", pixels_sha256(stored)) == pixels_sha256(stored)
        protocol.styles[0].image.write_bytes(data)
        assert is_kept(pixels_sha256(stored))
        protocol = lock()
        assert protocol.wrong_images() == {}
        assert protocol.image_hashes["style wave"] == pixels_sha256(open_image(tmp_path / "wide.png"))
        assert protocol.fingerprint != before

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"rows": {}}, "origin.rows must name the row of every style"),
            ({"rows": {"wave": -1}}, "origin.rows.wave must be the number of a row, from 0"),
            ({"rows": {"wave": True}}, "origin.rows.wave must be the number of a row, from 0"),
            ({"revision": "main"}, "origin.revision must be the 40 digits of a commit"),
            ({"rule": 1}, "origin.rule must be a string"),
            ({"dataset": {"name": "../../x", "paintings": 1}}, "origin.dataset.name must be OWNER/NAME"),
            (
                {"dataset": {"name": "a/b", "paintings": 0}},
                "origin.dataset.paintings must be between 1 and 10000, not 0",
            ),
            ({"sha": ""}, "origin: unknown key 'sha'"),
            ({"unusable": [1, -1]}, "origin.unusable entry 2 must be the number of a row, from 0, not -1"),
        ],
    )
    def test_with_a_wrong_origin_is_refused(self, lock, change, message):
        with pytest.raises(InputError) as error:
            lock(origin=lock.table["origin"] | change)
        assert message in str(error.value)

    @pytest.mark.parametrize("text", ["", "{", "[1]", "[" * 100_000, '{"schema_version": NaN}', "\udcff"])
    def test_that_is_no_json_table_is_refused(self, tmp_path, text):
        (tmp_path / "lock.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(InputError, match=r"lock\.json"):
            read_protocol(tmp_path / "lock.json")


class TestARecipe:
    def test_says_what_is_drawn_from_where(self, tmp_path):
        (tmp_path / "recipe.toml").write_text(RECIPE)
        recipe = read_protocol_or_recipe(tmp_path / "recipe.toml")
        assert isinstance(recipe, Recipe)
        assert (recipe.dataset.name, recipe.dataset.paintings) == ("somebody/paintings", 4)
        assert (recipe.dataset.columns.movement, recipe.dataset.columns.artist) == ("style", "")

    def test_is_no_protocol_yet(self, tmp_path):
        (tmp_path / "recipe.toml").write_text(RECIPE)
        with pytest.raises(InputError, match="draws its styles from a data set; first: benchmark protocol freeze"):
            read_protocol(tmp_path / "recipe.toml")

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("paintings = 4", "paintings = 0", "dataset.paintings must be between 1 and 10000, not 0"),
            ("paintings = 4", "", "dataset.paintings is missing; it must be a whole number, between 1 and 10000"),
            ("paintings = 4", "paintings = true", "dataset.paintings must be a whole number"),
            ("paintings = 4", "painting = 4", "unknown key 'painting'; did you mean paintings?"),
            ("movement", "mouvement", "dataset.columns: unknown key 'mouvement'; did you mean movement?"),
            ('"style"', "1", "dataset.columns.movement must be the name of a column"),
            ("somebody/paintings", "https://example.org/x", "dataset.name must be OWNER/NAME"),
            ("[dataset]", "[[styles]]\nid = 'a'\nprompt = 'b'\n[dataset]", "unknown key 'styles'"),
        ],
    )
    def test_with_a_mistake_is_refused(self, tmp_path, old, new, message):
        assert old in RECIPE
        (tmp_path / "recipe.toml").write_text(RECIPE.replace(old, new))
        with pytest.raises(InputError) as error:
            read_protocol_or_recipe(tmp_path / "recipe.toml")
        assert message in str(error.value)


def test_a_folder_without_a_protocol_is_named(tmp_path):
    with pytest.raises(InputError, match=r"holds no protocol: there is neither protocol\.json nor protocol\.toml"):
        open_protocol(tmp_path)
