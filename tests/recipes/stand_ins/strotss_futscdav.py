import argparse

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("content")
parser.add_argument("style")
parser.add_argument("--weight", type=float, default=1.0)
parser.add_argument("--output", default="strotss.png")
parser.add_argument("--device", default="cuda:0")
parser.add_argument("--ospace", default="uniform", choices=["uniform", "vgg"])
parser.add_argument("--resize_to", type=int, default=512)
args = parser.parse_args()

if args.resize_to < 2**8:
    raise SystemExit(1)
content = pictures.longest(pictures.read(args.content), args.resize_to)
pictures.mix(content, pictures.read(args.style)).save(args.output)
