"""Pictures of popular repositories are paired by the names that exist; what could be read in two ways is asked."""

from __future__ import annotations

import cProfile
import unicodedata

import pytest

from benchmark.errors import InputError
from benchmark.pictures.pairing import pair_pictures
from benchmark.pictures.pattern import parse_pattern
from tests.pictures.conftest import crossed

PLAIN = crossed(["cat.png", "dog.jpg"], ["wave.jpg", "night.png"])
SPACED = crossed(
    ["golden_gate.png", "the_cat.png"],
    ["starry_night.jpg", "the_wave.jpg"],
    prompts={"starry_night.jpg": "A starry night, oil on canvas", "the_wave.jpg": "the great wave / woodblock"},
)


def names(pairing):
    return {case: path.relative_to(pairing.folder).as_posix() for case, path in pairing.files.items()}


def every(cases, form):
    """The name of a picture of every case, by the case: ``form`` gets the content and the style."""
    return {case.id: form(case.content, case.styles[0].style) for case in cases}


def stems(pattern):
    return lambda content, style: pattern.format(content=content.image.stem, style=style.image.stem)


class TestKnownNames:
    """Section by section: what a repository writes is read without a pattern, and the pattern is named."""

    @pytest.mark.parametrize(
        ("pattern", "told"),
        [
            ("{content}_stylized_{style}.jpg", "StyTR-2"),
            ("{content}_stylized_{style}_0.jpg", "magenta"),
            ("{content}-stylized-{style}.png", "stylize-datasets"),
            ("{content}_+_{style}..jpg", "S2WAT"),
            ("ics/{content}--{style}.jpg", "exported protocol"),
            ("{content}@{style}.jpg", "OmniStyle"),
            ("AdaAttN/test_latest/images/{style}_{content}_cs.png", "AdaAttN"),
            ("{content}_{style}.png", "CAP-VSTNet"),
            ("{content}_{style}_style.png", "Z-STAR"),
            ("ours_{content}_{style}.png", "StyleSSP"),
            ("{content}.png+{style}.jpg.png", "DiffuseST"),
            ("combined_{content}_{style}/{content}_{style}_o_lbfgs_i_content_h_400.jpg", "gordicaleksa"),
            ("dogs/app={style}---struct={content}/out_transfer---seed_42.png", "cross-image-attention"),
            ("{style}/{content}.png", "{style}/{content}"),
        ],
    )
    def test_the_repository_is_recognised(self, folder, pattern, told):
        cases = crossed(["golden_gate.png", "the_cat.png"], ["starry_night.jpg", "the_wave.jpg"])
        expected = every(cases, stems(pattern))
        pairing = pair_pictures(folder(*expected.values()), cases)
        assert names(pairing) == expected
        assert told in pairing.rule
        assert (pairing.missing, pairing.ambiguous, pairing.unused) == ({}, {}, ())

    def test_the_style_may_come_first(self, folder):
        expected = every(PLAIN, stems("{style}_{content}_cs.png"))
        extras = [name.replace("_cs", suffix) for name in expected.values() for suffix in ("_c", "_s")]
        pairing = pair_pictures(folder(*expected.values(), *extras), PLAIN)
        assert names(pairing) == expected
        assert sorted(pairing.unused) == sorted(extras)

    def test_panels_of_the_same_repository_are_not_taken(self, folder):
        expected = every(PLAIN, stems("{content}_{style}_style.png"))
        panels = [name.replace("_style.png", ".png") for name in expected.values()]
        pairing = pair_pictures(folder(*expected.values(), *panels), PLAIN)
        assert names(pairing) == expected
        assert sorted(pairing.unused) == sorted(panels)

    def test_prompts_stand_in_names_verbatim_replaced_or_cut(self, folder):
        files = {
            "golden_gate--starry_night": "A starry night, oil on canvas_golden_gate_exp1.jpg",
            "golden_gate--the_wave": "the great wave _ woodblock_golden_gate_exp1.jpg",
            "the_cat--starry_night": "A_starry_night__oil_on_canvas_the_cat_exp1.jpg",
            "the_cat--the_wave": "the great wav_the_cat_exp1.jpg",
        }
        pairing = pair_pictures(folder(*files.values()), SPACED)
        assert names(pairing) == files
        assert "CLIPstyler" in pairing.rule

    def test_inputs_previews_and_other_files_are_listed_and_do_no_harm(self, folder):
        expected = every(PLAIN, stems("{content}_stylized_{style}.jpg"))
        place = folder(*expected.values(), "cat.jpg", "wave.jpg", "grid.png", "log.json", "index.html", ".hidden.png")
        pairing = pair_pictures(place, PLAIN)
        assert names(pairing) == expected
        assert pairing.unused == ("cat.jpg", "grid.png", "wave.jpg")
        assert pairing.others == 2

    def test_a_part_of_the_cases_is_found_and_the_rest_is_missing_with_a_reason(self, folder):
        pairing = pair_pictures(folder("cat_stylized_wave.jpg"), PLAIN)
        assert names(pairing) == {"cat--wave": "cat_stylized_wave.jpg"}
        assert pairing.missing["dog--night"] == "no picture: dog_stylized_night.png is not there"


class TestStems:
    def test_the_separator_may_be_in_stems(self, folder):
        expected = every(SPACED, stems("{content}_{style}.png"))
        assert names(pair_pictures(folder(*expected.values()), SPACED)) == expected

    def test_stems_may_be_cut_at_the_first_dot(self, folder):
        cases = crossed(["a.b.png", "c.png"], ["v1.2.jpg"])
        pairing = pair_pictures(folder("a_stylized_v1.png", "c_stylized_v1.png"), cases)
        assert names(pairing) == {"a_b--v1_2": "a_stylized_v1.png", "c--v1_2": "c_stylized_v1.png"}

    def test_stems_may_be_cut_by_four_characters(self, folder):
        cases = crossed(["photo.jpeg"], ["wave.jpeg", "sky.jpg"])
        pairing = pair_pictures(folder("photo._stylized_wave._0.jpg", "photo._stylized_sky_0.jpg"), cases)
        assert sorted(names(pairing)) == ["photo--sky", "photo--wave"]

    def test_a_cut_stem_that_two_contents_share_is_ambiguous(self, folder):
        cases = crossed(["a.png", "a.b.png", "c.png"], ["wave.jpg"])
        pairing = pair_pictures(folder("a_stylized_wave.png", "c_stylized_wave.png"), cases)
        assert sorted(pairing.files) == ["c--wave"]
        assert "a--wave or a_b--wave" in pairing.ambiguous["a--wave"]

    def test_a_cut_stem_is_no_question_where_both_are_there(self, folder):
        cases = crossed(["a.png", "a.b.png"], ["wave.jpg"])
        pairing = pair_pictures(folder("a_stylized_wave.png", "a.b_stylized_wave.png"), cases)
        assert names(pairing) == {"a--wave": "a_stylized_wave.png", "a_b--wave": "a.b_stylized_wave.png"}

    @pytest.mark.parametrize("pattern", [None, "{content}_{style}"])
    def test_two_files_of_a_cut_stem_are_ambiguous(self, folder, pattern):
        cases = crossed(["a.png", "a.b.png"], ["wave.jpg"])
        place = folder("a_wave.png", "a_wave.jpg", "a.b_wave.png")
        pairing = pair_pictures(place, cases, parse_pattern(pattern) if pattern else None)
        assert names(pairing) == {"a_b--wave": "a.b_wave.png"}
        assert pairing.ambiguous == {"a--wave": "a_wave.jpg or a_wave.png"}

    def test_a_suffix_in_the_pattern_decides_between_files_of_a_cut_stem(self, folder):
        cases = crossed(["a.png", "a.b.png"], ["wave.jpg"])
        place = folder("a_wave.png", "a_wave.jpg", "a.b_wave.png")
        pairing = pair_pictures(place, cases, parse_pattern("{content}_{style}.png"))
        assert names(pairing) == {"a--wave": "a_wave.png", "a_b--wave": "a.b_wave.png"}
        assert pairing.unused == ("a_wave.jpg",)

    def test_a_cut_stem_that_no_case_needs_is_unused(self, folder):
        cases = crossed(["a.x.png", "a.y.png"], ["wave.jpg"])
        place = folder("a.x_wave.png", "a.y_wave.png", "a_wave.png")
        pairing = pair_pictures(place, cases)
        assert names(pairing) == {"a_x--wave": "a.x_wave.png", "a_y--wave": "a.y_wave.png"}
        assert pairing.unused == ("a_wave.png",)

    def test_original_names_are_known_by_titles(self, folder):
        cases = crossed(["Golden Gate.png"], ["Große Welle.jpg"])
        expected = {cases[0].id: "Golden Gate_stylized_Große Welle.jpg"}
        assert names(pair_pictures(folder(*expected.values()), cases)) == expected

    def test_letter_case_suffix_and_unicode_form_do_not_count(self, folder):
        cases = crossed(["Café.png"], ["Wave.jpg", "sky.jpg"])
        decomposed = unicodedata.normalize("NFD", "CAFÉ_Stylized_wave.WEBP")
        pairing = pair_pictures(folder(decomposed, "café_stylized_SKY.tiff"), cases)
        assert sorted(names(pairing).values()) == sorted([decomposed, "café_stylized_SKY.tiff"])

    def test_letter_case_counts_where_it_is_all_that_differs(self, folder):
        cases = crossed(["cat.png"], ["A.jpg", "b.jpg"])
        upper = crossed(["Cat1.png", "cat1.jpg"], ["wave.jpg"])
        assert len(cases) == 2
        contents = tuple(type(item)(id=item.image.stem, image=item.image) for item in upper.contents)
        upper = type(upper)(contents, upper.styles)
        expected = {"Cat1--wave": "Cat1_stylized_wave.png", "cat1--wave": "cat1_stylized_wave.png"}
        assert names(pair_pictures(folder(*expected.values()), upper)) == expected


class TestTwoReadings:
    def test_shared_stems_leave_the_order_open_and_the_pattern_is_asked_for(self, folder):
        cases = crossed(["00.png", "01.png"], ["00.jpg", "01.jpg"])
        place = folder("00_01.png", "01_00.png", "00_00.png", "01_01.png")
        with pytest.raises(InputError) as refused:
            pair_pictures(place, cases)
        assert "00_01.png is 00--01 by {content}_{style}, and 01--00 by {style}_{content}" in str(refused.value)
        assert "NAME=FOLDER:PATTERN" in str(refused.value)
        pairing = pair_pictures(place, cases, parse_pattern("{style}_{content}"))
        assert names(pairing)["01--00"] == "00_01.png"

    def test_the_order_is_no_question_where_one_of_them_explains_twice_as_many(self, folder):
        """StyleID's own data: 20 contents, 40 styles, of which 400 pairs are names in both orders."""
        cases = crossed([f"{n:02}.png" for n in range(20)], [f"{n:02}.jpg" for n in range(40)])
        expected = every(cases, stems("{content}_{style}.png"))
        pairing = pair_pictures(folder(*expected.values()), cases)
        assert names(pairing) == expected

    def test_names_of_our_own_have_one_order(self, folder):
        cases = crossed(["00.png", "01.png"], ["00.jpg", "01.jpg"])
        expected = {case.id: f"{case.id}.png" for case in cases}
        assert names(pair_pictures(folder(*expected.values()), cases)) == expected

    def test_a_name_that_splits_in_two_ways_is_ambiguous_and_both_are_shown(self, folder):
        cases = crossed(["a.png", "a_b.png"], ["c.jpg", "b_c.jpg"])
        place = folder("a_b_c.png", "a_c.png", "a_b_b_c.png")
        pairing = pair_pictures(place, cases, parse_pattern("{content}_{style}"))
        assert sorted(pairing.files) == ["a--c", "a_b--b_c"]
        assert sorted(pairing.ambiguous) == ["a--b_c", "a_b--c"]
        assert "a_b_c.png, which may be" in pairing.ambiguous["a--b_c"]

    def test_two_files_for_one_case_are_shown(self, folder):
        place = folder("cat_stylized_wave.png", "cat_stylized_wave.jpg", "dog_stylized_wave.png")
        pairing = pair_pictures(place, PLAIN)
        assert pairing.ambiguous == {"cat--wave": "cat_stylized_wave.jpg or cat_stylized_wave.png"}
        assert sorted(pairing.files) == ["dog--wave"]

    def test_a_suffix_in_the_pattern_decides_between_them(self, folder):
        place = folder("cat_stylized_wave.png", "cat_stylized_wave.jpg", "dog_stylized_wave.jpg")
        pairing = pair_pictures(place, PLAIN, parse_pattern("{content}_stylized_{style}.png"))
        assert names(pairing) == {"cat--wave": "cat_stylized_wave.png", "dog--wave": "dog_stylized_wave.jpg"}

    def test_a_stem_that_looks_like_a_number_is_no_running_number(self, folder):
        cases = crossed(["cat.png"], ["wave.jpg", "wave_1.jpg"])
        expected = {"cat--wave": "cat_stylized_wave.jpg", "cat--wave_1": "cat_stylized_wave_1.jpg"}
        assert names(pair_pictures(folder(*expected.values()), cases)) == expected


class TestLostNames:
    def test_a_lost_style_is_refused(self, folder):
        with pytest.raises(InputError, match=r"cat_fake_B.png may be cat--wave or cat--night by .*CAST.*style is lost"):
            pair_pictures(folder("cat_fake_B.png", "dog_fake_B.png", "cat_real_A.png"), PLAIN)

    def test_the_content_alone_is_enough_where_each_has_one_case(self, folder):
        cases = crossed(["cat.png", "dog.png"], ["wave.jpg"])
        pairing = pair_pictures(folder("cat_fake_B.png", "dog_fake_B.png", "cat_real_A.png"), cases)
        assert names(pairing) == {"cat--wave": "cat_fake_B.png", "dog--wave": "dog_fake_B.png"}

    def test_a_constant_name_is_refused(self, folder):
        with pytest.raises(InputError, match=r"no picture names a case .* there are result.png"):
            pair_pictures(folder("result.png"), PLAIN)
        with pytest.raises(InputError, match="names no case, and the protocol has 4 cases"):
            pair_pictures(folder("result.png"), PLAIN, parse_pattern("result.png"))

    def test_a_constant_name_is_the_picture_of_the_only_case(self, folder):
        cases = crossed(["cat.png"], ["wave.jpg"])
        assert names(pair_pictures(folder("result.png"), cases)) == {"cat--wave": "result.png"}
        place = folder("result.png", "other.png")
        assert names(pair_pictures(place, cases, parse_pattern("result.png"))) == {"cat--wave": "result.png"}

    def test_a_star_stands_for_anything_in_a_constant_name(self, folder):
        cases = crossed(["cat.png"], ["wave.jpg"])
        place = folder("out1.png", "other.png", "deep/out2.png")
        assert names(pair_pictures(place, cases, parse_pattern("out*"))) == {"cat--wave": "out1.png"}
        assert names(pair_pictures(place, cases, parse_pattern("*/out*.png"))) == {"cat--wave": "deep/out2.png"}
        assert pair_pictures(place, cases, parse_pattern("o*")).ambiguous == {"cat--wave": "other.png or out1.png"}

    def test_another_protocols_folder_says_which_names_were_expected(self, folder):
        with pytest.raises(InputError) as refused:
            pair_pictures(folder("owl_stylized_sky.png"), PLAIN)
        assert "cat_stylized_wave.png" in str(refused.value)
        assert "owl_stylized_sky.png" in str(refused.value)

    def test_a_folder_without_pictures_is_refused(self, folder):
        with pytest.raises(InputError, match="holds no pictures, but 1 other file"):
            pair_pictures(folder("notes.txt"), PLAIN)


class TestOrder:
    def test_running_numbers_count_cases_from_where_they_all_fit(self, folder):
        for first in (0, 1):
            place = folder(*(f"{first}/img_{first + n}.png" for n in range(4)))
            pairing = pair_pictures(place / str(first), PLAIN, parse_pattern("img_{n}.png"))
            assert names(pairing)["cat--wave"] == f"img_{first}.png"
            assert "paired by order" in pairing.order

    def test_numbers_that_may_begin_at_0_or_1_are_asked(self, folder):
        place = folder("2.png", "3.png")
        with pytest.raises(InputError, match=r"numbers are 2 … 3.*\{n0\} or \{n1\}"):
            pair_pictures(place, PLAIN, parse_pattern("{n}"))
        assert names(pair_pictures(place, PLAIN, parse_pattern("{n0}"))) == {
            "dog--wave": "2.png",
            "dog--night": "3.png",
        }
        assert names(pair_pictures(place, PLAIN, parse_pattern("{n1}"))) == {
            "cat--night": "2.png",
            "dog--wave": "3.png",
        }

    @pytest.mark.parametrize(
        ("pattern", "form"),
        [("{n}*", "{:02}_x"), ("{n}*", "{}_x"), ("*{n}", "x_{:02}"), ("*{n}", "x_{}"), ("*{n}*", "x_{}_y")],
    )
    def test_a_number_beside_a_star_has_all_its_digits(self, folder, pattern, form):
        cases = crossed(["cat.png"], [f"s{n:02}.png" for n in range(12)])
        expected = {case.id: f"{form.format(number)}.png" for number, case in enumerate(cases)}
        pairing = pair_pictures(folder(*expected.values()), cases, parse_pattern(pattern))
        assert names(pairing) == expected

    def test_digits_of_such_numbers_are_no_numbers_of_their_own(self, folder):
        cases = crossed(["cat.png"], ["a.png", "b.png", "c.png"])
        with pytest.raises(InputError, match="numbers are 10 … 32"):
            pair_pictures(folder("10_x.png", "21_x.png", "32_x.png"), cases, parse_pattern("{n}*"))

    def test_a_name_with_two_numbers_does_not_tell_which_one_counts(self, folder):
        cases = crossed(["cat.png"], ["a.png", "b.png"])
        place = folder("run3_1.png", "run3_2.png")
        with pytest.raises(InputError, match=r"run3_1.png may be number 3 or 1"):
            pair_pictures(place, cases, parse_pattern("*{n}*"))
        assert names(pair_pictures(place, cases, parse_pattern("run*_{n}"))) == {
            "cat--a": "run3_1.png",
            "cat--b": "run3_2.png",
        }

    def test_sorting_is_used_only_where_the_user_says_so(self, folder):
        place = folder("img1_fake.png", "img2_fake.png", "img3_fake.png", "img10_fake.png", "img1_real.png")
        in_order = ["cat--wave", "cat--night", "dog--wave", "dog--night"]
        by_name = pair_pictures(place, PLAIN, parse_pattern("{sorted}_fake"))
        assert names(by_name) == dict(
            zip(in_order, ["img10_fake.png", "img1_fake.png", "img2_fake.png", "img3_fake.png"], strict=True)
        )
        natural = pair_pictures(place, PLAIN, parse_pattern("{natural}_fake"))
        assert names(natural)["dog--night"] == "img10_fake.png"
        assert natural.unused == ("img1_real.png",)

    def test_sorting_needs_as_many_pictures_as_cases(self, folder):
        with pytest.raises(InputError, match="fits 2 pictures, and the protocol has 4 cases"):
            pair_pictures(folder("a.png", "b.png"), PLAIN, parse_pattern("{sorted}"))


class TestSeedsAndMixes:
    def test_several_seeds_need_the_seed(self, folder):
        cases = crossed(["cat.png"], ["wave.jpg"], seeds=(0, 7))
        with pytest.raises(InputError, match=r"cannot tell cat--wave from cat--wave--7; it must hold \{seed\} too"):
            pair_pictures(folder("cat_wave.png"), cases, parse_pattern("{content}_{style}"))
        place = folder("cat_wave_s0.png", "cat_wave_s7.png", "cat_wave_s8.png")
        pairing = pair_pictures(place, cases, parse_pattern("{content}_{style}_s{seed}"))
        assert names(pairing) == {"cat--wave": "cat_wave_s0.png", "cat--wave--7": "cat_wave_s7.png"}

    def test_names_of_cases_tell_seeds(self, folder):
        cases = crossed(["cat.png"], ["wave.jpg"], seeds=(0, 7))
        pairing = pair_pictures(folder("cat--wave.png", "cat--wave--7.png"), cases)
        assert names(pairing) == {"cat--wave": "cat--wave.png", "cat--wave--7": "cat--wave--7.png"}

    def test_another_seed_in_the_name_does_no_harm_where_the_protocol_has_one(self, folder):
        pairing = pair_pictures(
            folder("cat_wave_s42.png", "dog_wave_s42.png"), PLAIN, parse_pattern("{content}_{style}_s{seed}")
        )
        assert len(pairing.files) == 2

    def test_two_seeds_of_one_case_are_ambiguous(self, folder):
        pairing = pair_pictures(
            folder("cat_wave_s1.png", "cat_wave_s2.png"), PLAIN, parse_pattern("{content}_{style}_s{seed}")
        )
        assert pairing.ambiguous["cat--wave"] == "cat_wave_s1.png or cat_wave_s2.png"

    def test_a_mix_is_its_styles_joined_by_a_plus(self, folder):
        cases = crossed(["cat.png"], ["wave.jpg", "night.jpg"], mixes=[["wave.jpg", "night.jpg"]])
        expected = {
            "cat--wave": "cat_stylized_wave.png",
            "cat--night": "cat_stylized_night.png",
            "cat--wave+night": "cat_stylized_wave+night.png",
        }
        assert names(pair_pictures(folder(*expected.values()), cases)) == expected


class TestPatterns:
    def test_a_pattern_without_the_content_is_refused_before_files_are_read(self, tmp_path):
        with pytest.raises(InputError, match=r"'\{style\}.png' cannot tell cat--wave from dog--wave.*\{content\} too"):
            pair_pictures(tmp_path / "not read", PLAIN, parse_pattern("{style}.png"))

    def test_a_pattern_that_fits_nothing_says_what_it_expects(self, folder):
        with pytest.raises(InputError, match=r"such as x_cat_wave.png was expected, and there are cat_wave.png"):
            pair_pictures(folder("cat_wave.png"), PLAIN, parse_pattern("x_{content}_{style}"))

    def test_folders_stars_and_repeated_placeholders(self, folder):
        place = folder("run1/cat/cat_wave_9.98.png", "run1/dog/cat_wave_9.98.png")
        pairing = pair_pictures(place, PLAIN, parse_pattern("*/{content}/{content}_{style}_*"))
        assert names(pairing) == {"cat--wave": "run1/cat/cat_wave_9.98.png"}
        assert pairing.unused == ("run1/dog/cat_wave_9.98.png",)

    def test_links_to_folders_are_followed_once(self, folder):
        place = folder("cat_stylized_wave.png")
        (place / "again").symlink_to(place, target_is_directory=True)
        (place / "self.png").symlink_to("self.png")
        assert names(pair_pictures(place, PLAIN)) == {"cat--wave": "cat_stylized_wave.png"}


class TestTables:
    def test_a_table_beside_the_folder_pairs_files(self, folder, tmp_path):
        place = folder("1.png", "2.png", "3.png")
        (tmp_path / "own.csv").write_text(
            "file;case;seconds\n1.png;cat--wave;2,5\n2.jpg;dog--night;\n9.png;cat--night;1\n"
        )
        pairing = pair_pictures(place, PLAIN, name="own")
        assert names(pairing) == {"cat--wave": "1.png", "dog--night": "2.png"}
        assert pairing.seconds == {"cat--wave": 2.5, "cat--night": 1.0}
        assert pairing.unused == ("3.png",)
        assert pairing.missing["cat--night"] == "no picture: 9.png, in line 4 of own.csv, is not there"

    def test_contents_and_styles_tell_the_case(self, folder):
        place = folder("1.png", "2.png")
        (place / "own.csv").write_text("file,content,style\n1.png,cat.png,Wave\n2.png,dog,night\n")
        assert names(pair_pictures(place, PLAIN, name="own")) == {"cat--wave": "1.png", "dog--night": "2.png"}

    def test_the_table_of_an_export_is_read(self, folder):
        place = folder("x1.jpg", "x2.jpg")
        (place / "cases.csv").write_text(
            "case,content,style,weights,masks,prompt,seed,file\n"
            "cat--wave,cat,wave,,,,0,x1.png\ndog--wave,dog,wave,,,,0,x2.png\n"
        )
        assert names(pair_pictures(place, PLAIN)) == {"cat--wave": "x1.jpg", "dog--wave": "x2.jpg"}

    def test_names_tell_where_the_table_of_an_export_names_no_file_that_is_there(self, folder):
        """Inputs of the export, which lie beside the table, are no outputs."""
        cases = crossed(["cat.png", "dog.png"], ["wave.jpg"])
        place = folder("cat_stylized_wave.png", "contents/cat.png", "contents/dog.png", "styles/wave.png")
        (place / "cases.csv").write_text(
            "case,content,style,weights,masks,prompt,seed,file\n"
            "cat--wave,contents/cat.png,styles/wave.png,1,,,0,cat--wave.png\n"
            "dog--wave,contents/dog.png,styles/wave.png,1,,,0,dog--wave.png\n"
        )
        pairing = pair_pictures(place, cases)
        assert names(pairing) == {"cat--wave": "cat_stylized_wave.png"}
        assert "StyTR-2" in pairing.rule
        assert pairing.unused == ("contents/cat.png", "contents/dog.png", "styles/wave.png")

    def test_an_export_without_outputs_has_no_picture_of_any_case(self, folder):
        cases = crossed(["cat.png"], ["wave.jpg"])
        place = folder("contents/cat.png", "styles/wave.png")
        (place / "cases.csv").write_text(
            "case,content,style,seed,file\ncat--wave,contents/cat.png,styles/wave.png,0,cat--wave.png\n"
        )
        assert pair_pictures(place, cases).missing == {
            "cat--wave": "no picture: cat--wave.png, in line 2 of cases.csv, is not there"
        }

    def test_a_table_of_durations_alone_leaves_pairing_to_names(self, folder, tmp_path):
        (tmp_path / "own.csv").write_text("case,seconds\ncat--wave,3\n")
        pairing = pair_pictures(folder("cat_stylized_wave.png"), PLAIN, name="own")
        assert pairing.seconds == {"cat--wave": 3.0}
        assert "StyTR-2" in pairing.rule

    def test_a_dot_in_a_name_without_suffix_is_part_of_the_name(self, folder, tmp_path):
        place = folder("photo.png", "photo.v2.png")
        (tmp_path / "own.csv").write_text("file,case\nphoto.v2,cat--wave\nphoto.v3,dog--wave\n")
        pairing = pair_pictures(place, PLAIN, name="own")
        assert names(pairing) == {"cat--wave": "photo.v2.png"}
        assert "photo.v3, in line 3" in pairing.missing["dog--wave"]

    @pytest.mark.parametrize("suffix", [".png", ""])
    def test_letter_case_decides_only_where_it_is_all_that_differs(self, folder, tmp_path, suffix):
        place = folder("A.png", "a.png", "B.png")
        (tmp_path / "own.csv").write_text(
            f"file,case\nA{suffix},cat--wave\na{suffix},dog--wave\nb{suffix},cat--night\n"
        )
        pairing = pair_pictures(place, PLAIN, name="own")
        assert names(pairing) == {"cat--wave": "A.png", "dog--wave": "a.png", "cat--night": "B.png"}

    def test_letter_case_that_fits_neither_is_ambiguous(self, folder, tmp_path):
        place = folder("Cat.png", "cAt.png")
        (tmp_path / "own.csv").write_text("file,case\ncat.png,cat--wave\n")
        assert pair_pictures(place, PLAIN, name="own").ambiguous == {"cat--wave": "Cat.png or cAt.png"}

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("file,case\n1.png,cat--wavy\n", "line 2: cat--wavy is no case of the protocol; did you mean cat--wave?"),
            ("file,content\n1.png,cat\n", "line 2 may be cat--wave or cat--night"),
            ("file,kase\n1.png,x\n", "unknown column 'kase'; did you mean case?"),
            ("file,case,seconds\n1.png,cat--wave,fast\n", "line 2: 'fast' is no number"),
            ("file\n1.png\n", "must have a column case"),
        ],
    )
    def test_a_wrong_table_is_refused_with_the_line(self, folder, tmp_path, text, problem):
        (tmp_path / "own.csv").write_text(text)
        with pytest.raises(InputError) as refused:
            pair_pictures(folder("1.png"), PLAIN, name="own")
        assert problem in str(refused.value)

    def test_two_tables_are_refused(self, folder, tmp_path):
        place = folder("1.png", "own.csv")
        (tmp_path / "own.csv").touch()
        with pytest.raises(InputError, match="two tables of the pictures"):
            pair_pictures(place, PLAIN, name="own")


def test_twice_as_many_cases_take_twice_as_many_calls(folder):
    """Comparing every file with every case would take four times as many, and minutes for 100,000."""

    def calls(contents: int) -> int:
        cases = crossed([f"c_{n:03}.png" for n in range(contents)], [f"s_{n:02}.png" for n in range(50)])
        place = folder(*(f"{contents}/{name}" for name in every(cases, stems("{content}_{style}.png")).values()))
        profile = cProfile.Profile()
        pairing = profile.runcall(pair_pictures, place / str(contents), cases)
        assert len(pairing.files) == len(cases)
        return sum(entry.callcount for entry in profile.getstats())

    assert calls(40) < 2.2 * calls(20)
