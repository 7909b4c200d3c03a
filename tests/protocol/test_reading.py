"""Reading protocols, and what their fingerprint covers."""

from __future__ import annotations

import dataclasses
import hashlib
import unicodedata
from pathlib import Path

import pytest

from benchmark.errors import InputError
from benchmark.models.role import Role
from benchmark.plan.selection import select_method, select_metrics
from benchmark.protocol.embedded import mini, paintings, smoke, wikiart, wikiart_small
from benchmark.protocol.reading import read_protocol
from benchmark.registry import PluginKind, find_plugin, installed_plugins
from tests.conftest import SAMPLE_PLUGINS

TINY = SAMPLE_PLUGINS / "sample_plugins" / "tiny"


@pytest.fixture
def edited(tmp_path):
    """Reads the tiny protocol after an edit of its text."""

    def read(old: str, new: str):
        for image in TINY.glob("*.png"):
            (tmp_path / image.name).write_bytes(image.read_bytes())
        text = (TINY / "protocol.toml").read_text()
        assert old in text
        (tmp_path / "protocol.toml").write_text(text.replace(old, new))
        return read_protocol(tmp_path / "protocol.toml")

    return read


class TestTheShippedProtocols:
    def test_mini_crosses_three_photographs_with_three_paintings_and_mixes_styles(self):
        protocol = mini()
        assert protocol.resolution == 256
        assert (len(protocol.contents), len(protocol.styles)) == (3, 3)
        assert [len(case.styles) for case in protocol.cases] == [1] * 9 + [2] * 2

    def test_paintings_crosses_eight_photographs_with_ten_paintings_and_mixes_styles(self):
        protocol = paintings()
        assert protocol.resolution == 256
        assert (len(protocol.contents), len(protocol.styles)) == (8, 10)
        assert [len(case.styles) for case in protocol.cases] == [1] * 80 + [2] * 2
        assert len({style.movement for style in protocol.styles}) == 7

    def test_paintings_holds_mini_and_measures_like_it(self):
        larger, smaller = paintings(), mini()
        assert set(smaller.cases) < set(larger.cases)
        assert larger.models == smaller.models
        assert larger.metric_settings == smaller.metric_settings
        descents = {"clipstyler", "multi_style"}
        assert {name: larger.method_settings[name] for name in larger.method_settings.keys() - descents} == {
            name: smaller.method_settings[name] for name in smaller.method_settings.keys() - descents
        }
        # The same objective, reached in another way.
        ways = {"steps", "optimizer", "momentum", "learning_rate", "patches"}
        for name in descents:
            objectives = [
                {setting: value for setting, value in protocol.method_settings[name].items() if setting not in ways}
                for protocol in (larger, smaller)
            ]
            assert objectives[0] == objectives[1]

    def test_prompts_name_the_work_and_its_artist(self):
        for style in paintings().styles:
            title, artist = style.prompt.split(" by ")
            assert title == style.title
            assert style.artist.endswith(artist)

    def test_every_style_carries_image_prompt_and_metadata(self):
        for style in (*mini().styles, *smoke().styles, *paintings().styles):
            facts = dataclasses.asdict(style)
            assert [name for name, value in facts.items() if not value] == ["pixels_sha256"]

    def test_every_picture_is_attributed(self):
        for content in (*mini().contents, *wikiart().contents):
            assert content.subject
            assert content.title
            assert content.creator
            assert content.licence
            assert content.source

    def test_every_picture_is_the_pinned_one(self):
        for protocol in (mini(), smoke(), paintings()):
            assert all(item.sha256 for item in (*protocol.contents, *protocol.styles))
            assert len(protocol.image_hashes) >= 3

    def test_the_pictures_take_less_than_three_and_a_half_megabytes(self):
        folder = mini().contents[0].image.parent.parent
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 3_500_000

    def test_every_picture_is_shipped_for_some_protocol_and_in_the_notice(self):
        used = {"contents": wikiart().contents, "styles": paintings().styles}
        notice = (Path(__file__).parents[2] / "NOTICE").read_text(encoding="utf-8")
        for name, items in used.items():
            folder = mini().contents[0].image.parent.parent / name
            assert {path.name for path in folder.iterdir()} == {item.image.name for item in items}
            assert all(f"{name}/{path.name}\n" in notice for path in folder.iterdir())

    @pytest.mark.parametrize(
        ("protocol", "fingerprint"),
        [
            (mini, "ab31b947fa1c0c1ba57c1ea671aa89a3cb567db31ec52b066bf22269d37d48e0"),
            (smoke, "ca9e5df231c68e004ddf7c1487e7fad7d23ea8819c1af8b8bef1273d19aa0588"),
            (paintings, "50b422ba31e9b9f558e4efa52a3c16e58be9faa516abc338234015233fb043b9"),
        ],
    )
    def test_their_fingerprints_change_with_their_versions_only(self, protocol, fingerprint):
        assert protocol().fingerprint == fingerprint

    def test_wikiart_crosses_twenty_photographs_with_forty_paintings(self):
        recipe = wikiart()
        assert (len(recipe.contents), recipe.dataset.paintings, recipe.resolution) == (20, 40, 512)
        for content in recipe.contents:
            assert hashlib.sha256(content.image.read_bytes()).hexdigest() == content.sha256

    def test_wikiart_is_measured_with_published_networks_and_a_judge_that_no_method_optimises(self):
        models = wikiart().models
        assert (models[Role.VGG], models[Role.CLIP]) == ("vgg19", "clip-ViT-B-32-openai")
        assert (models[Role.CLIP_JUDGE], models[Role.LPIPS]) == ("clip-ViT-L-14-openai", "lpips-alex")
        for plugin in installed_plugins(PluginKind.METHODS).values():
            assert Role.CLIP_JUDGE not in plugin.load().info.optimises

    def test_small_wikiart_is_a_part_of_wikiart(self):
        small, whole = wikiart_small(), wikiart()
        assert (len(small.contents), small.dataset.paintings) == (5, 8)
        assert set(small.contents) < set(whole.contents)
        assert dataclasses.replace(small.dataset, paintings=40) == whole.dataset

    def test_smoke_is_one_photograph_and_two_paintings(self):
        protocol = smoke()
        assert (len(protocol.contents), len(protocol.styles), len(protocol.cases)) == (1, 2, 2)


class TestCases:
    def test_cross_contents_with_styles_then_mix(self):
        identifiers = [case.id for case in read_protocol(TINY / "protocol.toml").cases]
        assert identifiers == ["waves--warm", "waves--cold", "hills--warm", "hills--cold", "waves--warm+cold"]

    def test_weights_of_a_mix_sum_to_one(self):
        mix = read_protocol(TINY / "protocol.toml").cases[-1]
        assert [weighted.weight for weighted in mix.styles] == [0.75, 0.25]

    def test_several_seeds_repeat_every_case(self, edited):
        protocol = edited("resolution = 32", "resolution = 32\nseeds = [0, 1]")
        assert len(protocol.cases) == 10
        assert protocol.cases[1].id == "waves--warm--1"


PAIRS = """
[[pairs]]
content = "hills"
style = "warm"

[[pairs]]
content = "waves"
style = "cold"

[[mixes]]"""


class TestPairs:
    def test_are_the_cases_in_their_order_then_come_the_mixes(self, edited):
        protocol = edited("[[mixes]]", PAIRS)
        assert [case.id for case in protocol.cases] == ["hills--warm", "waves--cold", "waves--warm+cold"]

    def test_are_each_repeated_by_seeds(self, edited):
        cases = edited("[[mixes]]", PAIRS).cases
        assert [case.id for case in dataclasses.replace(cases, seeds=(0, 2))][:3] == [
            "hills--warm", "hills--warm--2", "waves--cold"
        ]  # fmt: skip

    def test_change_the_fingerprint_unless_they_are_all_there_are_in_the_same_order(self, edited):
        assert edited("[[mixes]]", PAIRS).fingerprint != read_protocol(TINY / "protocol.toml").fingerprint
        every = "".join(
            f'[[pairs]]\ncontent = "{content}"\nstyle = "{style}"\n'
            for content in ("waves", "hills")
            for style in ("warm", "cold")
        )
        listed = edited("[[mixes]]", f"{every}\n[[mixes]]")
        assert listed.fingerprint == read_protocol(TINY / "protocol.toml").fingerprint

    def test_may_be_none_beside_mixes_that_use_everything(self, edited):
        hills = 'pairs = []\n[models]\n[[mixes]]\ncontent = "hills"\nstyles = [{ style = "warm" }]\n'
        assert [case.id for case in edited("[models]", hills).cases] == ["hills--warm", "waves--warm+cold"]

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ('content = "hills"', 'content = "hill"', "pairs entry 1: unknown content 'hill'; did you mean hills?"),
            ('style = "cold"', 'style = "gold"', "pairs entry 2: unknown style 'gold'; did you mean cold?"),
            (
                'content = "waves"\nstyle = "cold"',
                'content = "hills"\nstyle = "warm"',
                "pairs entry 2: hills with warm is entry 1 already; seeds repeat cases",
            ),
            (
                'content = "hills"\nstyle = "warm"',
                'content = "waves"\nstyle = "warm"',
                "content hills is in no pair and no mix; add a pair, or remove it",
            ),
            ('style = "cold"', 'style = "cold"\nweight = 1', "pairs entry 2: unknown key 'weight'"),
            ('style = "cold"', "", "pairs entry 2: style is missing; it must be the id of a style"),
        ],
    )
    def test_are_refused_with_what_and_where(self, edited, old, new, message):
        assert old in PAIRS
        with pytest.raises(InputError) as error:
            edited("[[mixes]]", PAIRS.replace(old, new))
        assert message in str(error.value)
        assert "protocol.toml" in str(error.value)
        assert "\n" not in str(error.value)

    def test_that_leave_a_style_out_are_refused_where_no_mix_has_it(self, edited, tmp_path):
        edited("[[mixes]]", PAIRS)
        file = tmp_path / "protocol.toml"
        file.write_text(file.read_text().partition("[[mixes]]")[0].replace('style = "cold"', 'style = "warm"'))
        with pytest.raises(InputError, match="style cold is in no pair and no mix; add a pair, or remove it"):
            read_protocol(file)


def test_files_are_found_in_any_spelling(edited, tmp_path):
    (tmp_path / unicodedata.normalize("NFD", "Wärme.png")).write_bytes((TINY / "warm.png").read_bytes())
    written = edited('image = "warm.png"', f'image = "{unicodedata.normalize("NFC", "Wärme.png")}"')
    assert written.fingerprint == read_protocol(TINY / "protocol.toml").fingerprint


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_is_read_whatever_editor_saved_it(edited, tmp_path, encoding):
    plain = edited("resolution = 32", "resolution = 32")
    file = tmp_path / "protocol.toml"
    file.write_text(file.read_text().replace("\n", "\r\n"), encoding=encoding, newline="")
    assert read_protocol(file).fingerprint == plain.fingerprint


class TestTheFingerprint:
    def test_is_stable(self):
        assert read_protocol(TINY / "protocol.toml").fingerprint == read_protocol(TINY / "protocol.toml").fingerprint

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("resolution = 32", "resolution = 40"),
            ("a warm painting", "a hot painting"),
            ("share = 0.75", "share = 0.5"),
            ("weight = 3", "weight = 2"),
            ('version = "1"', 'version = "2"'),
            ('id = "hills"\nimage = "hills.png"', 'id = "hills"\nimage = "waves.png"'),
            (', mask = "cold.png"', ""),
        ],
    )
    def test_changes_with_whatever_can_change_a_score(self, edited, old, new):
        assert edited(old, new).fingerprint != read_protocol(TINY / "protocol.toml").fingerprint

    @pytest.mark.parametrize(
        ("old", "new"),
        [('title = "Tiny"', 'title = "Tiny pictures"'), ('id = "warm"', 'id = "warm"\nartist = "Somebody"')],
    )
    def test_ignores_words_about_the_pictures(self, edited, old, new):
        assert edited(old, new).fingerprint == read_protocol(TINY / "protocol.toml").fingerprint

    def test_refuses_a_changed_image_and_names_it(self, edited):
        protocol = edited('id = "warm"', f'id = "warm"\nsha256 = "{"0" * 64}"')
        with pytest.raises(InputError, match=r"style warm has changed: .*warm\.png"):
            _ = protocol.fingerprint

    def test_refuses_a_missing_image_and_names_it(self, edited):
        protocol = edited('image = "warm.png"', 'image = "gone.png"')
        with pytest.raises(InputError, match=r"style warm: cannot read .*gone\.png"):
            _ = protocol.fingerprint


class TestSettings:
    def test_of_a_method_can_be_those_of_another(self, edited):
        alike = edited("[methods.blend]", '[methods.printer]\nlike = "blend"\n\n[methods.blend]\ntimes = 2')
        written_out = edited(
            "[methods.blend]", "[methods.printer]\nshare = 0.75\ntimes = 2\n\n[methods.blend]\ntimes = 2"
        )
        assert alike.method_settings["printer"] == {"share": 0.75, "times": 2}
        assert alike.method_settings == written_out.method_settings
        assert alike.fingerprint == written_out.fingerprint

    def test_of_its_own_come_before_those_of_another(self, edited):
        alike = edited("[methods.blend]", '[methods.printer]\nlike = "blend"\nshare = 0.5\n\n[methods.blend]')
        assert alike.method_settings == {"printer": {"share": 0.5}, "blend": {"share": 0.75}}

    def test_of_metrics_are_part_of_the_fingerprint(self, edited):
        plain = read_protocol(TINY / "protocol.toml")
        few, many = (
            edited("[methods.blend]", f"[metrics.clip_patch_score]\npatches = {patches}\n\n[methods.blend]")
            for patches in (16, 32)
        )
        assert few.metric_settings == {"clip_patch_score": {"patches": 16}}
        assert len({protocol.fingerprint for protocol in (plain, few, many)}) == 3

    def test_of_metrics_that_fix_nothing_change_no_fingerprint(self, edited):
        empty = edited("[methods.blend]", "[metrics.clip_patch_score]\n\n[methods.blend]")
        assert empty.fingerprint == read_protocol(TINY / "protocol.toml").fingerprint

    @pytest.mark.parametrize("make", [mini, smoke])
    def test_of_shipped_protocols_are_settings_of_their_metrics(self, make):
        (metric,) = select_metrics("clip_patch_score", make())
        assert metric.settings.patches == 16
        assert metric.make().settings == metric.settings

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("patchs = 16", "metric clip_patch_score has no setting 'patchs'"),
            ("patches = 0", r"setting clip_patch_score\.patches must be between 1 and 4096"),
            ('patches = "many"', r"setting clip_patch_score\.patches must be a whole number"),
        ],
    )
    def test_of_metrics_are_checked_where_the_metrics_are_selected(self, edited, line, message):
        protocol = edited("[methods.blend]", f"[metrics.clip_patch_score]\n{line}\n\n[methods.blend]")
        with pytest.raises(InputError, match=message):
            select_metrics("all", protocol)

    @pytest.mark.parametrize("make", [mini, smoke])
    def test_of_shipped_protocols_are_settings_of_their_methods(self, make):
        protocol = make()
        assert protocol.method_settings.keys() == {"gatys", "nnst", "strotss", "clipstyler", "multi_style"}
        for name in protocol.method_settings:
            assert select_method(find_plugin(PluginKind.METHODS, name), protocol, {}).settings is not None


class TestBadFiles:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("schema_version = 1", "schema_version = 9", "schema_version must be 1, not 9"),
            ("schema_version = 1", "", "schema_version is missing"),
            ("schema_version = 1", "schema_version = ", "not valid TOML"),
            ("resolution = 32", "resolution = 1", "resolution must be between 32 and 4096, not 1"),
            ("resolution = 32", 'resolution = "32"', "resolution must be a whole number"),
            ("resolution = 32", "resolution = true", "resolution must be a whole number"),
            ("resolution = 32", "resolution = 32\nstyle = []", "unknown key 'style'; did you mean styles?"),
            ('name = "tiny"', 'name = "../tiny"', "name must be letters"),
            ('id = "warm"', 'id = "../warm"', "id must be letters"),
            ('image = "warm.png"', 'image = "../warm.png"', "image must be a path that stays in the protocol's folder"),
            (
                'image = "warm.png"',
                'image = "/etc/passwd"',
                "stays in the protocol's folder (put the file there), not '/etc/passwd'",
            ),
            ('image = "warm.png"', 'image = "C:\\\\warm.png"', "a path that stays in the protocol's folder"),
            ('image = "warm.png"', 'image = "..\\\\warm.png"', "a path that stays in the protocol's folder"),
            ('image = "warm.png"', 'image = "warm\\u0000.png"', "a path that stays in the protocol's folder"),
            (
                'mask = "cold.png"',
                'mask = "../cold.png"',
                "mixes entry 1: styles entry 2: mask must be a path that stays",
            ),
            ('image = "warm.png"', 'pixels_sha256 = "../../x"', "pixels_sha256 must be 64 digits"),
            ("[models]", "[origin]\n[models]", "origin.dataset is missing; it must be a table"),
            ("[[mixes]]", "[mixes]", "mixes must be a list"),
            ('version = "1"', "version = 2024-01-01", "2024-01-01 is a date or time, which nothing here takes"),
            ("resolution = 32", "resolution = 32\nseeds = [-1]", "seeds entry 1 must be at least 0, not -1"),
            ("resolution = 32", "resolution = 32\nseeds = []", "seeds must be a list of whole numbers, at least 1 of"),
            ("weight = 3", "weight = nan", "mixes entry 1: styles entry 1: weight must be a number, above 0"),
            ('mask = "cold.png"', 'mask = "cold.png", mask_sha256 = "x"', "mask_sha256 must be 64 digits"),
            ("[models]", "[models]\nvgg = 19", "models.vgg must be a string, not 19"),
            ('id = "cold"', 'id = "cold"\ngenre = 1', "styles entry 2 (cold): genre must be a string, not 1"),
            ('id = "warm"', 'id = "cold"', "is used twice"),
            ('id = "warm"', 'id = "Cold"', "ids 'Cold' and 'cold' differ in case only"),
            ('id = "warm"', 'id = "warm"\nauthor = "x"', "unknown key 'author'"),
            ('id = "warm"', 'id = "warm"\nyear = 1900', "year must be a string"),
            ('image = "waves.png"', "", "image is missing"),
            ('content = "waves"', 'content = "wave"', "unknown content 'wave'; did you mean waves?"),
            (
                'style = "cold", weight = 1',
                'style = "cold", weight = 0',
                "styles entry 2: weight must be above 0 and at most 1000000, not 0",
            ),
            (
                'style = "cold", weight = 1',
                'id = "cold", weight = 1',
                "mixes entry 1: styles entry 2 (cold): unknown key 'id'",
            ),
            (
                'style = "cold", weight = 1',
                "weight = 1",
                "styles entry 2: style is missing; it must be the id of a style",
            ),
            ('{ style = "cold", weight = 1, mask = "cold.png" }', '"cold"', "styles entry 2 must be a table such as"),
            ('content = "waves"', 'content = "waves"\nseed = 1', "mixes entry 1: unknown key 'seed'"),
            ('content = "waves"\nstyles', "styles", "mixes entry 1: content is missing"),
            ("[models]", '[models]\nvgg = "vgg99"', "unknown model 'vgg99'"),
            ("[models]", '[models]\nvgg = "clip-tiny"', "cannot play the role vgg"),
            ("[models]", '[models]\npainter = "clip-tiny"', "unknown role 'painter'"),
            ("[models]", '[models]\nclip = "clip-tiny"\nclip_judge = "clip-tiny"', "must be one that no method"),
            (
                "[models]",
                '[models]\nvgg = "vgg19"\nadain_decoder = "adain-decoder-embedded"',
                "decodes the features of vgg19-embedded: name it as vgg",
            ),
            ("[methods.blend]", "[methods]\nblend = 1\n[methods.x]", "methods.blend must be a table"),
            (
                "[methods.blend]",
                '[methods.x]\nlike = "blent"\n[methods.blend]',
                "methods.x.like must name another method that has settings here, not 'blent'; did you mean blend?",
            ),
            ("[methods.blend]", "[methods.x]\nlike = 2\n[methods.blend]", "settings here, not 2"),
            ("[methods.blend]", '[methods.blend]\nlike = "blend"', "blend is itself like another method"),
            (
                "[methods.blend]",
                '[methods.x]\nlike = "y"\n[methods.y]\nlike = "blend"\n[methods.blend]',
                "methods.x.like: y is itself like another method; name that one",
            ),
        ],
    )
    def test_are_refused_with_what_and_where(self, edited, old, new, message):
        with pytest.raises(InputError) as error:
            edited(old, new)
        assert message in str(error.value)
        assert "protocol.toml" in str(error.value)
        assert "\n" not in str(error.value).strip() or "TOML" in str(error.value)

    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(InputError, match=r"cannot read protocol .*none\.toml"):
            read_protocol(tmp_path / "none.toml")


class TestBlankPrompts:
    @pytest.mark.parametrize("prompt", ["", "   ", "\u200b\ufeff"])
    def test_are_none_beside_an_image_and_share_its_fingerprint(self, edited, prompt):
        blank = edited('prompt = "a warm painting"', f'prompt = "{prompt}"')
        without = edited('prompt = "a warm painting"\n', "")
        assert blank.styles[0].prompt is None
        assert blank.fingerprint == without.fingerprint

    @pytest.mark.parametrize("prompt", ["", "   ", "\u200b\ufeff"])
    def test_alone_make_no_style(self, edited, prompt):
        with pytest.raises(InputError, match=r"styles entry 1 \(warm\): an image or a prompt is needed"):
            edited('image = "warm.png"\nprompt = "a warm painting"', f'prompt = "{prompt}"')
