"""The losses of both models. They use cosines throughout; every loss is a mean over its rows."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def contrast(images: Tensor, texts: Tensor, targets: Tensor, scale: float) -> Tensor:
    """Soft cross-entropy both ways between N images and M texts.

    Args:
        images: N×D, unit length.
        texts: M×D, unit length.
        targets: N×M, not negative: how well each text fits each image.
        scale: multiplies the cosines (the inverse temperature).
    """
    logits = scale * images @ texts.T
    by_image = targets / targets.sum(1, keepdim=True).clamp_min(1e-6)
    fitting = targets.sum(0) > 0
    by_text = (targets / targets.sum(0, keepdim=True).clamp_min(1e-6))[:, fitting]
    image_loss = -(by_image * logits.log_softmax(1)).sum(1).mean()
    text_loss = -(by_text * logits.log_softmax(0)[:, fitting]).sum(0).mean()
    return 0.5 * (image_loss + text_loss)


def ordered_strengths(similarities: Tensor, strengths: Tensor, slope: float) -> Tensor:
    """Similarity to the style's prompt should grow by at least ``slope`` per unit of strength (hinge, all pairs).

    Args:
        similarities: N×K cosines at K growing strengths.
        strengths: K.
        slope: cosine per strength.
    """
    first, second = torch.triu_indices(len(strengths), len(strengths), offset=1)
    wanted = slope * (strengths[second] - strengths[first])
    return functional.relu(wanted - (similarities[:, second] - similarities[:, first])).mean()


def divergence(wanted: Tensor, found: Tensor) -> Tensor:
    """Kullback-Leibler divergence of the softmax over the columns, mean over the rows.

    Args:
        wanted: N×M logits.
        found: N×M logits.
    """
    return functional.kl_div(found.log_softmax(1), wanted.log_softmax(1), reduction="batchmean", log_target=True)


class Reconstruction(nn.Module):
    """Keeps an embedding rich: the leading principal components of the features must be linear in it."""

    def __init__(self, scores: Tensor, components: int, embedding_size: int) -> None:
        super().__init__()
        centred = scores - scores.mean(0)
        axes = torch.pca_lowrank(centred, q=components)[2]
        projected = centred @ axes
        self.register_buffer("axes", axes / projected.std(0))
        self.register_buffer("offset", scores.mean(0) @ self.axes)
        self.decoder = nn.Linear(embedding_size, components)

    def forward(self, embeddings: Tensor, scores: Tensor) -> Tensor:
        """Mean squared error of the standardised components."""
        return functional.mse_loss(self.decoder(embeddings), scores @ self.axes - self.offset)
