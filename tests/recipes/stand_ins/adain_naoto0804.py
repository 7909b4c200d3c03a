import argparse
from pathlib import Path

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--content")
parser.add_argument("--content_dir")
parser.add_argument("--style")
parser.add_argument("--style_dir")
parser.add_argument("--vgg", default="models/vgg_normalised.pth")
parser.add_argument("--decoder", default="models/decoder.pth")
parser.add_argument("--content_size", type=int, default=512)
parser.add_argument("--style_size", type=int, default=512)
parser.add_argument("--crop", action="store_true")
parser.add_argument("--save_ext", default=".jpg")
parser.add_argument("--output", default="output")
parser.add_argument("--preserve_color", action="store_true")
parser.add_argument("--alpha", type=float, default=1.0)
parser.add_argument("--style_interpolation_weights", default="")
args = parser.parse_args()

assert args.content or args.content_dir
assert args.style or args.style_dir
contents = [Path(args.content)] if args.content else list(Path(args.content_dir).glob("*"))
styles = [Path(path) for path in args.style.split(",")] if args.style else list(Path(args.style_dir).glob("*"))
output = Path(args.output)
output.mkdir(exist_ok=True, parents=True)
pictures.load(args.decoder, args.vgg)
for content in contents:
    for style in styles:
        image = pictures.short(pictures.read(content), args.content_size, 8)
        made = pictures.mix(image, pictures.read(style), args.alpha / 2)
        made.save(output / f"{content.stem}_stylized_{style.stem}{args.save_ext}")
