import argparse

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--content_path", required=True)
parser.add_argument("--style_path", required=True)
parser.add_argument("--output_path", required=True)
parser.add_argument("--high_res", action="store_true")
parser.add_argument("--cpu", action="store_true")
parser.add_argument("--no_flip", action="store_true")
parser.add_argument("--content_loss", action="store_true")
parser.add_argument("--dont_colorize", action="store_true")
parser.add_argument("--alpha", type=float, default=0.75)
args = parser.parse_args()

assert 0 <= args.alpha <= 1
content = pictures.longest(pictures.read(args.content_path), 1024 if args.high_res else 512)
pictures.mix(content, pictures.read(args.style_path), args.alpha).save(args.output_path)
