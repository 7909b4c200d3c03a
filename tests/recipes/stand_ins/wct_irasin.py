import argparse

import pictures

parser = argparse.ArgumentParser()
parser.add_argument("--content", "-c")
parser.add_argument("--style", "-s")
parser.add_argument("--output_name", "-o")
parser.add_argument("--alpha", "-a", type=float, default=1.0)
parser.add_argument("--gpu", "-g", type=int, default=0)
parser.add_argument("--model_state_path", default="model_state")
args = parser.parse_args()

pictures.load(f"{args.model_state_path}/vgg_normalised_conv5_1.pth", f"{args.model_state_path}/decoder_relu5_1.pth")
made = pictures.mix(pictures.read(args.content), pictures.read(args.style), args.alpha / 2)
made.save(f"{args.output_name}.jpg")
made.resize((3 * made.width, made.height)).save(f"{args.output_name}_style_transfer_demo.jpg", quality=95)
made.save(f"{args.output_name}_with_style_image.jpg", quality=95)
