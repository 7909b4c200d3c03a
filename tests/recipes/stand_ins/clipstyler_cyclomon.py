import argparse

import pictures
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("--content_path", default="./face.jpg")
parser.add_argument("--content_name", default="face")
parser.add_argument("--exp_name", default="exp1")
parser.add_argument("--text", default="Fire")
parser.add_argument("--lambda_tv", type=float, default=2e-3)
parser.add_argument("--lambda_patch", type=float, default=9000)
parser.add_argument("--lambda_dir", type=float, default=500)
parser.add_argument("--lambda_c", type=float, default=150)
parser.add_argument("--crop_size", type=int, default=128)
parser.add_argument("--num_crops", type=int, default=64)
parser.add_argument("--img_width", type=int, default=512)
parser.add_argument("--img_height", type=int, default=512)
parser.add_argument("--max_step", type=int, default=200)
parser.add_argument("--lr", type=float, default=5e-4)
parser.add_argument("--thresh", type=float, default=0.7)
args = parser.parse_args()

assert args.img_width % 8 == 0
content = pictures.read(args.content_path).resize((args.img_width, args.img_height))
color = tuple(sum(args.text.encode()[start::3]) % 256 for start in range(3))
for _ in range(0, args.max_step + 1, 50):
    made = pictures.mix(content, Image.new("RGB", content.size, color))
    made.save("./outputs/" + args.text + "_" + args.content_name + "_" + args.exp_name + ".jpg")
