"""Out and back in: pictures that are made of an exported protocol score exactly as those of a direct run."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from pathlib import Path

import pandas as pd
import pytest

import benchmark

METRICS = ["ssim", "vgg_style_loss", "color_histogram_distance"]
# Reads and writes 8-bit RGB files of PNG with the standard library alone, as an environment without any package must.
FOREIGN = """
import argparse, csv, pathlib, struct, zlib

def read(path):
    data, place, packed = path.read_bytes(), 8, b""
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place:place + 8])
        body = data[place + 8:place + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 2)
        packed += body if kind == b"IDAT" else b""
        place += 12 + size
    raw, rows, above = zlib.decompress(packed), [], bytes(3 * width)
    for number in range(height):
        line = bytearray(raw[number * (3 * width + 1):(number + 1) * (3 * width + 1)])
        how, line = line[0], line[1:]
        for i in range(len(line)):
            left = line[i - 3] if i >= 3 else 0
            corner = above[i - 3] if i >= 3 else 0
            up = above[i]
            guess = left + up - corner
            near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
            line[i] = (line[i] + (0, left, up, (left + up) // 2, near)[how]) % 256
        rows.append(bytes(line))
        above = rows[-1]
    return width, height, rows

def write(path, width, height, rows):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    packed = zlib.compress(b"".join(b"\\0" + row for row in rows))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))

def blend(content, style):
    return [bytes((3 * a + b) // 4 for a, b in zip(*pair)) for pair in zip(content[2], style[2])]

parser = argparse.ArgumentParser()
for option in ("--exported", "--content", "--style", "--output"):
    parser.add_argument(option, type=pathlib.Path)
options = parser.parse_args()
if options.exported:
    options.output.mkdir()
    with (options.exported / "cases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            content, style = read(options.exported / row["content"]), read(options.exported / row["style"])
            write(options.output / row["file"], *content[:2], blend(content, style))
else:
    content, style = read(options.content), read(options.style)
    write(options.output, *content[:2], blend(content, style))
"""
PROGRAM = """
[method]
name = "foreign"
condition = "image"

[program]
command = ["python", "foreign.py", "--content", "{content}", "--style", "{style}", "--output", "{output}"]
python = "venv/bin/python"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an exported protocol, and a program in an environment of its own, which has no packages."""
    root = tmp_path_factory.mktemp("round-trip")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", root / "venv"], check=True)
    (root / "foreign.py").write_text(FOREIGN, encoding="utf-8")
    (root / "foreign.toml").write_text(PROGRAM, encoding="utf-8")
    run_command(root, "protocol", "export", "smoke", "-o", "exported")
    return root


def run_command(folder: Path, *arguments: str | Path) -> None:
    command = [sys.executable, "-m", "benchmark", *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def scores(run: Path, method: str) -> pd.DataFrame:
    units = benchmark.load_run(run)
    columns = [column for column in units if str(column).partition(".")[0] in METRICS]
    return units[units.method == method].set_index("case")[columns]


def read_back(folder: Path, *pictures: str) -> Path:
    out = folder / f"read-{zlib.crc32(' '.join(pictures).encode())}"
    named = [argument for one in pictures for argument in ("--pictures", one)]
    options = ("--methods", "identity", "--metrics", ",".join(METRICS), "--threads", "1", "--no-report")
    run_command(folder, "run", "--protocol", "smoke", *named, *options, "--out", out)
    return out


@pytest.mark.timeout(600)
def test_pictures_of_our_own_method_score_as_in_the_direct_run(folder):
    direct = folder / "direct"
    run_command(
        *(folder, "run", "--protocol", "smoke", "--methods", "adain", "--metrics", ",".join(METRICS)),
        *("--threads", "1", "--no-report", "--out", direct),
    )
    for style in sorted((folder / "exported" / "styles").iterdir()):
        run_command(
            *(folder, "stylize", folder / "exported" / "contents", "--method", "adain", "--style", style),
            *("--protocol", "smoke", "-o", folder / "ours" / style.stem),
        )
    back = read_back(folder, "ours=ours:{style}/{content}")
    pd.testing.assert_frame_equal(scores(back, "ours"), scores(direct, "adain"), check_exact=True)


@pytest.mark.timeout(600)
def test_so_do_those_of_a_foreign_program_in_an_environment_of_its_own(folder):
    direct = folder / "direct-foreign"
    run_command(
        *(folder, "run", "--protocol", "smoke", "--methods", "foreign.toml", "--metrics", ",".join(METRICS)),
        *("--threads", "1", "--no-report", "--out", direct),
    )
    program = [folder / "venv/bin/python", "foreign.py", "--exported", "exported", "--output", "theirs"]
    subprocess.run(program, cwd=folder, check=True)
    back = read_back(folder, "theirs=theirs")
    pd.testing.assert_frame_equal(scores(back, "theirs"), scores(direct, "foreign"), check_exact=True)
    units = benchmark.load_run(back)
    assert units[units.method == "theirs"].seconds.isna().all()
