import argparse
import os

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--mode", default="photorealistic")
parser.add_argument("--ckpoint", default="checkpoints/photo_image.pt")
parser.add_argument("--content", default="data/content/01.jpg")
parser.add_argument("--style", default="data/style/01.jpg")
parser.add_argument("--out_dir", default="output")
parser.add_argument("--max_size", type=int, default=1280)
parser.add_argument("--alpha_c", type=float, default=None)
args = parser.parse_args()

assert args.mode == "artistic"
if not os.path.exists(args.out_dir):
    os.makedirs(args.out_dir)
pictures.load(args.ckpoint)
names = [os.path.basename(path).split(".")[0] for path in (args.content, args.style)]
made = pictures.mix(pictures.read(args.content), pictures.read(args.style))
made.save(os.path.join(args.out_dir, "{}_{}.png".format(*names)), quality=100)
