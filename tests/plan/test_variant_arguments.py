"""Variants as a command and a Python program name them."""

from __future__ import annotations

import pytest

from benchmark.errors import InputError
from benchmark.plan.variant_arguments import make_variants, parse_variants, variant_arguments
from benchmark.protocol.variant import Variant


def test_a_variant_has_all_its_changes():
    assert parse_variants(["clip-styler:attention=bottleneck, paired-crops=false"]) == (
        Variant("clip_styler", {"attention": "bottleneck", "paired_crops": "false"}),
    )


def test_what_has_no_equals_sign_belongs_to_the_value_before_it():
    assert parse_variants(["gatys:layers=relu1_1,relu2_1,steps=5"]) == (
        Variant("gatys", {"layers": "relu1_1,relu2_1", "steps": "5"}),
    )


def test_a_sweep_is_a_variant_for_each_value():
    assert parse_variants(sweeps=["gatys.steps=20,40"]) == (
        Variant("gatys", {"steps": "20"}),
        Variant("gatys", {"steps": "40"}),
    )


def test_lists_in_a_sweep_are_separated_by_semicolons():
    assert parse_variants(sweeps=["gatys.layers=a,b;c"]) == (
        Variant("gatys", {"layers": "a,b"}),
        Variant("gatys", {"layers": "c"}),
    )


def test_an_ablation_is_a_variant_for_each_change():
    assert parse_variants(ablations=["gatys:steps=20,steps=40,layers=a,b"]) == (
        Variant("gatys", {"steps": "20"}),
        Variant("gatys", {"steps": "40"}),
        Variant("gatys", {"layers": "a,b"}),
    )


def test_a_program_is_named_by_its_file():
    assert parse_variants(["some-where/mix.toml:share=2"], ["some-where/mix.toml.share=3"]) == (
        Variant("some-where/mix.toml", {"share": "2"}),
        Variant("some-where/mix.toml", {"share": "3"}),
    )


@pytest.mark.parametrize("text", ["", "gatys", "gatys:", "gatys:steps", "gatys:=3", ":steps=3", "gatys:a,steps=3"])
def test_another_form_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="write METHOD:SETTING=VALUE,…, as in clipstyler"):
        parse_variants([text])


@pytest.mark.parametrize("text", ["", "gatys", "gatys.steps", "gatys.steps=", "gatys=3", ".steps=3"])
def test_another_form_of_a_sweep_is_refused_with_an_example(text):
    with pytest.raises(InputError, match=r"write METHOD\.SETTING=VALUE,VALUE,…, as in gatys"):
        parse_variants(sweeps=[text])


def test_a_setting_that_is_there_twice_is_refused():
    with pytest.raises(InputError, match="sets steps twice; --sweep makes a row of each value"):
        parse_variants(["gatys:steps=1,steps=2"])


def test_python_names_the_same():
    assert make_variants(
        [("gatys", {"steps": 3}), "gatys:steps=4"], {"gatys.steps": [5, 6]}, {"gatys": {"steps": 7, "size": 8}}
    ) == (
        Variant("gatys", {"steps": 3}),
        Variant("gatys", {"steps": "4"}),
        Variant("gatys", {"steps": 5}),
        Variant("gatys", {"steps": 6}),
        Variant("gatys", {"steps": 7}),
        Variant("gatys", {"size": 8}),
    )


@pytest.mark.parametrize("sweep", [{"steps": [1]}, {"gatys.steps": []}, {"gatys.steps": "12"}])
def test_python_refuses_a_sweep_of_another_form(sweep):
    with pytest.raises(InputError, match="cannot read sweep"):
        make_variants((), sweep, {})


def test_are_recorded_as_a_command_that_gives_them_again():
    given = (Variant("gatys", {"layers": ("a", "b"), "steps": 3}), Variant("gatys", {"steps": "4"}))
    options = list(variant_arguments(given))
    assert options == ["--variant", "gatys:layers=a,b,steps=3", "--variant", "gatys:steps=4"]
    assert [one.changes for one in parse_variants(options[1::2])] == [{"layers": "a,b", "steps": "3"}, {"steps": "4"}]
