"""The parts that pretrained networks play in a benchmark."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A part for a pretrained network: a protocol names who plays it, methods and metrics ask for it."""

    VGG = "vgg"
    """VGG convolutional features, for losses and feature transforms."""
    CLIP = "clip"
    """The text-image model that methods may optimise."""
    CLIP_JUDGE = "clip_judge"
    """The text-image model that scores; no method may optimise it."""
    PERCEPTUAL = "perceptual"
    """A learned perceptual distance between two images (ST-LPIPS)."""
    LPIPS = "lpips"
    """The original LPIPS distance."""
    DISTS = "dists"
    """The DISTS distance."""
    INCEPTION = "inception"
    """Inception features, for distances of distributions."""
    FID_INCEPTION = "fid_inception"
    """Features of the usual FID's Inception-v3."""
    SIFID_INCEPTION = "sifid_inception"
    """Maps of features of torchvision's Inception-v3, for SIFID."""
    DINO = "dino"
    """DINO's class token, for similarities of whole images."""
    DINO_STRUCTURE = "dino_structure"
    """DINO's keys of the last block, for the self-similarity of an image."""
    CSD = "csd"
    """Style descriptors: embeddings of images by their style."""
    ADAIN_DECODER = "adain_decoder"
    """The decoder that turns VGG-19 relu4_1 features into an image."""
    SANET = "sanet"
    """The whole network of SANet: encoder, attention and decoder."""
    GHIASI = "ghiasi"
    """Both networks of Ghiasi et al.: style prediction and style transfer."""
    TRANSFORM_NETWORKS = "transform_networks"
    """The feed-forward networks of Johnson et al., each for one painting."""
