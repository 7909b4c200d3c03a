import argparse
import random

import pictures
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("content")
parser.add_argument("styles", nargs="+")
parser.add_argument("--output", "-o", default="out.png")
parser.add_argument("--style-weights", "-sw", type=float, nargs="+", default=None)
parser.add_argument("--devices", default=[], nargs="+")
parser.add_argument("--random-seed", "-r", type=int, default=0)
parser.add_argument("--end-scale", "-s", default="512")
parser.add_argument("--iterations", "-i", type=int, default=500)
parser.add_argument("--save-every", type=int, default=50)
args = parser.parse_args()

content = pictures.longest(pictures.read(args.content), int(args.end_scale))
noise = Image.new("RGB", content.size, tuple(random.Random(args.random_seed).randbytes(3)))
for share in (0.5, 0.2):
    made = pictures.mix(pictures.mix(content, noise, share), pictures.read(args.styles[0]))
    made.save(args.output)
with open("trace.json", "w") as trace:
    trace.write("{}")
