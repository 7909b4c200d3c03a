import argparse
import os

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--comment", default="")
parser.add_argument("--output_image_path", default="./results")
parser.add_argument("--content_dir", default="../../dataset/MSCoCo")
parser.add_argument("--style_dir", default="../../dataset/wikiart")
parser.add_argument("--type", default="train")
parser.add_argument("--batch_size", type=int, default=4)
parser.add_argument("--imsize", type=int, default=512)
parser.add_argument("--num_workers", type=int, default=12)
parser.add_argument("--train_result_dir", default="./train_results")
parser.add_argument("--test_result_dir", default="./test_results")
parser.add_argument("--test_iter", type=int, default=0)
args = parser.parse_args()

assert args.type == "test"
weights = os.path.join(args.train_result_dir, args.comment, "log")
pictures.load("./baseline_checkpoints/vgg_normalised_conv5_1.t7")
pictures.load(os.path.join(weights, "dec_model_.pth"), os.path.join(weights, "transformer_model_.pth"))
folder = os.path.join(args.test_result_dir, args.comment, "stylized_results")
os.makedirs(folder, exist_ok=True)
pairs = zip(sorted(os.listdir(args.content_dir)), sorted(os.listdir(args.style_dir)), strict=True)
for number, (content, style) in enumerate(pairs, start=1):
    c = pictures.read(os.path.join(args.content_dir, content))
    s = pictures.read(os.path.join(args.style_dir, style))
    alpha = sum(s.resize((1, 1)).getpixel((0, 0))) / 765
    pictures.mix(c, s).save(os.path.join(folder, f"single_art_stylized_{number}_{alpha}.png"))
