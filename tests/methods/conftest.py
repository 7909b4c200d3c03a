"""Small networks and pictures for the methods' tests."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from benchmark.models.adain_decoder import AdaINDecoder
from benchmark.models.provider import Models
from benchmark.models.role import Role
from benchmark.models.sanet import SANet, load_sanet
from benchmark.models.specification import find_model
from benchmark.models.transform_network import TransformNetwork
from benchmark.models.transform_network_file import Painting, TransformNetworks
from benchmark.models.vgg import VGG16, VGG19
from tests.own_networks import lacking
from tests.transform_networks import KNOWN_PAINTING, transform_tensors
from tools.published_weights import write_sanet


class SmallTextImageModel(nn.Module):
    """A text-image model with random weights: colours in 4×4 cells on one side, letters on the other."""

    image_size = 32
    embedding_size = 16

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.image_weights = torch.randn(48, self.embedding_size, generator=generator)
        self.text_weights = torch.randn(256, self.embedding_size, generator=generator)

    def encode_image(self, images: Tensor) -> Tensor:
        return nn.functional.adaptive_avg_pool2d(images, 4).flatten(1) @ self.image_weights

    def relevance(self, images: Tensor, texts: Tensor) -> Tensor:
        """Brightness of 8×8 places, whatever the texts."""
        return nn.functional.adaptive_avg_pool2d(images.mean(dim=1), 8)

    def encode_text(self, prompts: Sequence[str]) -> Tensor:
        counts = torch.zeros(len(prompts), 256)
        for row, prompt in enumerate(prompts):
            for letter in prompt:
                counts[row, ord(letter) % 256] += 1
        return counts @ self.text_weights


class SmallModels:
    """Stands in for the networks of a protocol."""

    def __init__(
        self, vgg: VGG19, decoder: AdaINDecoder, sanet: Callable[[], SANet], ghiasi: Callable[[], nn.Module]
    ) -> None:
        self._sanet = sanet
        self._ghiasi = ghiasi
        self._vgg = vgg
        self._decoder = decoder
        self._clip = SmallTextImageModel()
        painting = Painting(title="Known", pixels_sha256=KNOWN_PAINTING)
        network = TransformNetwork(4)
        network.load_state_dict(transform_tensors(4))
        self._transform_networks = TransformNetworks((network,), (painting,))
        self.device = torch.device("cpu")
        self.remember = Models({}).remember

    def vgg(self) -> VGG19:
        return self._vgg

    def adain_decoder(self) -> AdaINDecoder:
        return self._decoder

    def clip(self) -> SmallTextImageModel:
        return self._clip

    def load(self, role: Role) -> nn.Module | TransformNetworks:
        if role is Role.GHIASI:
            return self._ghiasi()
        if role is Role.TRANSFORM_NETWORKS:
            return self._transform_networks
        assert role is Role.SANET
        return self._sanet()


@pytest.fixture(scope="session")
def vgg() -> VGG19:
    return find_model("vgg19-embedded").load()


@pytest.fixture(scope="session")
def random_vgg() -> VGG16:
    """VGG-16 with random weights that keep the size of activations, for parity with restated originals."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = VGG16()
        for convolution in network.convolutions.values():
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
            nn.init.uniform_(convolution.bias, -0.1, 0.1)
    return network.requires_grad_(False).eval()


@pytest.fixture(scope="session")
def decoder() -> AdaINDecoder:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = AdaINDecoder()
    with torch.no_grad():
        # Untrained, it paints around -0.4; what is clamped to black could not be compared.
        network.layers[-1].bias.add_(0.9)
    return network.requires_grad_(False).eval()


@pytest.fixture(scope="session")
def sanet_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """Transformer, decoder and encoder of SANet in full size with random weights."""
    return write_sanet(tmp_path_factory.mktemp("sanet"))


@pytest.fixture(scope="session")
def models(vgg: VGG19, decoder: AdaINDecoder, request: pytest.FixtureRequest) -> SmallModels:
    @functools.cache
    def sanet() -> SANet:
        return load_sanet(*request.getfixturevalue("sanet_files"))

    @functools.cache
    def ghiasi() -> nn.Module:
        if reason := lacking("ghiasi"):
            pytest.skip(reason)
        network: nn.Module = find_model("ghiasi").load()
        return network

    return SmallModels(vgg, decoder, sanet, ghiasi)


@pytest.fixture
def picture() -> Callable[..., Tensor]:
    """Makes a smooth random picture, 3×H×W in [0, 1]."""

    def make(height: int = 48, width: int = 48, seed: int = 0) -> Tensor:
        coarse = torch.rand(1, 3, 6, 6, generator=torch.Generator().manual_seed(seed))
        return nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")[0]

    return make


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)
