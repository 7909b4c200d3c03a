"""Training of transform networks: the loss, what a step does, and that killed trainings continue as if undisturbed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional

from benchmark.images import load_square, open_image, pixels_sha256
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.specification import find_model
from benchmark.models.transform_network_file import Painting, read_transform_networks
from methods.johnson.stylization import paint
from metrics.vgg_losses import VggStyleLoss
from tests.transform_networks import transform_tensors
from tools.adain.corpus import Picture, fit_square
from tools.johnson.judge import main as judge
from tools.johnson.measures import measure
from tools.johnson.perceptual_loss import PerceptualLoss
from tools.johnson.recipe import Recipe, Schedule
from tools.johnson.sheet import main as sheet
from tools.johnson.trainer import Trainer
from tools.johnson.weights_file import main as join_files
from tools.train_johnson import main

REPOSITORY = Path(__file__).parents[2]
TINY = Recipe(width=4, steps=6, batch=2, size=32, style_size=32, style_weight=1e5, seed=3)
PAINTING = Painting(title="Noise", pixels_sha256="1" * 64)
LAYERS = {"relu1_2": 64, "relu2_2": 128, "relu3_3": 256, "relu4_3": 512}


def image(height=40, width=48, seed=0):
    coarse = torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(seed))
    return functional.interpolate(coarse, (height, width), mode="bicubic")[0].clamp(0, 1)


def photograph(name, seed):
    pixels = (255 * image(72, 80, seed)).round().byte().permute(1, 2, 0).numpy()
    return Picture(name, Image.fromarray(pixels))


PHOTOGRAPHS = (photograph("one", 1), photograph("two", 2))


def trainer_of(recipe=TINY, painting=PAINTING):
    return Trainer(recipe, painting, image(), PHOTOGRAPHS)


@pytest.fixture
def folder(tmp_path):
    """A folder of photographs and a painting."""
    (tmp_path / "photographs").mkdir()
    for picture in PHOTOGRAPHS:
        picture.image.save(tmp_path / "photographs" / f"{picture.name}.png")
    photograph("painting", 5).image.save(tmp_path / "painting.png")
    return tmp_path


@pytest.fixture
def options(folder):
    recipe = ("--width", "4", "--batch", "1", "--size", "32", "--style-size", "32", "--steps", "6")
    files = ("--style", str(folder / "painting.png"), "--photographs", str(folder / "photographs"))
    return [*files, *recipe, "--out", str(folder / "out"), "--save-every", "2", "--log-every", "2"]


class TestTheLoss:
    @pytest.fixture(scope="class")
    @staticmethod
    def vgg():
        return find_model("vgg19-embedded").load()

    @staticmethod
    def features(vgg, images):
        return {name: value / 57.63 for name, value in vgg(images, tuple(LAYERS)).items()}

    @staticmethod
    def gram(features, channels):
        flat = features.reshape(len(features), channels, -1)
        return torch.stack([one @ one.T / one.numel() for one in flat])

    def test_is_the_published_one(self, vgg):
        painted, photographs = torch.stack([image(seed=1), image(seed=2)]), torch.stack([image(seed=3), image(seed=4)])
        painting = image(44, 36, seed=5)
        ours, theirs, wanted = (self.features(vgg, images) for images in (painted, photographs, painting[None]))
        grams = {
            name: (self.gram(ours[name], channels), self.gram(wanted[name], channels).repeat(2, 1, 1))
            for name, channels in LAYERS.items()
        }

        found = PerceptualLoss(vgg, painting)(painted, photographs)

        torch.testing.assert_close(found.content, ((ours["relu2_2"] - theirs["relu2_2"]) ** 2).mean())
        torch.testing.assert_close(found.style, sum(((one - other) ** 2).mean() for one, other in grams.values()))
        torch.testing.assert_close(PerceptualLoss(vgg, painting).style(painted), found.style)

    def test_is_made_of_shares_where_it_is_balanced(self, vgg):
        painted, photographs, painting = image(seed=1)[None], image(seed=3)[None], image(44, 36, seed=5)
        ours, theirs, wanted = (self.features(vgg, images) for images in (painted, photographs, painting[None]))
        shares = []
        for name, channels in LAYERS.items():
            one, other = self.gram(ours[name], channels), self.gram(wanted[name], channels)
            shares.append(((one - other) ** 2).sum() / (other**2).sum())
        content = ((ours["relu2_2"] - theirs["relu2_2"]) ** 2).sum() / (theirs["relu2_2"] ** 2).sum()

        found = PerceptualLoss(vgg, painting, balanced=True)(painted, photographs)

        torch.testing.assert_close(found.style, sum(shares))
        torch.testing.assert_close(found.content, content)

    def test_of_gatys_is_the_metric_as_a_share_of_the_paintings_own(self, vgg):
        painted, painting = image(seed=1), image(seed=5)
        metric = VggStyleLoss()
        metric.models = Models({Role.VGG: find_model("vgg19-embedded")})
        own = 0
        for layer in (f"relu{block}_1" for block in range(1, 6)):
            features = vgg(painting[None], (layer,))[layer][0].flatten(1)
            gram = features @ features.T / features.shape[1]
            own += 1000 / len(gram) ** 2 * gram.square().mean()

        found = PerceptualLoss(vgg, painting)(torch.stack([painted, painting]), torch.stack([painted, painting]))

        expected = metric.score(stylized=[painted, painting], style=[painting, painting])[:, 0].mean() / own
        torch.testing.assert_close(found.gatys_style, expected, rtol=2e-3, atol=0)

    def test_vanishes_for_what_is_the_same(self, vgg):
        painting = image()[None]

        found = PerceptualLoss(vgg, painting[0])(painting, painting)

        assert found.content == 0
        assert found.style < 1e-9
        assert found.gatys_style < 1e-9

    def test_has_the_total_variation_of_what_is_painted(self, vgg):
        stripes = torch.zeros(1, 3, 16, 16)
        stripes[..., ::2] = 1

        assert PerceptualLoss(vgg, image())(stripes, stripes).total_variation == 1

    def test_of_black_pictures_is_no_division_by_zero(self, vgg):
        black = torch.zeros(1, 3, 16, 16)

        found = PerceptualLoss(vgg, black[0], balanced=True)(black, black)

        assert all(value.isfinite() for value in vars(found).values())


class TestATraining:
    def test_lowers_both_losses_on_one_photograph(self):
        recipe = replace(TINY, width=8, batch=1, size=48, learning_rate=5e-3, balanced=True, content_weight=1)
        trainer = Trainer(replace(recipe, style_weight=1), PAINTING, image(), PHOTOGRAPHS[:1])
        first = trainer.advance()
        for _ in range(60):
            last = trainer.advance()

        assert last.content < 0.9 * first.content
        assert last.style < 0.7 * first.style

    def test_weighs_the_style_of_gatys(self):
        recipe = replace(TINY, batch=1, content_weight=0, style_weight=0)
        trainer = Trainer(replace(recipe, gatys_weight=1, learning_rate=5e-3), PAINTING, image(), PHOTOGRAPHS[:1])
        first = trainer.advance()
        for _ in range(30):
            last = trainer.advance()

        assert last.gatys_style < 0.8 * first.gatys_style

    def test_continues_from_its_checkpoint_as_if_undisturbed(self, tmp_path):
        undisturbed = trainer_of()
        for _ in range(4):
            undisturbed.advance()
        stopped = trainer_of()
        for _ in range(2):
            stopped.advance()
        stopped.save(tmp_path)

        continued = trainer_of()
        assert continued.restore(tmp_path)
        for _ in range(2):
            continued.advance()

        expected = undisturbed.network.state_dict()
        assert all(torch.equal(value, expected[name]) for name, value in continued.network.state_dict().items())
        assert continued.step == undisturbed.step == 4

    def test_draws_the_squares_of_a_step_from_its_number(self):
        first = trainer_of()

        assert torch.equal(first.draw(3), trainer_of().draw(3))
        assert not torch.equal(first.draw(3), first.draw(4))
        assert not torch.equal(first.draw(3), trainer_of(replace(TINY, seed=4)).draw(3))
        assert first.draw(0).shape == (2, 3, 32, 32)

    def test_begins_without_the_style_where_that_rises(self):
        with_style, without = (
            trainer_of(replace(TINY, style_ramp=10)),
            trainer_of(replace(TINY, style_weight=0)),
        )
        for trainer in (with_style, without):
            trainer.advance()

        expected = without.network.state_dict()
        assert all(torch.equal(value, expected[name]) for name, value in with_style.network.state_dict().items())

    def test_ends_at_a_low_rate_where_that_falls(self):
        trainer = trainer_of(replace(TINY, schedule=Schedule.COSINE))
        rates = []
        for _ in range(TINY.steps):
            rates.append(trainer.learning_rate)
            trainer.advance()

        assert rates[0] == TINY.learning_rate
        assert rates == sorted(rates, reverse=True)
        assert rates[-1] < 0.15 * TINY.learning_rate

    def test_starts_from_a_file_of_pytorch_examples(self, tmp_path):
        torch.save(transform_tensors(4), tmp_path / "mosaic.pth")
        trainer = trainer_of()

        trainer.start_from(tmp_path / "mosaic.pth")

        torch.testing.assert_close(trainer.network.state_dict(), transform_tensors(4), rtol=0, atol=0)

    def test_is_measured_on_pictures_that_it_has_not_seen(self):
        trainer = trainer_of()
        held_out = (photograph("three", 8), photograph("four", 9))
        expected, untouched = [], []
        for picture in held_out:
            pixels = np.asarray(picture.image.crop((4, 0, 76, 72)), dtype=np.float32) / 255
            square = torch.from_numpy(pixels).permute(2, 0, 1)
            expected.append(trainer.loss.style(paint(trainer.network, square)[None]).item())
            untouched.append(trainer.loss.style(square[None]).item())

        found = measure(trainer.network, trainer.loss.style, held_out, 72)

        assert found.share == pytest.approx(sum(expected) / sum(untouched), rel=1e-3)
        assert found.worst_share == pytest.approx(max(np.divide(expected, untouched)), rel=1e-3)


class TestTheCommand:
    def test_writes_weights_that_know_the_painting(self, options, folder):
        assert main([*options, "--held-out", "two", "--title", "Noise"]) == 0

        read = read_transform_networks(folder / "out" / "weights.safetensors")
        (painting,) = read.paintings
        assert painting.title == "Noise"
        assert painting.pixels_sha256 == pixels_sha256(open_image(folder / "painting.png"))
        log = [json.loads(line) for line in (folder / "out" / "log.jsonl").read_text().splitlines()]
        assert [line["step"] for line in log] == [2, 4, 6]
        measured = json.loads((folder / "out" / "measures.json").read_text())
        assert [entry["size"] for entry in measured] == [256, 512]
        assert all(0 < entry["share"] <= entry["worst_share"] for entry in measured)

    def test_killed_and_given_again_it_ends_with_the_same_weights(self, options, folder):
        assert main(options) == 0
        undisturbed = (folder / "out" / "weights.safetensors").read_bytes()
        again = [*options[: options.index("--out")], "--out", str(folder / "again"), "--save-every", "1"]
        command = [sys.executable, "-m", "tools.train_johnson", *again, "--log-every", "1"]
        with subprocess.Popen(
            command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
        ) as process:
            assert process.stdout
            for line in process.stdout:
                if line.startswith("step 3 "):
                    process.send_signal(signal.SIGKILL)
                    break
        assert process.returncode == -signal.SIGKILL

        assert main(again) == 0

        assert (folder / "again" / "weights.safetensors").read_bytes() == undisturbed
        first = json.loads((folder / "again" / "log.jsonl").read_text().splitlines()[0])
        assert first["step"] == 1

    def test_names_each_setting_of_the_recipe(self, capsys):
        with pytest.raises(SystemExit):
            main(["--help"])

        words = capsys.readouterr().out
        assert all(f"--{name.replace('_', '-')}" in words for name in asdict(Recipe()))

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            (("--style", "gone.png"), "image not found: gone.png"),
            (("--photographs", "gone"), "no folder gone: --photographs names one"),
            (("--photographs", "empty"), "no picture in empty: JPEG, PNG and WebP files are read"),
            (("--held-out", "nobody"), "no photograph is named nobody"),
            (("--held-out", "one", "two"), "all photographs are held out"),
            (("--size", "30"), "--size must be a multiple of 4, not 30"),
            (("--start", "mosaic.pth"), "mosaic.pth holds a network of width 8, not 4: give --width 8"),
            (("--vgg", "clip-tiny"), "model clip-tiny cannot play the role vgg"),
            (("--vgg", "vgg16"), "model vgg16: vgg16-397923af.pth"),
            (("--device", "tpu"), "device must be one of auto, cpu, cuda, not 'tpu'"),
        ],
    )
    def test_says_in_one_line_what_is_wrong(self, options, more, reason, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("STYLE_TRANSFER_BENCHMARK_WEIGHTS", str(tmp_path))
        (tmp_path / "empty").mkdir()
        torch.save(transform_tensors(8), tmp_path / "mosaic.pth")

        assert main([*options, *more]) == 2

        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"error: {reason}")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (("--learning-rate", "0.5"), "was begun with learning_rate 0.001, not 0.5: give the same options"),
            (("--style", "other.png"), "is of another painting"),
        ],
    )
    def test_refuses_to_continue_another_training(self, options, change, reason, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        photograph("other", 6).image.save(tmp_path / "other.png")
        assert main(options) == 0

        assert main([*options, *change]) == 2

        assert reason in capsys.readouterr().err

    def test_says_that_a_checkpoint_is_damaged(self, options, folder, capsys):
        assert main(options) == 0
        (checkpoint,) = folder.rglob("checkpoint.pt")
        whole = checkpoint.read_bytes()
        checkpoint.write_bytes(whole[: len(whole) // 2])
        assert main(options) == 2
        assert "cannot be read as weights, it is cut off or damaged" in capsys.readouterr().err
        torch.save({"step": 3}, checkpoint)
        assert main(options) == 2
        assert "is no checkpoint of this training" in capsys.readouterr().err


class TestTheContactSheet:
    @pytest.fixture
    def arguments(self, folder):
        trainer_of().save(folder)
        return [str(folder / "weights.safetensors"), "--photographs", str(folder / "photographs"), "--size", "32"]

    def test_has_a_row_of_photographs_and_one_for_each_network(self, arguments, folder):
        assert sheet([*arguments, "--names", "two", "one", "--out", str(folder / "sheet.png")]) == 0
        with Image.open(folder / "sheet.png") as drawn:
            assert drawn.size == (64, 64)

    def test_refuses_a_photograph_that_is_not_there(self, arguments, folder, capsys):
        assert sheet([*arguments, "--names", "nobody", "--out", str(folder / "sheet.png")]) == 2
        assert "no photograph is named nobody: --names takes" in capsys.readouterr().err
        assert not (folder / "sheet.png").exists()


class TestJudging:
    @pytest.fixture
    def arguments(self, folder):
        known = Painting(title="Noise", pixels_sha256=pixels_sha256(open_image(folder / "painting.png")))
        trainer_of(TINY, known).save(folder)
        pictures = ["--styles", str(folder / "painting.png"), "--photographs", str(folder / "photographs")]
        return [str(folder / "weights.safetensors"), *pictures, "--names", "one", "two", "--sizes", "48"]

    def test_prints_the_benchmarks_style_loss_in_shares_of_the_untouched_photographs(self, arguments, folder, capsys):
        metric = VggStyleLoss()
        metric.models = Models({Role.VGG: find_model("vgg19-embedded")})
        (network,) = read_transform_networks(folder / "weights.safetensors").networks
        style = load_square(folder / "painting.png", 48)
        squares = [fit_square(picture, 48) for picture in PHOTOGRAPHS]
        pictures = [*(paint(network, square) for square in squares), *squares]
        ours, theirs = metric.score(stylized=pictures, style=[style] * 4)[:, 0].view(2, 2)

        assert judge(arguments) == 0

        share, worst = (ours.sum() / theirs.sum()).item(), (ours / theirs).max().item()
        assert capsys.readouterr().out == (
            f"Noise, 48 px, 2 photographs: {share:.3f} of the untouched ones' (worst {worst:.3f})\n"
        )

    def test_refuses_a_network_whose_painting_is_not_given(self, arguments, folder, capsys):
        photograph("other", 6).image.save(folder / "painting.png")

        assert judge(arguments) == 2

        assert "none of --styles is Noise" in capsys.readouterr().err

    def test_refuses_a_photograph_that_is_not_there(self, arguments, capsys):
        assert judge([*arguments, "--names", "nobody"]) == 2

        assert "no photograph is named nobody" in capsys.readouterr().err


class TestJoining:
    @pytest.fixture
    def files(self, tmp_path):
        paths = []
        for number in (1, 2):
            painting = Painting(title=f"Painting {number}", pixels_sha256=str(number) * 64)
            (tmp_path / str(number)).mkdir()
            trainer_of(replace(TINY, seed=number), painting).save(tmp_path / str(number))
            paths.append(str(tmp_path / str(number) / "weights.safetensors"))
        return paths

    def test_gives_one_file_that_knows_both_paintings(self, files, tmp_path):
        assert join_files([*files, "--out", str(tmp_path / "both.safetensors")]) == 0

        joined = read_transform_networks(tmp_path / "both.safetensors")
        assert [painting.title for painting in joined.paintings] == ["Painting 1", "Painting 2"]
        for file, network in zip(files, joined.networks, strict=True):
            (alone,) = read_transform_networks(Path(file)).networks
            torch.testing.assert_close(network.state_dict(), alone.state_dict(), rtol=0, atol=0)

    def test_refuses_the_same_painting_twice(self, files, tmp_path, capsys):
        assert join_files([files[0], files[0], "--out", str(tmp_path / "both.safetensors")]) == 2

        assert "trained for the same painting" in capsys.readouterr().err

    def test_refuses_a_file_of_an_unknown_painting(self, tmp_path, capsys):
        torch.save(transform_tensors(4), tmp_path / "mosaic.pth")

        assert join_files([str(tmp_path / "mosaic.pth"), "--out", str(tmp_path / "one.safetensors")]) == 2

        assert "mosaic.pth does not say which painting it was trained for" in capsys.readouterr().err
