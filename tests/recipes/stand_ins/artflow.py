import argparse
import os
from pathlib import Path

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--content", default="input/content/golden_gate.jpg")
parser.add_argument("--content_dir", default="input/content")
parser.add_argument("--style", default="input/style/la_muse.jpg")
parser.add_argument("--style_dir", default="input/style")
parser.add_argument("--decoder", default="experiments/decoder2.pth.tar")
parser.add_argument("--size", type=int, default=256)
parser.add_argument("--crop", action="store_true")
parser.add_argument("--save_ext", default=".jpg")
parser.add_argument("--output", default="output")
parser.add_argument("--operator", default="adain")
parser.add_argument("--n_flow", type=int, default=8)
parser.add_argument("--n_block", type=int, default=2)
parser.add_argument("--no_lu", action="store_true")
args = parser.parse_args()

output = Path(args.output)
output.mkdir(exist_ok=True, parents=True)
if not os.path.isfile(args.decoder):
    print("--------no checkpoint found---------")
for content in Path(args.content_dir).glob("*"):
    for style in Path(args.style_dir).glob("*"):
        image = pictures.short(pictures.read(content), args.size, 4)
        name = output / f"{content.stem}_stylized_{style.stem}{args.save_ext}"
        print(name)
        pictures.mix(image, pictures.read(style)).save(name)
