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
parser.add_argument("--style_type", default="adain")
parser.add_argument("--test_style_type", default="")
parser.add_argument("--content_size", type=int, default=512)
parser.add_argument("--style_size", type=int, default=512)
parser.add_argument("--crop", action="store_true")
parser.add_argument("--save_ext", default=".jpg")
parser.add_argument("--output", default="output")
parser.add_argument("--photo", action="store_true")
parser.add_argument("--preserve_color", action="store_true")
parser.add_argument("--alpha", type=float, default=1.0)
args = parser.parse_args()

output = Path(args.output + "_" + args.style_type + "_" + (args.test_style_type or args.style_type))
output.mkdir(exist_ok=True, parents=True)
pictures.load(args.decoder, args.vgg)
content, style = Path(args.content), Path(args.style)
image = pictures.short(pictures.read(content), args.content_size, 8)
pictures.mix(image, pictures.read(style)).save(output / f"{content.stem}_stylized_{style.stem}{args.save_ext}")
