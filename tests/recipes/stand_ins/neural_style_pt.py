import argparse
import os
import random

import pictures
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("-style_image", default="examples/inputs/seated-nude.jpg")
parser.add_argument("-style_blend_weights", default=None)
parser.add_argument("-content_image", default="examples/inputs/tubingen.jpg")
parser.add_argument("-image_size", type=int, default=512)
parser.add_argument("-gpu", default=0)
parser.add_argument("-num_iterations", type=int, default=1000)
parser.add_argument("-init", choices=["random", "image"], default="random")
parser.add_argument("-print_iter", type=int, default=50)
parser.add_argument("-save_iter", type=int, default=100)
parser.add_argument("-output_image", default="out.png")
parser.add_argument("-model_file", default="models/vgg19-d01eb7cb.pth")
parser.add_argument("-seed", type=int, default=-1)
args = parser.parse_args()

pictures.load(args.model_file)
content = pictures.longest(pictures.read(args.content_image), args.image_size)
noise = Image.new("RGB", content.size, tuple(random.Random(args.seed).randbytes(3)))
made = pictures.mix(pictures.mix(content, noise, 0.2), pictures.read(args.style_image.split(",")[0]))
stem, suffix = os.path.splitext(args.output_image)
for step in range(1, args.num_iterations + 1):
    if step == args.num_iterations:
        made.save(stem + suffix)
    elif args.save_iter > 0 and step % args.save_iter == 0:
        made.save(f"{stem}_{step}{suffix}")
