"""Where in a picture an image tower finds what a text says: gradient × attention, or gradient × activation.

With s the cosine of an image's embedding and a text's:

- A transformer (Chefer, Gur and Wolf, "Generic Attention-model Explainability", ICCV 2021): with A_l the attention of
  block l, heads first, ``R = 1``, then ``R = R + mean over heads of max(0, ∂s/∂A_l ⊙ A_l) · R`` for every block; the
  map is the class token's row of R without the token itself.
- Any other tower, such as the embedded one: with F the last features on at least 7×7 places, ``max(0, sum over channels
  of ∂s/∂F ⊙ F)`` (Draelos and Carin, "HiResCAM", 2020). 7×7 is what a ViT-B/32 has.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.errors import InputError
from benchmark.models.float32 import in_float32

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FEWEST_PLACES: Final = 7
"""Rows and columns of the coarsest features that still tell places apart."""


# In float32: gradients are multiplied by what they are of, and the largest of many alike places are chosen.
@in_float32
def relevance(tower: nn.Module, embed: Callable[[Tensor], Tensor], images: Tensor, texts: Tensor) -> Tensor:
    """Computes the relevance of places.

    Args:
        tower: The image tower.
        embed: Embeds images with that tower, N×3×H×W to N×D.
        images: N×3×H×W in [0, 1].
        texts: N×D, of any length.

    Returns:
        N×h×w, at least 0, on the tower's own grid of places; all 0 where nothing speaks for the text.

    Raises:
        InputError: The tower shows neither attention nor features on at least 7×7 places, or its attention cannot be
            read: timm's own layers, and pooling by attention.
    """
    attentions: list[Tensor] = []
    features: list[Tensor] = []

    def keep_attention(module: nn.MultiheadAttention, inputs: tuple[Tensor, ...], _: dict[str, Any], __: Any) -> Any:
        attention, output = _attend(module, *inputs[:3])
        attentions.append(attention)
        return output, None

    def keep_features(_: nn.Module, __: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.ndim == 4 and min(output.shape[-2:]) >= _FEWEST_PLACES:
            features[:] = [output]

    types = {type(module) for module in tower.modules()}
    if any(one.__module__.startswith("timm") and "Attention" in one.__name__ for one in types):
        raise InputError("the attention of this text-image model cannot be read: it is inside timm's layers")
    handles = []
    for module in tower.modules():
        if isinstance(module, nn.MultiheadAttention):
            handles.append(module.register_forward_hook(keep_attention, with_kwargs=True))
        else:
            handles.append(module.register_forward_hook(keep_features))
    try:
        with torch.enable_grad():
            embeddings = embed(images.detach().requires_grad_())
            score = functional.cosine_similarity(embeddings, texts, dim=-1).sum()
    finally:
        for handle in handles:
            handle.remove()
    if any(attention.shape[-2] != attention.shape[-1] for attention in attentions):
        raise InputError("the attention of this text-image model cannot be read: it pools its places by attention")
    if attentions:
        return _relevance_of_attention(attentions, torch.autograd.grad(score, attentions))
    if not features:
        raise InputError("the text-image model shows no attention and no features on 7×7 places or more")
    (gradient,) = torch.autograd.grad(score, features)
    return (gradient * features[0].detach()).sum(dim=1).clamp_min(0)


def _relevance_of_attention(attentions: Iterable[Tensor], gradients: Iterable[Tensor]) -> Tensor:
    total = None
    for attention, gradient in zip(attentions, gradients, strict=True):
        step = (gradient * attention.detach()).clamp_min(0).mean(dim=1)
        total = torch.eye(step.shape[-1]).to(step).expand_as(step) if total is None else total
        total = total + step @ total
    assert total is not None
    places = total[:, 0, 1:]
    side = math.isqrt(places.shape[1])
    if side * side != places.shape[1]:
        raise InputError(f"the text-image model attends to {places.shape[1]} places, which are no square")
    return places.reshape(-1, side, side)


def _attend(module: nn.MultiheadAttention, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
    """Computes a module's attention, N×heads×L×L, and its output, in the open."""
    if not module.batch_first:
        query, key, value = (tensor.transpose(0, 1) for tensor in (query, key, value))
    assert module.in_proj_weight is not None
    biases = (None, None, None) if module.in_proj_bias is None else module.in_proj_bias.chunk(3)
    projected = [
        functional.linear(tensor, weight, bias).view(*tensor.shape[:2], module.num_heads, -1).transpose(1, 2)
        for tensor, weight, bias in zip((query, key, value), module.in_proj_weight.chunk(3), biases, strict=True)
    ]
    attention = (projected[0] @ projected[1].mT / math.sqrt(projected[0].shape[-1])).softmax(dim=-1)
    output = module.out_proj((attention @ projected[2]).transpose(1, 2).flatten(2))
    return attention, output if module.batch_first else output.transpose(0, 1)
