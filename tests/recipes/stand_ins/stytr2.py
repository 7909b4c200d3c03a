import argparse
import os
from pathlib import Path

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--content")
parser.add_argument("--content_dir")
parser.add_argument("--style")
parser.add_argument("--style_dir")
parser.add_argument("--output", default="output")
parser.add_argument("--vgg", default="./experiments/vgg_normalised.pth")
parser.add_argument("--decoder_path", default="experiments/decoder_iter_160000.pth")
parser.add_argument("--Trans_path", default="experiments/transformer_iter_160000.pth")
parser.add_argument("--embedding_path", default="experiments/embedding_iter_160000.pth")
parser.add_argument("--style_interpolation_weights", default="")
parser.add_argument("--a", type=float, default=1.0)
args = parser.parse_args()

content, style = Path(args.content), Path(args.style)
if not os.path.exists(args.output):
    os.mkdir(args.output)
pictures.load(args.vgg, args.decoder_path, args.Trans_path, args.embedding_path)
made = pictures.mix(pictures.centre(pictures.read(content), 512), pictures.read(style))
made.save(f"{args.output}/{content.stem}_stylized_{style.stem}.jpg")
