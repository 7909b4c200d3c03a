import argparse
import math
import random

import pictures
from PIL import Image, ImageOps

parser = argparse.ArgumentParser()
parser.add_argument("--resolution", default=512, type=int)
parser.add_argument("--steps", default=100, type=int)
parser.add_argument("--config", default="configs/generate.yaml")
parser.add_argument("--ckpt", default="checkpoints/instruct-pix2pix-00-22000.ckpt")
parser.add_argument("--vae-ckpt", default=None)
parser.add_argument("--input", required=True)
parser.add_argument("--output", required=True)
parser.add_argument("--edit", required=True)
parser.add_argument("--cfg-text", default=7.5, type=float)
parser.add_argument("--cfg-image", default=1.5, type=float)
parser.add_argument("--seed", type=int)
args = parser.parse_args()

pictures.load(args.ckpt)
seed = random.randint(0, 100000) if args.seed is None else args.seed
content = pictures.read(args.input)
shortest = min(content.size)
factor = math.ceil(shortest * args.resolution / max(content.size) / 64) * 64 / shortest
content = ImageOps.fit(content, tuple(int(side * factor // 64) * 64 for side in content.size))
color = random.Random(args.edit + str(seed)).randbytes(3)
pictures.mix(content, Image.new("RGB", content.size, tuple(color))).save(args.output)
