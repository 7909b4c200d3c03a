"""Units and their seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.file_names import file_stem
from benchmark.plan.unit import image_path, input_path, log_path, unit_seed


def test_the_seed_of_a_unit_is_fixed_forever():
    assert unit_seed(0, "cat--starry_night", "gatys") == 3438471681685718837


def test_the_seed_depends_on_run_case_and_method():
    seeds = {unit_seed(run, case, method) for run in (0, 1) for case in ("a", "b") for method in ("m", "n")}
    assert len(seeds) == 8


def test_seeds_fit_what_torch_takes():
    assert all(0 <= unit_seed(0, str(number), "m") < 2**63 for number in range(1000))


def test_names_that_run_together_are_told_apart():
    assert unit_seed(0, "ab", "c") != unit_seed(0, "a", "bc")


class TestFileNames:
    @pytest.mark.parametrize("name", ["cat--starry_night", "x" * 237, "con--warm", "a+b--3"])
    def test_are_the_names_wherever_they_can_be(self, name):
        assert image_path("gatys", name) == f"images/gatys/{name}.png"
        assert file_stem(name) == name

    def test_are_fixed_for_ever_where_they_cannot(self):
        cut = "x" * 220
        assert file_stem("x" * 238) == f"{cut}-267bcbe7723ca36f"
        assert image_path("m", "x" * 238) == f"images/m/{cut}-267bcbe7723ca36f.png"

    def test_that_begin_alike_stay_apart(self):
        names = ["x" * length for length in (238, 239, 500)] + ["x" * 237 + "y", "é" * 200, "é" * 201]
        stems = {file_stem(name) for name in names}
        assert len(stems) == len(names)
        assert all(len(stem.encode()) <= 237 for stem in stems)

    def test_leave_room_for_a_temporary_file_on_any_file_system(self, tmp_path):
        for path in (image_path("m" * 300, "c" * 300), log_path("m" * 300), input_path("styles", "s" * 300)):
            assert max(len(part) for part in Path(path).parts) <= 255 - len("..xxxxxxxx.tmp")
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).touch()

    def test_are_none_that_windows_takes_for_devices(self):
        for name in ("con", "NUL", "lpt1"):
            assert file_stem(name).startswith(f"{name}-")
        assert file_stem("console") == "console"
