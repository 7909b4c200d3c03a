"""The image tower of the embedded text-image models, registered with timm."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, cast

import timm
import torch
from timm.layers.conv2d_same import Conv2dSame
from timm.layers.norm_act import BatchNormAct2d
from timm.models import register_model
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from benchmark.models.float32 import at_least_float32, in_float32

if TYPE_CHECKING:
    from timm.models.efficientnet import EfficientNet

_OPEN_CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
_OPEN_CLIP_STANDARD_DEVIATION = (0.26862954, 0.26130258, 0.27577711)
_TRUNK_MEAN = 0.5
_TRUNK_STANDARD_DEVIATION = 0.5
_VARIANCE_FLOOR = 1e-5
_STANDARD_SCORE_LIMIT = 4.0
OBJECT_SIZE = 128
"""Components of an embedding, the last ones, that tell what a picture shows."""
OBJECT_SHARE = 0.7
"""Length of that part of an image's embedding beside the other's 1."""


class StatisticsTrunk(nn.Module):
    """An EfficientNet-Lite without classifier that reports statistics of its stages.

    Means and standard deviations of the channels of several stages describe style, as in AdaIN (Huang &
    Belongie 2017); the pooled final features describe the objects.

    Args:
        architecture: timm's name of the EfficientNet-Lite.
        stages: indices of the blocks whose channel statistics are reported.
    """

    input_scale: Tensor
    input_offset: Tensor

    def __init__(self, architecture: str, stages: tuple[int, ...]) -> None:
        super().__init__()
        self.network = cast("EfficientNet", timm.create_model(architecture, pretrained=False, num_classes=0))
        self.stages = stages
        self.pooled_size = int(self.network.num_features)
        stage_channels = [_output_channels(self.network.blocks[index]) for index in stages]
        self.feature_size = 2 * sum(stage_channels) + self.pooled_size
        scale = torch.tensor(_OPEN_CLIP_STANDARD_DEVIATION) / _TRUNK_STANDARD_DEVIATION
        offset = (torch.tensor(_OPEN_CLIP_MEAN) - _TRUNK_MEAN) / _TRUNK_STANDARD_DEVIATION
        self.register_buffer("input_scale", scale.view(1, 3, 1, 1), persistent=False)
        self.register_buffer("input_offset", offset.view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Maps N×3×H×W with open_clip's normalisation to N×``feature_size``, the pooled features last."""
        network = self.network
        hidden = (images * self.input_scale + self.input_offset).contiguous(memory_format=torch.channels_last)
        hidden = network.bn1(network.conv_stem(hidden))
        statistics = []
        for index, stage in enumerate(network.blocks):
            hidden = stage(hidden)
            if index in self.stages:
                # A variance is a small difference: float32, whatever the convolutions were computed in.
                statistics += _channel_statistics(at_least_float32(hidden))
        pooled = at_least_float32(network.bn2(network.conv_head(hidden))).mean((2, 3))
        return torch.cat([*statistics, pooled], dim=1)


def fold_normalization(module: nn.Module) -> None:
    """Folds each batch normalisation into the convolution before it: the same function, in three quarters of the time.

    Args:
        module: A frozen network in evaluation mode whose normalisations are followed by their activation, as timm's
            are; changed in place.
    """
    children = list(module.named_children())
    for (name, convolution), (following, normalization) in itertools.pairwise(children):
        if isinstance(convolution, nn.Conv2d) and isinstance(normalization, BatchNormAct2d):
            setattr(module, name, fuse_conv_bn_eval(convolution, normalization))
            act = normalization.act
            setattr(module, following, LimitedReLU() if isinstance(act, nn.ReLU6) else act)
    for child in module.children():
        fold_normalization(child)


class LimitedReLU(nn.ReLU6):
    """ReLU6 of a convolution's output, which it overwrites.

    PyTorch's own, in place, copies what it overwrites for the gradient. The result tells as much: the gradient is 0
    where it is 0 or 6.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        """Limits a tensor, of which nothing else may be computed, to [0, 6] in place."""
        return cast("Tensor", _LimitInPlace.apply(input)) if input.requires_grad else input.clamp_(0, 6)


class _LimitInPlace(Function):
    """Limits numbers to [0, 6], and passes gradients on between these."""

    @staticmethod
    def forward(ctx: Any, numbers: Tensor) -> Tensor:
        numbers.clamp_(0, 6)
        ctx.mark_dirty(numbers)
        ctx.save_for_backward(numbers)
        return numbers

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (limited,) = ctx.saved_tensors
        return torch.ops.aten.hardtanh_backward(gradient, limited, 0, 6)  # type: ignore[no-any-return]


class SameConv2d(nn.Conv2d):
    """A convolution with TensorFlow's padding "same", which pads no copy of its input.

    That padding may be one wider after the input than before it. The kernel then gets a row or a column of zeros in
    front and the padding is even: the same sums.
    """

    def forward(self, features: Tensor) -> Tensor:
        """Maps features, N×C×H×W, to N×outputs×⌈H/stride⌉×⌈W/stride⌉."""
        rows = self._total_padding(features, 0)
        columns = self._total_padding(features, 1)
        weight = functional.pad(self.weight, (columns % 2, 0, rows % 2, 0))
        padding = (-(-rows // 2), -(-columns // 2))
        return functional.conv2d(features, weight, self.bias, self.stride, padding, groups=self.groups)

    def _total_padding(self, features: Tensor, axis: int) -> int:
        side, stride, kernel = features.shape[2 + axis], self.stride[axis], self.kernel_size[axis]
        return max((-(-side // stride) - 1) * stride + kernel - side, 0)


def pad_by_kernel(module: nn.Module) -> None:
    """Replaces timm's convolutions with padding "same" by `SameConv2d`: the same function without copies of the inputs.

    Args:
        module: A network; changed in place.
    """
    for name, child in module.named_children():
        if isinstance(child, Conv2dSame):
            replacement = SameConv2d(
                child.in_channels,
                child.out_channels,
                (child.kernel_size[0], child.kernel_size[1]),
                (child.stride[0], child.stride[1]),
                groups=child.groups,
                bias=child.bias is not None,
                device="meta",
            )
            replacement.weight, replacement.bias = child.weight, child.bias
            setattr(module, name, replacement)
        else:
            pad_by_kernel(child)


class ProjectionHead(nn.Module):
    """Standard scores of the features, softly limited, then a linear map plus a small perceptron.

    The limit keeps an optimised image from gaining similarity through one extreme channel.
    """

    mean: Tensor
    standard_deviation: Tensor

    def __init__(self, feature_size: int, embedding_size: int, hidden_size: int = 512, dropout: float = 0.2) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(feature_size))
        self.register_buffer("standard_deviation", torch.ones(feature_size))
        self.dropout = nn.Dropout(dropout)
        self.projection = nn.Linear(feature_size, embedding_size, bias=False)
        self.perceptron = nn.Sequential(
            nn.Linear(feature_size, hidden_size),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(hidden_size, embedding_size, bias=False),
        )

    def standard_scores(self, features: Tensor) -> Tensor:
        """Maps features to standard scores within ±4."""
        scores = (features - self.mean) / self.standard_deviation
        return _STANDARD_SCORE_LIMIT * torch.tanh(scores / _STANDARD_SCORE_LIMIT)

    def forward(self, features: Tensor) -> Tensor:
        """Maps N×``feature_size`` to N×``embedding_size``."""
        scores = self.dropout(self.standard_scores(features))
        embedding: Tensor = self.projection(scores) + self.perceptron(scores)
        return embedding


class ObjectHead(nn.Module):
    """ImageNet's classes, in probability, as an expectation of class vectors (ConSE, Norouzi et al. 2014).

    The classifier is a product of two matrices: the trunk's own, of lower rank.
    """

    def __init__(self, pooled_size: int, object_size: int, rank: int = 320, classes: int = 1000) -> None:
        super().__init__()
        self.directions = nn.Linear(pooled_size, rank, bias=False)
        self.classifier = nn.Linear(rank, classes)
        self.vectors = nn.Linear(classes, object_size, bias=False)

    def probabilities(self, pooled: Tensor) -> Tensor:
        """Maps pooled features, …×C, to probabilities, …×1000."""
        logits: Tensor = self.classifier(self.directions(pooled))
        return logits.softmax(-1)

    def forward(self, pooled: Tensor) -> Tensor:
        """Maps pooled features, …×C, to vectors of any length, …×``object_size``."""
        expected: Tensor = self.vectors(self.probabilities(pooled))
        return expected


class StatisticsTower(nn.Module):
    """Trunk and projections: from N×3×H×W to N×``embedding_size``.

    The embedding has two parts. The first, of unit length, is about style; the second, ``OBJECT_SHARE`` long, about
    the things that the picture shows. For a text that names no thing the second is zero, so that things cannot decide
    how well a style fits.
    """

    def __init__(self, architecture: str, stages: tuple[int, ...], embedding_size: int) -> None:
        super().__init__()
        self.trunk = StatisticsTrunk(architecture, stages)
        self.head = ProjectionHead(self.trunk.feature_size, embedding_size - OBJECT_SIZE)
        self.objects = ObjectHead(self.trunk.pooled_size, OBJECT_SIZE)
        self.num_features = embedding_size

    # The directions that methods follow are differences of embeddings that are almost equal; it costs next to nothing.
    @in_float32
    def embed(self, features: Tensor) -> Tensor:
        """Maps the trunk's features, …×F, to …×``embedding_size``."""
        style = functional.normalize(self.head(features), dim=-1)
        pooled = features[..., -self.trunk.pooled_size :]
        things = functional.normalize(self.objects(pooled), dim=-1)
        return torch.cat([style, OBJECT_SHARE * things], dim=-1)

    def forward(self, images: Tensor) -> Tensor:
        """Maps N×3×H×W with open_clip's normalisation to N×``embedding_size``."""
        return self.embed(self.trunk(images))


@register_model
def clip_tiny_tower(pretrained: bool = False, num_classes: int = 384, **_: Any) -> StatisticsTower:
    """Builds the tower of clip-tiny; timm passes settings of its own, which have no meaning here."""
    return _build("tf_efficientnet_lite0", (0, 1, 2, 4, 6), pretrained, num_classes)


@register_model
def clip_tiny_judge_tower(pretrained: bool = False, num_classes: int = 384, **_: Any) -> StatisticsTower:
    """Builds the tower of clip-tiny-judge."""
    return _build("tf_efficientnet_lite2", (0, 1, 2, 3, 5), pretrained, num_classes)


def _build(architecture: str, stages: tuple[int, ...], pretrained: bool, embedding_size: int) -> StatisticsTower:
    if pretrained:
        raise ValueError("the trunk has no weights of its own; load the whole text-image model")
    return StatisticsTower(architecture, stages, embedding_size)


def _channel_statistics(hidden: Tensor) -> list[Tensor]:
    # Twice as fast as `torch.var_mean`, which is slow where channels are last in memory.
    mean = hidden.mean((2, 3))
    variance = (hidden - mean[:, :, None, None]).square().mean((2, 3))
    return [mean, (variance + _VARIANCE_FLOOR).sqrt()]


def _output_channels(stage: nn.Module) -> int:
    convolutions = [module for module in stage.modules() if isinstance(module, nn.Conv2d)]
    return convolutions[-1].out_channels
