"""The generator, against a plain restatement of rosinality/stylegan2-pytorch."""

import math

import pytest
import torch
from torch.nn import functional

from styleclip.filtering import binomial_kernel, double_size
from styleclip.generator import Generator, GeneratorShape
from styleclip.untrained import SMALL, random_generator


def upfirdn(maps, kernel, up, before, after):
    """Zeros between the values and around them, then the convolution, tap by tap."""
    number, channels, height, width = maps.shape
    spread = torch.zeros(number, channels, height * up + before + after, width * up + before + after)
    spread[:, :, before : before + height * up : up, before : before + width * up : up] = maps
    taps = len(kernel)
    rows, columns = spread.shape[2] - taps + 1, spread.shape[3] - taps + 1
    result = torch.zeros(number, channels, rows, columns)
    for i in range(taps):
        for j in range(taps):
            y, x = taps - 1 - i, taps - 1 - j
            result += kernel[i, j] * spread[:, :, y : y + rows, x : x + columns]
    return result


def activated(values):
    return torch.where(values >= 0, values, 0.2 * values) * 2**0.5


def modulated(weights, name, features, code, demodulates=True):
    """One picture's convolution: the weights themselves are scaled, and divided by their norms."""
    kernel = weights[f"{name}.weight"][0]
    inputs, side = kernel.shape[1], kernel.shape[2]
    dense = weights[f"{name}.modulation.weight"]
    factors = dense @ code / math.sqrt(dense.shape[1]) + weights[f"{name}.modulation.bias"]
    kernel = kernel / math.sqrt(inputs * side**2) * factors[None, :, None, None]
    if demodulates:
        kernel = kernel / (kernel.square().sum((1, 2, 3), keepdim=True) + 1e-8).sqrt()
    if f"{name}.blur.kernel" not in weights:
        return functional.conv2d(features, kernel, padding=side // 2)
    spread = functional.conv_transpose2d(features, kernel.transpose(0, 1), stride=2)
    return upfirdn(spread, weights[f"{name}.blur.kernel"], 1, 1, 1)


def styled(weights, name, features, code, noise):
    convolved = modulated(weights, f"{name}.conv", features, code)
    noisy = convolved + weights[f"{name}.noise.weight"] * weights[f"noises.noise_{noise}"]
    return activated(noisy + weights[f"{name}.activate.bias"][None, :, None, None])


def restated(weights, codes):
    """The picture of K×L codes, as the original computes it."""
    features = styled(weights, "conv1", weights["input.input"], codes[0], 0)
    image = modulated(weights, "to_rgb1.conv", features, codes[1], demodulates=False) + weights["to_rgb1.bias"]
    i = 1
    for level in range((len(codes) - 2) // 2):
        features = styled(weights, f"convs.{2 * level}", features, codes[i], 2 * level + 1)
        features = styled(weights, f"convs.{2 * level + 1}", features, codes[i + 1], 2 * level + 2)
        colors = modulated(weights, f"to_rgbs.{level}.conv", features, codes[i + 2], demodulates=False)
        enlarged = upfirdn(image, weights[f"to_rgbs.{level}.upsample.kernel"], 2, 2, 1)
        image = colors + weights[f"to_rgbs.{level}.bias"] + enlarged
        i += 2
    return image


@pytest.mark.parametrize(
    "shape", [SMALL, GeneratorShape((5,), 7, 1), GeneratorShape((4, 6, 8, 6, 4), 24, 3)], ids=["32 px", "4 px", "64 px"]
)
def test_pictures_are_those_of_the_original(shape):
    generator = random_generator(shape, seed=3)
    codes = torch.randn(2, shape.codes, shape.latent_size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        pictures = generator(codes)
        wanted = torch.cat([restated(generator.state_dict(), each) for each in codes])
    assert pictures.shape == (2, 3, shape.side, shape.side)
    assert wanted.std() > 0.5
    assert torch.allclose(pictures, wanted, rtol=1e-4, atol=1e-4 * float(wanted.abs().max()))


def test_a_kernel_that_is_not_symmetric_is_turned_as_there():
    generator = random_generator(SMALL, seed=3)
    for name, buffer in generator.named_buffers():
        if name.endswith("kernel"):
            buffer.copy_(torch.rand(4, 4, generator=torch.Generator().manual_seed(9)))
    codes = torch.randn(1, SMALL.codes, SMALL.latent_size, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        wanted = restated(generator.state_dict(), codes[0])
        assert torch.allclose(generator(codes), wanted, rtol=1e-4, atol=1e-4 * float(wanted.abs().max()))


def test_latent_codes_are_those_of_the_original():
    generator = random_generator(SMALL, seed=5)
    noise = torch.randn(4, SMALL.latent_size, generator=torch.Generator().manual_seed(2))
    codes = noise / (noise.square().mean(1, keepdim=True) + 1e-8).sqrt()
    for layer in (1, 2):
        weight, bias = (generator.state_dict()[f"style.{layer}.{part}"] for part in ("weight", "bias"))
        codes = activated(codes @ weight.T * 0.01 / math.sqrt(SMALL.latent_size) + bias * 0.01)
    with torch.no_grad():
        assert torch.allclose(generator.map(noise), codes, atol=1e-5)


def test_the_mean_code_is_that_of_many():
    generator = random_generator(SMALL, seed=5)
    with torch.no_grad():
        mean = generator.mean_code(torch.Generator().manual_seed(0))
        others = generator.map(torch.randn(4096, SMALL.latent_size, generator=torch.Generator().manual_seed(1)))
    assert mean.shape == (SMALL.latent_size,)
    assert (mean - others.mean(0)).abs().max() < 5 / math.sqrt(4096) * others.std(0).max() * 2**0.5


def test_the_published_size_has_18_codes_and_17_planes_of_noise():
    shape = GeneratorShape((512, 512, 512, 512, 512, 256, 128, 64, 32))
    with torch.device("meta"):
        tensors = Generator(shape).state_dict()
    assert (shape.side, shape.codes) == (1024, 18)
    assert tensors["style.8.weight"].shape == (512, 512)
    assert tensors["convs.15.conv.weight"].shape == (1, 32, 32, 3, 3)
    assert tensors["to_rgbs.7.conv.modulation.weight"].shape == (32, 512)
    noises = [name for name in tensors if name.startswith("noises.")]
    assert len(noises) == 17
    assert tensors["noises.noise_16"].shape == (1, 1, 1024, 1024)
    assert GeneratorShape.of(tensors) == shape


def test_an_even_surface_stays_even_when_it_is_doubled():
    doubled = double_size(torch.full((1, 1, 6, 6), 0.3), binomial_kernel(gain=4))
    assert doubled.shape == (1, 1, 12, 12)
    assert torch.allclose(doubled[:, :, 2:-2, 2:-2], torch.full((1, 1, 8, 8), 0.3))
