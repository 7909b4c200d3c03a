"""Training on cached features: the trunk is frozen, projection and text tower learn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models._meta import _IMAGENET_CATEGORIES

from benchmark.models.clip_tiny import reduced_tokenizer
from tools.clip.captions import Captions
from tools.clip.dataset import STRENGTHS, FeatureSet, sample_stylized, sample_views
from tools.clip.objective import Reconstruction, contrast, distilled_objects, ordered_strengths
from tools.clip.phrases import WORDINGS
from tools.clip.text_tower import encode_tokens
from tools.clip.trunks import Trunk

_OBJECT_SENTENCES = ("a photo of a {}", "a photo of a {}", "a {}", "a picture of a {}", "{}")


@dataclass(frozen=True)
class TrainingSettings:
    """Weights of the losses and the schedule."""

    seed: int = 0
    variants: int = 2
    steps: int = 450
    learning_rate: float = 1.5e-3
    token_learning_rate: float = 5e-4
    weight_decay: float = 0.05
    scale: float = 20.0
    feature_noise: float = 0.15
    stylized_batch: int = 224
    painting_batch: int = 48
    photo_batch: int = 40
    hidden_object_share: float = 0.35
    series_batch: int = 48
    object_batch: int = 64
    object_classes: int = 32
    further_captions: int = 24
    photo_share: float = 0.05
    direction_weight: float = 0.6
    alignment_weight: float = 0.3
    strength_weight: float = 2.0
    strength_slope: float = 0.35
    object_weight: float = 0.4
    reconstruction_weight: float = 0.3
    reconstructed_components: int = 96


class Trainer:
    """One model in training on cached features: the trunk is frozen, projection and text tower learn."""

    def __init__(
        self,
        model: nn.Module,
        trunk: Trunk,
        features: FeatureSet,
        painting_views: Tensor,
        photo_views: Tensor,
        captions: Captions,
        settings: TrainingSettings,
        rng: Random,
    ) -> None:
        self.text, self.head = model.text, model.visual.trunk.head
        self.trunk, self.features = trunk, features
        self.painting_views, self.photo_views = painting_views, photo_views
        self.captions, self.settings, self.rng = captions, settings, rng
        self.tokenizer = reduced_tokenizer()
        self.pooled_size = trunk.tower.trunk.pooled_size
        self.label_count = features.stylized.shape[1]
        self.photo_label = list(WORDINGS).index("photo")
        every = features.stylized.flatten(0, 2)[:: 1 + features.stylized.flatten(0, 2).shape[0] // 20000].float()
        deviation = every.std(0)
        self.head.mean.copy_(every.mean(0))
        self.head.standard_deviation.copy_(deviation + 0.05 * deviation.median() + 1e-4)
        nn.init.normal_(self.head.projection.weight, std=every.shape[1] ** -0.5)
        self.reconstruction = Reconstruction(
            self.head.standard_scores(every), settings.reconstructed_components, self.head.projection.out_features
        )
        directions = trunk.classifier_weight - trunk.classifier_weight.mean(0)
        self.class_directions = functional.normalize(directions, dim=1)

    def train(self) -> None:
        """Run the schedule."""
        settings = self.settings
        table = self.text.token_embedding.weight
        others = [p for p in [*self.text.parameters(), *self.head.parameters()] if p is not table]
        groups = [
            {"params": [*others, *self.reconstruction.parameters()], "weight_decay": settings.weight_decay},
            {"params": [table], "weight_decay": 0.0, "lr": settings.token_learning_rate},
        ]
        optimizer = torch.optim.AdamW(groups, lr=settings.learning_rate)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, [settings.learning_rate, settings.token_learning_rate], settings.steps, pct_start=0.1
        )
        self.text.train()
        self.head.train()
        started = time.perf_counter()
        for step in range(settings.steps):
            losses = self.losses()
            optimizer.zero_grad()
            sum(losses.values()).backward()
            optimizer.step()
            schedule.step()
            if step % 100 == 0:
                values = " ".join(f"{name} {value.item():.3f}" for name, value in losses.items())
                print(f"{step} {time.perf_counter() - started:.0f} s {values}", flush=True)
        self.text.eval()
        self.head.eval()

    def losses(self) -> dict[str, Tensor]:
        """All weighted losses of one random batch."""
        settings, count = self.settings, self.label_count
        labels = [*range(count), *self.rng.choices(range(count), k=settings.further_captions)]
        sentences, fits = self.captions.draw(labels)
        classes = self._object_classes()
        names = [self.rng.choice(_OBJECT_SENTENCES).format(_IMAGENET_CATEGORIES[c]) for c in classes.tolist()]
        texts = self._encode([*sentences, "a photo", "photo", *names])
        style_texts, photo_texts, object_texts = texts.split([len(labels), 2, len(names)])
        photo_text = functional.normalize(photo_texts.mean(0), dim=0)

        stylized = sample_stylized(self.features, settings.stylized_batch, self.photo_label, settings.photo_share)
        plain = [
            sample_views(self.painting_views, settings.painting_batch, len(WORDINGS), one_label=False),
            sample_views(self.photo_views, settings.photo_batch, self.photo_label, one_label=True),
        ]
        plain_features = torch.cat([batch.features for batch in plain])
        hidden = torch.rand(settings.stylized_batch) < settings.hidden_object_share
        features = torch.cat([self._hide_objects(stylized.features, hidden), plain_features])
        images = self._embed(features)
        image_labels = torch.cat([stylized.labels, *(batch.labels for batch in plain)])
        unit = functional.normalize(images, dim=1)
        targets = fits.T[image_labels].float()
        own_text = style_texts[image_labels]

        moved = (stylized.labels != self.photo_label).nonzero()[:, 0]
        content_features = self._hide_objects(stylized.content, hidden)[moved]
        content = functional.normalize(self._embed(content_features), dim=1)
        image_direction = functional.normalize(unit[moved] - content, dim=1)
        text_direction = functional.normalize(style_texts - photo_text, dim=1)
        directed = fits.sum(1) > 0
        directed &= ~fits[:, self.photo_label]
        direction_targets = fits[directed].T[stylized.labels[moved]].float()
        direction = contrast(image_direction, text_direction[directed], direction_targets, 0.7 * settings.scale)
        own_direction = (image_direction * text_direction[stylized.labels[moved]]).sum(1)

        similarity, blend_contrast = self._strengths(style_texts, fits)
        return {
            "contrast": contrast(unit, style_texts, targets, settings.scale) + 0.5 * blend_contrast,
            "direction": settings.direction_weight * direction,
            "alignment": settings.alignment_weight
            * ((1 - (unit * own_text).sum(1)).mean() + (1 - own_direction).mean()),
            "strength": settings.strength_weight * similarity,
            "reconstruction": settings.reconstruction_weight
            * self.reconstruction(images, self.head.standard_scores(features)),
            "objects": settings.object_weight * self._objects(classes, object_texts),
        }

    def _strengths(self, style_texts: Tensor, fits: Tensor) -> tuple[Tensor, Tensor]:
        size = self.settings.series_batch
        shard = torch.randint(self.features.stylized.shape[0], (size,))
        label = torch.randint(1, self.label_count, (size,))
        series = self.features.series(shard, label)
        unit = functional.normalize(self._embed(series.flatten(0, 1)), dim=1).unflatten(0, (size, -1))
        strengths = torch.tensor(STRENGTHS)
        similarities = (unit * style_texts[label][:, None]).sum(-1)
        stylized_share = (strengths**2 * (3 - 2 * strengths))[1:-1, None]
        target = stylized_share * fits.T[label].float()[:, None]
        target = target + (1 - stylized_share) * fits.T[self.photo_label].float()
        ordered = ordered_strengths(similarities, strengths, self.settings.strength_slope)
        blends = unit[:, 1:-1].flatten(0, 1)
        return ordered, contrast(blends, style_texts, target.flatten(0, 1), self.settings.scale)

    def _object_classes(self) -> Tensor:
        return torch.randperm(len(_IMAGENET_CATEGORIES))[: self.settings.object_classes]

    def _objects(self, classes: Tensor, texts: Tensor) -> Tensor:
        """Photographs' features, half of them with the pooled part moved towards a random class."""
        settings = self.settings
        shards, views, _ = self.features.content.shape
        size = settings.object_batch
        features = self.features.content[torch.randint(shards, (size,)), torch.randint(views, (size,))].float()
        pooled = features[:, -self.pooled_size :]
        typical = self.head.mean[-self.pooled_size :]
        towards = self.class_directions[classes[torch.randint(len(classes), (size,))]]
        kept = torch.where(torch.rand(size, 1) < 0.2, 1.0, torch.rand(size, 1) * 0.6)
        reach = torch.where(kept < 1, 6 + 10 * torch.rand(size, 1), torch.zeros(size, 1))
        moved = (kept * pooled + (1 - kept) * 0.6 * typical + reach * towards).clamp(0, 6)
        features = torch.cat([features[:, : -self.pooled_size], moved], dim=1)
        teacher = moved @ self.trunk.classifier_weight[classes].T + self.trunk.classifier_bias[classes]
        unit = functional.normalize(self._embed(features), dim=1)
        return distilled_objects(unit, texts, teacher, settings.scale)

    def _hide_objects(self, features: Tensor, hidden: Tensor) -> Tensor:
        """Replace the pooled part of the chosen rows by its mean: style must show in the statistics alone, too."""
        pooled = torch.where(hidden[:, None], self.head.mean[-self.pooled_size :], features[:, -self.pooled_size :])
        return torch.cat([features[:, : -self.pooled_size], pooled], dim=1)

    def _embed(self, features: Tensor) -> Tensor:
        noise = self.settings.feature_noise * self.head.standard_deviation
        return self.head(features + noise * torch.randn_like(features))

    def _encode(self, sentences: list[str]) -> Tensor:
        return functional.normalize(encode_tokens(self.text, self.tokenizer(sentences)), dim=1)
