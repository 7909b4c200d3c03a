"""``benchmark.score``: pictures get the numbers that a run gives the same pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import benchmark
from benchmark.images import to_tensor

METRICS = ["ssim", "clip_text_similarity", "vgg_style_loss"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a control and a method of ours on two cases."""
    run = benchmark.run(
        "smoke",
        methods=["color_transfer", "adain"],
        metrics=METRICS,
        threads=1,
        report=False,
        out=tmp_path_factory.mktemp("scored") / "run",
    )
    return run.path


@pytest.fixture(autouse=True)
def one_thread():
    """As in the run: the last bits of scores depend on the number of threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def picture(folder: Path, name: str, size: tuple[int, int], seed: int = 0) -> Path:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / name)
    return folder / name


def scored_as(table: pd.DataFrame, units: pd.DataFrame) -> bool:
    return bool(np.array_equal(table.to_numpy(), units[table.columns].to_numpy()))


def of_run(run: Path) -> tuple[pd.DataFrame, dict[str, list]]:
    units = benchmark.load_run(run)
    return units, {
        "stylized": [run / image for image in units["image"]],
        "content": [run / "inputs" / "contents" / f"{name}.png" for name in units["content"]],
        "style": [run / "inputs" / "styles" / f"{name}.png" for name in units["style"]],
        "prompt": list(units["prompt"]),
    }


class TestParity:
    def test_paths_get_the_scores_of_the_run(self, finished):
        units, given = of_run(finished)
        table = benchmark.score(**given, metrics=METRICS, networks="smoke", device="cpu")
        assert len(table) == 4
        assert scored_as(table, units)

    def test_so_do_pictures_of_pil(self, finished):
        units, given = of_run(finished)
        opened = {role: [Image.open(path) for path in given[role]] for role in ("stylized", "content", "style")}
        table = benchmark.score(**{**given, **opened}, metrics=METRICS, networks="smoke", device="cpu")
        assert scored_as(table, units)
        assert list(table.index) == [0, 1, 2, 3]

    def test_so_do_tensors(self, finished):
        units, given = of_run(finished)
        tensors = {
            role: [to_tensor(Image.open(path)) for path in given[role]] for role in ("stylized", "content", "style")
        }
        table = benchmark.score(**{**given, **tensors}, metrics=METRICS, networks="smoke", device="cpu")
        assert scored_as(table, units)

    def test_one_content_is_for_all(self, finished):
        units, given = of_run(finished)
        table = benchmark.score(given["stylized"], content=given["content"][0], metrics=["ssim"], device="cpu")
        assert scored_as(table, units)

    def test_rows_are_named_after_their_files(self, finished):
        _, given = of_run(finished)
        table = benchmark.score(given["stylized"][0], content=given["content"][0], metrics="ssim", device="cpu")
        assert list(table.index) == [given["stylized"][0].name]
        assert table.index.name == "stylized"


class TestInputs:
    def test_of_all_metrics_those_that_lack_an_input_are_left_out(self, tmp_path):
        stylized = picture(tmp_path, "s.png", (176, 176))
        with_prompt = benchmark.score(stylized, prompt="a sketch", device="cpu")
        assert "clip_text_similarity" in with_prompt
        assert "ssim" not in with_prompt
        assert not with_prompt.isna().any().any()
        with_content = benchmark.score(stylized, content=stylized, device="cpu")
        assert {"ssim", "cfsd"} <= set(with_content)
        assert "vgg_style_loss" not in with_content

    def test_a_metric_that_is_named_and_lacks_an_input_is_refused(self, tmp_path):
        stylized = picture(tmp_path, "s.png", (64, 64))
        with pytest.raises(benchmark.InputError, match=r"^vgg_style_loss needs style=$"):
            benchmark.score(stylized, content=stylized, metrics="vgg_style_loss")

    def test_set_metrics_are_refused(self, sample_plugins, tmp_path):
        stylized = picture(tmp_path, "s.png", (64, 64))
        with pytest.raises(benchmark.InputError, match=r"^brightness_gap scores many pictures together: use benchmark"):
            benchmark.score(stylized, content=stylized, metrics="brightness_gap")

    def test_nothing_but_pictures_is_refused(self, tmp_path):
        stylized = picture(tmp_path, "s.png", (64, 64))
        with pytest.raises(benchmark.InputError, match="no metric can score what is given; give content="):
            benchmark.score(stylized)

    def test_no_pictures_are_refused(self):
        with pytest.raises(benchmark.InputError, match="no stylized pictures"):
            benchmark.score([])

    def test_numbers_of_pictures_must_agree(self, tmp_path):
        stylized = picture(tmp_path, "s.png", (64, 64))
        with pytest.raises(benchmark.InputError, match=r"3 stylized pictures, but 2 of content: give one each"):
            benchmark.score([stylized] * 3, content=[stylized] * 2)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (torch.zeros(1, 3, 64, 64), r"1×3×64×64"),
            (torch.zeros(3, 64, 64, dtype=torch.uint8), r"torch\.uint8"),
            (torch.full((3, 64, 64), 255.0), r"outside 0 … 1"),
            (torch.full((3, 64, 64), float("nan")), r"outside 0 … 1"),
            (7, r"is int, not a path"),
            ("missing.png", r"image not found: missing\.png"),
        ],
    )
    def test_what_is_no_picture_is_refused(self, given, message, tmp_path):
        with pytest.raises(benchmark.InputError, match=message):
            benchmark.score(given, content=picture(tmp_path, "c.png", (64, 64)), metrics="ssim")

    def test_pictures_that_pil_holds_are_not_changed(self, tmp_path):
        opened = Image.open(picture(tmp_path, "s.png", (64, 64))).convert("RGBA")
        opened.info["comment"] = "kept"
        benchmark.score(opened, content=opened, metrics="ssim", device="cpu")
        assert (opened.mode, opened.info["comment"]) == ("RGBA", "kept")


class TestSizes:
    def test_the_content_of_a_square_picture_is_cut_as_in_a_run(self, tmp_path):
        content = picture(tmp_path, "c.png", (96, 64))
        middle = Image.open(content).crop((16, 0, 80, 64))
        table = benchmark.score(middle, content=content, metrics="ssim", device="cpu")
        assert table.loc[0, "ssim"] == pytest.approx(1)

    def test_other_pictures_keep_their_shape(self, tmp_path):
        content = picture(tmp_path, "c.png", (96, 64))
        table = benchmark.score(content, content=content, metrics="ssim", device="cpu")
        assert table.loc["c.png", "ssim"] == pytest.approx(1)

    def test_a_content_of_the_same_aspect_is_scaled(self, tmp_path):
        content = picture(tmp_path, "c.png", (192, 127))
        smaller = Image.open(content).resize((97, 64), Image.Resampling.LANCZOS)
        table = benchmark.score(smaller, content=content, metrics="ssim", device="cpu")
        assert table.loc[0, "ssim"] == pytest.approx(1)

    def test_one_of_another_aspect_is_refused_with_both_sizes(self, tmp_path):
        stylized, content = picture(tmp_path, "s.png", (96, 64)), picture(tmp_path, "c.png", (64, 96))
        with pytest.raises(benchmark.InputError, match=r"64×96, the stylized picture 96×64: another aspect"):
            benchmark.score(stylized, content=content, metrics="ssim")

    def test_pictures_of_different_sizes_are_scored_in_one_call(self, tmp_path):
        small, large = picture(tmp_path, "s.png", (64, 64)), picture(tmp_path, "l.png", (96, 96))
        table = benchmark.score([small, large], content=[small, large], metrics="ssim", device="cpu")
        assert table["ssim"].to_list() == pytest.approx([1, 1])
