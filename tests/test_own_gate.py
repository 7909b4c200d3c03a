r"""The project gates itself: a selection of ``mini`` against the committed baseline.

A change that is meant to move these scores commits a new baseline with it:

    for run in first second; do
        benchmark run --fresh --methods adain,color_transfer,identity --no-report --out runs/$run \
            --metrics ssim,st_lpips,vgg_content_loss,vgg_style_loss
    done
    benchmark baseline runs/first runs/second -o tests/baselines/mini.json
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(600)
BASELINE = Path(__file__).parent / "baselines" / "mini.json"
METRICS = "ssim,st_lpips,vgg_content_loss,vgg_style_loss"


def benchmark(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmark", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


def run(out: Path, *arguments: str) -> Path:
    result = benchmark("run", "--metrics", METRICS, "--no-report", "--out", out, *arguments)
    assert result.returncode == 0, result.stderr
    return out


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("gate") / "run", "--methods", "adain,color_transfer,identity")


def test_a_repeated_run_passes(repeated: Path) -> None:
    checked = benchmark("check", repeated, "--baseline", BASELINE)

    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_half_the_strength_of_adain_is_caught(repeated: Path, tmp_path: Path) -> None:
    weaker = run(tmp_path / "run", "--methods", "adain", "--set", "adain.alpha=0.5")

    checked = benchmark("check", weaker, "--baseline", BASELINE)

    assert checked.returncode == 1
    assert any("adain" in line and "vgg_style_loss" in line and "worse" in line for line in checked.stdout.splitlines())


def test_another_protocol_is_not_comparable(tmp_path: Path) -> None:
    other = run(tmp_path / "run", "--protocol", "smoke", "--methods", "identity")

    checked = benchmark("check", other, "--baseline", BASELINE)

    assert checked.returncode == 3
    assert "not comparable" in (checked.stdout + checked.stderr).replace("_", " ")
