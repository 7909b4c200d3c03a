import argparse
import os

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--content_path", required=True)
parser.add_argument("--style_path", required=True)
parser.add_argument("--name", default="experiment_name")
parser.add_argument("--gpu_ids", default="0")
parser.add_argument("--checkpoints_dir", default="./checkpoints")
parser.add_argument("--model", default="cycle_gan")
parser.add_argument("--dataset_mode", default="unaligned")
parser.add_argument("--load_size", type=int, default=286)
parser.add_argument("--crop_size", type=int, default=256)
parser.add_argument("--epoch", default="latest")
parser.add_argument("--results_dir", default="./results/")
parser.add_argument("--phase", default="test")
parser.add_argument("--num_test", type=int, default=50)
parser.add_argument("--image_encoder_path", required=True)
parser.add_argument("--skip_connection_3", action="store_true")
parser.add_argument("--shallow_layer", action="store_true")
args = parser.parse_args()

pictures.load(args.image_encoder_path)
os.listdir(os.path.join(args.checkpoints_dir, args.name))
images = os.path.join(args.results_dir, args.name, f"{args.phase}_{args.epoch}", "images")
os.makedirs(images)
pairs = [(c, s) for c in sorted(os.listdir(args.content_path)) for s in sorted(os.listdir(args.style_path))]
for content, style in pairs[: args.num_test]:
    name = os.path.splitext(style)[0] + "_" + os.path.splitext(content)[0]
    c = pictures.squash(pictures.read(os.path.join(args.content_path, content)), args.load_size)
    s = pictures.squash(pictures.read(os.path.join(args.style_path, style)), args.load_size)
    for label, image in (("c", c), ("cs", pictures.mix(c, s)), ("s", s)):
        image.save(os.path.join(images, f"{name}_{label}.png"))
