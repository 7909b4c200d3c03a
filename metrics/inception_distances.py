"""FID and KID: distances of two sets of Inception features, in the art-tuned network and in the usual one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from benchmark.contracts.metric import Axis, Direction, Need
from benchmark.contracts.set_metric import SetMetric, SetMetricInfo
from benchmark.models.role import Role
from metrics.shared.astra import Asked, worth
from metrics.shared.frechet import frechet_distance_of_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor


SMALLEST_SIDE: Final = 75
"""Sides of the smallest images, in pixels: what is smaller vanishes in the last layers."""

BLOCKS: Final = 100
"""Number of random blocks of which the published KID is the mean."""

BLOCK_SIZE: Final = 1000
"""Number of images of a block."""

BLOCK_SEED: Final = 2020
"""Seed of the blocks, torch-fidelity's default."""

_ROWS: Final = 1024
"""Rows of a kernel matrix that are held at a time."""


class InceptionMetric(SetMetric):
    """A metric on Inception features, which are computed once per image for all metrics of the same network.

    The network is the one of the first role that the metric names.
    """

    def describe(self, *, stylized: Sequence[Tensor], content: Sequence[Tensor] | None = None) -> Tensor:
        """Describes stylized images by their Inception features.

        Args:
            stylized: N RGB images, 3×H×W in [0, 1], sides at least ``info.minimum_side`` pixels.
            content: Not read.

        Returns:
            N×2048.

        Raises:
            ValueError: An image is too small.
        """
        return self.describe_style(style=stylized)

    def describe_style(self, *, style: Sequence[Tensor]) -> Tensor:
        """Describes style images by their Inception features.

        Args:
            style: M RGB images, 3×H×W in [0, 1], sides at least ``info.minimum_side`` pixels.

        Returns:
            M×2048.

        Raises:
            ValueError: An image is too small.
        """
        import torch

        from benchmark.models.batching import remember_in_batches

        self.info.require_sides(style)
        role = self.info.backbones[0]
        network = self.models.load(role)
        name = (role, "Inception features")
        features = remember_in_batches(self.models, style, name, lambda batch: network(batch).unbind())
        return torch.stack(features)


class Fid(InceptionMetric):
    """FID: Fréchet distance of the normal distributions fitted to the features of stylized and of style images.

    ``‖μ_x − μ_y‖² + tr(Σ_x + Σ_y − 2 (Σ_x Σ_y)^½)`` with means and unbiased covariances of 2048 features after the
    average pooling of Inception-v3. The trace of the root is the sum of the singular values of ``X Yᵀ`` for centred
    features over √(n − 1) and √(m − 1): exact where the covariances are singular, which is where other implementations
    add something to their diagonals.

    The network is the one that the protocol names; ``art-inception`` is that of ArtFID, tuned on paintings, whose
    numbers are not those of the usual FID (a user of its package found 5.03 where another FID gave 56.64). As in that
    package, images are neither resized nor normalised. Below 2049 images the covariances are singular, and the bias,
    which depends on the method, falls with 1/n: the authors of FID advise at least 10,000. It is the style part of
    ``artfid``.
    """

    info = SetMetricInfo(
        name="fid",
        title="FID",
        version="1",
        summary=(
            "Fréchet distance of the Inception features of all stylized images of a method and the style images;"
            f" not compared with people itself, ArtFID was, of which it is a part: {worth(Asked.OVERALL, 'ArtFID')}."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        backbone=Role.INCEPTION,
        minimum_side=SMALLEST_SIDE,
        paper=(
            "Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, NIPS"
            " 2017"
        ),
        url="https://arxiv.org/abs/1706.08500",
        sample_size=10_000,
    )

    def score(self, *, stylized: Tensor, style: Tensor) -> float:
        """Compares two sets of features.

        Args:
            stylized: N×D.
            style: M×D.

        Returns:
            A number, not negative; NaN if either set has a single image, which has no covariance.
        """
        return frechet_distance_of_features(stylized, style)


class FidImagenet(InceptionMetric):
    """FID in the network that the rest of the field means by the name, for comparison with published tables.

    The formula and the estimate are those of ``fid``; the network is TensorFlow's Inception-v3 of 2015, trained on
    ImageNet, as pytorch-fid converted it, and images are resized to 299 × 299 as there (bilinear, not antialiased).
    What is left of pytorch-fid's own number is numerical: it takes the root of a matrix, and adds 1e-6 to the
    diagonals where that fails. Papers on style transfer compare with all paintings of a data set, or with the style
    images repeated; here every style image counts once, and 10,000 images are advised as for ``fid``. The network knows
    objects of photographs: stylized photographs look less like paintings to it than to people.
    """

    info = SetMetricInfo(
        name="fid_imagenet",
        title="FID (ImageNet Inception)",
        version="1",
        summary=(
            "The usual FID, by pytorch-fid's network and resizing, of all stylized images of a method and the style"
            " images; its agreement with people on style transfer has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        minimum=0.0,
        backbone=Role.FID_INCEPTION,
        paper=(
            "Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, NIPS"
            " 2017; network as in Seitzer, pytorch-fid, 2020"
        ),
        url="https://arxiv.org/abs/1706.08500",
        sample_size=10_000,
    )

    def score(self, *, stylized: Tensor, style: Tensor) -> float:
        """Compares two sets of features.

        Args:
            stylized: N×2048.
            style: M×2048.

        Returns:
            A number, not negative; NaN if either set has a single image, which has no covariance.
        """
        return frechet_distance_of_features(stylized, style)


class Kid(InceptionMetric):
    """KID: unbiased squared maximum mean discrepancy of Inception features, with a cubic kernel.

    ``mean_{i≠j} k(x_i, x_j) + mean_{i≠j} k(y_i, y_j) − 2 mean k(x_i, y_j)`` with ``k(x, y) = (xᵀy / D + 1)³``. Being
    unbiased, it may fall below 0. Deviation: computed once from all images, where the authors average over random
    blocks of 1000, which has the same expectation and more variance; ``kid_imagenet`` does. Not scaled (papers often
    give 10³ times the number). The network is the one that the protocol names, and images are neither resized nor
    normalised; see ``Fid``.
    """

    info = SetMetricInfo(
        name="kid",
        title="KID",
        version="1",
        summary=(
            "Discrepancy of the Inception features of all stylized images of a method and the style images, unbiased at"
            " any number of them; its agreement with people on style transfer has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        backbone=Role.INCEPTION,
        minimum_side=SMALLEST_SIDE,
        paper="Bińkowski, Sutherland, Arbel and Gretton, Demystifying MMD GANs, ICLR 2018",
        url="https://arxiv.org/abs/1801.01401",
        sample_size=1_000,
    )

    def score(self, *, stylized: Tensor, style: Tensor) -> float:
        """Compares two sets of features.

        Args:
            stylized: N×D.
            style: M×D.

        Returns:
            A number; NaN if either set has a single image, which has no pairs.
        """
        x, y = stylized.double(), style.double()
        n, m = len(x), len(y)
        if min(n, m) < 2:
            return math.nan
        within = [
            (_kernel_sum(one, one) - _kernel(one.square().sum(dim=1), one.shape[1]).sum().item()) / (k * (k - 1))
            for one, k in ((x, n), (y, m))
        ]
        return sum(within) - 2 * _kernel_sum(x, y) / (n * m)


class KidImagenet(InceptionMetric):
    """KID as it is published: in the usual Inception network, the mean over 100 random blocks of 1000 images.

    Each block is drawn from either set without replacement, and gives the estimate of ``kid`` for equally many images.
    Where a set is smaller than 1000, blocks have its size (torch-fidelity and torchmetrics refuse such sets until a
    smaller block is asked for). The network and its resizing are those of ``fid_imagenet``, whose features it shares.
    Blocks are torch-fidelity's for the same rows: drawn by NumPy's generator with the seed 2020, stylized images first.
    Since the order of images must not matter, rows are sorted before; numbers of programs that take them in the order
    of file names differ by the noise of 100 blocks, and not at all where both sets have the size of a block. Not
    scaled; the deviation between blocks, which those programs print after ±, is not given.
    """

    info = SetMetricInfo(
        name="kid_imagenet",
        title="KID (ImageNet Inception)",
        version="1",
        summary=(
            "The usual KID, by pytorch-fid's network and resizing, over 100 blocks of at most 1000 images of a method"
            " and of the styles; its agreement with people on style transfer has not been measured."
        ),
        direction=Direction.LOWER,
        axis=Axis.STYLE,
        needs=(Need.STYLE_IMAGE,),
        backbone=Role.FID_INCEPTION,
        paper="Bińkowski, Sutherland, Arbel and Gretton, Demystifying MMD GANs, ICLR 2018",
        url="https://arxiv.org/abs/1801.01401",
        sample_size=BLOCK_SIZE,
    )

    def score(self, *, stylized: Tensor, style: Tensor) -> float:
        """Compares two sets of features.

        Args:
            stylized: N×2048.
            style: M×2048.

        Returns:
            A number; NaN if either set has a single image, which has no pairs.
        """
        import numpy as np

        x, y = _sorted_rows(stylized).double(), _sorted_rows(style).double()
        size = min(BLOCK_SIZE, len(x), len(y))
        if size < 2:
            return math.nan
        generator = np.random.RandomState(BLOCK_SEED)
        drawn = [[generator.choice(len(rows), size, replace=False) for rows in (x, y)] for _ in range(BLOCKS)]
        of_x, of_y = (
            _membership(blocks, len(rows)) for blocks, rows in zip(zip(*drawn, strict=True), (x, y), strict=True)
        )
        within = [
            _block_sums(rows, rows, blocks, blocks) - blocks @ _kernel(rows.square().sum(dim=1), rows.shape[1])
            for rows, blocks in ((x, of_x), (y, of_y))
        ]
        between = _block_sums(x, y, of_x, of_y)
        estimates = (within[0] + within[1]) / (size * (size - 1)) - 2 * between / size**2
        return float(estimates.mean())


def _sorted_rows(rows: Tensor) -> Tensor:
    """Returns the rows in an order that depends on nothing but themselves: by the first feature, the second, and so on.

    By value, so that the last bits of the features, which differ from machine to machine, hardly ever change it.
    """
    import numpy as np

    return rows[np.lexsort(rows.numpy().T[::-1])]


def _membership(blocks: Sequence[NDArray[np.integer[Any]]], number: int) -> Tensor:
    """Returns B×N numbers: 1 where a block has the row, else 0."""
    import torch

    members = torch.zeros(len(blocks), number, dtype=torch.float64)
    for block, places in zip(members, blocks, strict=True):
        block[torch.from_numpy(places)] = 1
    return members


def _block_sums(first: Tensor, second: Tensor, of_first: Tensor, of_second: Tensor) -> Tensor:
    """Returns for each of B blocks the sum of the kernel between its rows, all in one pass over the kernel's matrix."""
    import torch

    parts = zip(torch.split(first, _ROWS), torch.split(of_first, _ROWS, dim=1), strict=True)
    sums = [(blocks * (of_second @ _kernel(second @ rows.T, second.shape[1]))).sum(dim=1) for rows, blocks in parts]
    return torch.stack(sums).sum(dim=0)


def _kernel_sum(first: Tensor, second: Tensor) -> float:
    import torch

    rows = torch.split(first, _ROWS)
    return math.fsum(_kernel(row @ second.T, second.shape[1]).sum().item() for row in rows)


def _kernel(products: Tensor, size: int) -> Tensor:
    return (products / size + 1) ** 3
