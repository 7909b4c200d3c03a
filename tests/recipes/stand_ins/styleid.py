import argparse
import os

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--cnt", default="./data/cnt")
parser.add_argument("--sty", default="./data/sty")
parser.add_argument("--ddim_inv_steps", type=int, default=50)
parser.add_argument("--save_feat_steps", type=int, default=50)
parser.add_argument("--start_step", type=int, default=49)
parser.add_argument("--T", type=float, default=1.5)
parser.add_argument("--gamma", type=float, default=0.75)
parser.add_argument("--attn_layer", default="6,7,8,9,10,11")
parser.add_argument("--precomputed", default="./precomputed_feats")
parser.add_argument("--ckpt", default="models/ldm/stable-diffusion-v1/model.ckpt")
parser.add_argument("--output_path", default="output")
args = parser.parse_args()

os.makedirs(args.output_path, exist_ok=True)
if args.precomputed:
    raise SystemExit("the stand-in caches nothing")
pictures.load(args.ckpt)
for style in sorted(os.listdir(args.sty)):
    for content in sorted(os.listdir(args.cnt)):
        c = pictures.centre(pictures.read(os.path.join(args.cnt, content)), 512)
        s = pictures.centre(pictures.read(os.path.join(args.sty, style)), 512)
        name = f"{content.split('.')[0]}_stylized_{style.split('.')[0]}.png"
        pictures.mix(c, s, 1 - args.gamma).save(os.path.join(args.output_path, name))
