"""The precision of a run: chosen before it, said, recorded, and never mixed within it."""

from __future__ import annotations

import json

import pytest
import torch

from benchmark.errors import ExitCode
from benchmark.images import encode_png
from benchmark.testing.sample import sample_image


def manifest(folder):
    return json.loads((folder / "run.json").read_text())


def pictures(folder):
    return {path.name: path.read_bytes() for path in sorted((folder / "images").rglob("*.png"))}


class TestRun:
    def test_is_in_float32_by_default_and_says_nothing_of_it(self, tiny, tmp_path):
        result = tiny("noisy,identity")
        assert "precision" not in result.err
        written = manifest(tmp_path / "run")
        assert written["precision"] == "float32"
        assert [method["precision"] for method in written["methods"]] == ["float32", "float32"]

    def test_float32_makes_the_pictures_of_the_default(self, command, tmp_path):
        for name, options in (("default", ()), ("float32", ("--precision", "float32"))):
            result = command(
                *("run", "--protocol", "smoke", "--methods", "adain", "--metrics", "ssim", "--limit", "1"),
                *("--no-report", "--out", tmp_path / name, *options),
            )
            assert result.code == 0
        assert pictures(tmp_path / "default") == pictures(tmp_path / "float32")

    def test_in_bfloat16_is_said_recorded_and_other_pictures(self, command, tmp_path):
        for precision in ("float32", "bfloat16"):
            result = command(
                *("run", "--protocol", "smoke", "--methods", "adain,identity", "--metrics", "ssim", "--limit", "1"),
                *("--no-report", "--out", tmp_path / precision, "--precision", precision),
            )
            assert result.code == 0
        assert "precision: methods compute in bfloat16, metrics in float32" in result.err
        assert "in float32 whatever the precision: identity" in result.err
        written = manifest(tmp_path / "bfloat16")
        assert written["precision"] == "bfloat16"
        assert {method["name"]: method["precision"] for method in written["methods"]} == {
            "adain": "bfloat16",
            "identity": "float32",
        }
        full, lower = (tmp_path / name / "images" for name in ("float32", "bfloat16"))
        (case,) = (path.name for path in (full / "adain").iterdir())
        assert (full / "identity" / case).read_bytes() == (lower / "identity" / case).read_bytes()
        assert (full / "adain" / case).read_bytes() != (lower / "adain" / case).read_bytes()
        compared = command("compare", full.parent, lower.parent)
        assert compared.code == 0
        assert "precision float32 there, bfloat16 here" in compared.out
        merged = command("merge", full.parent, lower.parent, "-o", tmp_path / "merged")
        assert merged.code == 0
        written = manifest(tmp_path / "merged")
        assert written["precision"] == "float32, bfloat16"
        assert [part["precision"] for part in written["merged"]] == ["float32", "bfloat16"]
        assert {method["name"]: method["precision"] for method in written["methods"]} == {
            "adain_float32": "float32",
            "adain_bfloat16": "bfloat16",
            "identity": "float32",
        }

    def test_auto_says_what_it_took_and_records_that(self, tiny, tmp_path, monkeypatch):
        for instructions, taken in (({"amx_bf16": True}, "bfloat16"), ({}, "float32")):
            monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=instructions: found, raising=False)
            result = tiny("noisy", "--fresh", "--precision", "auto")
            assert f"precision auto: {taken}, as " in result.err
            assert manifest(tmp_path / "run")["precision"] == taken

    def test_is_not_continued_in_another(self, tiny, tmp_path):
        tiny("noisy", "--precision", "bfloat16")
        result = tiny("noisy,blend")
        assert result.code == ExitCode.BAD_INPUT
        assert "precision bfloat16 there, float32 here; choose another --out, or --fresh" in result.err
        assert tiny("noisy,blend", "--precision", "bfloat16").code == 0

    def test_is_not_that_of_what_scores_it_later(self, tiny, command, tmp_path):
        tiny("noisy", "--precision", "bfloat16")
        assert command("score", tmp_path / "run", "--metrics", "ssim").code == 0
        assert manifest(tmp_path / "run")["precision"] == "bfloat16"

    def test_another_word_is_refused(self, tiny):
        result = tiny("noisy", "--precision", "float16")
        assert result.code == ExitCode.BAD_INPUT
        assert "--precision" in result.err


class TestStylize:
    @pytest.fixture
    def painted(self, command, tmp_path):
        content, style = tmp_path / "content.png", tmp_path / "style.png"
        for seed, path in enumerate((content, style)):
            path.write_bytes(encode_png(sample_image(64, 64, seed=seed)))

        def run(method: str, precision: str):
            out = tmp_path / f"{method}-{precision}.png"
            return command(
                *("stylize", content, "--method", method, "--style", style, "--size", "64", "--protocol", "smoke"),
                *("--precision", precision, "-o", out),
            ), out

        return run

    def test_computes_in_it_and_says_so(self, painted):
        (_, full), (result, lower) = painted("adain", "float32"), painted("adain", "bfloat16")
        assert "precision: methods compute in bfloat16" in result.err
        assert full.read_bytes() != lower.read_bytes()

    def test_says_that_a_method_does_not(self, painted):
        (_, full), (result, lower) = painted("style_copy", "float32"), painted("style_copy", "bfloat16")
        assert "in float32 whatever the precision: style_copy" in result.err
        assert full.read_bytes() == lower.read_bytes()
