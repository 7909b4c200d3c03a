import argparse
import os

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--dataroot", default="placeholder")
parser.add_argument("--name", default="experiment_name")
parser.add_argument("--gpu_ids", default="0")
parser.add_argument("--checkpoints_dir", default="./checkpoints")
parser.add_argument("--model", default="cast")
parser.add_argument("--load_size", type=int, default=256)
parser.add_argument("--crop_size", type=int, default=256)
parser.add_argument("--epoch", default="latest")
parser.add_argument("--results_dir", default="./results/")
parser.add_argument("--phase", default="test")
parser.add_argument("--num_test", type=int, default=5000)
args = parser.parse_args()

pictures.load("models/vgg_normalised.pth")
os.listdir(os.path.join(args.checkpoints_dir, args.name))
images = os.path.join(args.results_dir, args.name, f"{args.phase}_{args.epoch}", "images")
sides = [os.path.join(args.dataroot, args.phase + side) for side in "AB"]
contents, styles = ([os.path.join(side, name) for name in sorted(os.listdir(side))] for side in sides)
for index in range(max(len(contents), len(styles))):
    content, style = contents[index % len(contents)], styles[index % len(styles)]
    name = os.path.splitext(os.path.basename(content))[0]
    a, b = (pictures.squash(pictures.read(path), args.load_size) for path in (content, style))
    for label, image in (("real_A", a), ("fake_B", pictures.mix(a, b)), ("real_B", b)):
        os.makedirs(os.path.join(images, label), exist_ok=True)
        image.save(os.path.join(images, f"{name}_{label}.png"))
