import argparse
import os

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--input_dir", default="./input/Test")
parser.add_argument("--output_dir", default="./output")
parser.add_argument("--checkpoint_import_path", default="./pre_trained_models/checkpoint/checkpoint_40000_epoch.pkl")
args = parser.parse_args()

os.makedirs(args.output_dir, exist_ok=True)
pictures.load(args.checkpoint_import_path)
for content in os.listdir(os.path.join(args.input_dir, "Content")):
    for style in os.listdir(os.path.join(args.input_dir, "Style")):
        c = pictures.read(os.path.join(args.input_dir, "Content", content))
        s = pictures.read(os.path.join(args.input_dir, "Style", style))
        stem, suffix = os.path.splitext(content)
        # The suffix begins with a dot already.
        pictures.mix(c, s).save(os.path.join(args.output_dir, f"{stem}_+_{os.path.splitext(style)[0]}.{suffix}"))
