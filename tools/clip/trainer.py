"""Training on cached features: the trunk is frozen; projection, class vectors and text tower learn."""

from __future__ import annotations

import time
from dataclasses import dataclass
from random import Random

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmark.models.clip_tiny import reduced_tokenizer
from benchmark.models.clip_tiny_tower import StatisticsTower
from tools.clip import views
from tools.clip.attack import attack, through_views
from tools.clip.captions import Captions
from tools.clip.dataset import STRENGTHS, FeatureSet, sample_stylized, sample_views
from tools.clip.features import trunk_input
from tools.clip.objective import Reconstruction, contrast, ordered_strengths
from tools.clip.objects import CaptionedFeatures, ObjectLessons, ObjectTeaching
from tools.clip.text_tower import TextParts, encode_tokens
from tools.clip.wordings import WORDINGS


@dataclass(frozen=True)
class TrainingSettings:
    """Weights of the losses and the schedule."""

    seed: int = 0
    variants: int = 2
    steps: int = 1200
    learning_rate: float = 2e-3
    token_learning_rate: float = 3e-4
    weight_decay: float = 0.05
    scale: float = 20.0
    feature_noise: float = 0.1
    stylized_batch: int = 256
    painting_batch: int = 40
    photo_batch: int = 128
    composite_batch: int = 64
    hidden_object_share: float = 0.35
    hidden_plain_share: float = 0.6
    series_batch: int = 48
    object_batch: int = 96
    object_words: int = 256
    further_captions: int = 24
    photo_share: float = 0.05
    direction_weight: float = 0.6
    alignment_weight: float = 0.3
    strength_weight: float = 2.0
    strength_slope: float = 0.35
    word_weight: float = 0.7
    presence_weight: float = 1.5
    caption_weight: float = 0.2
    reconstruction_weight: float = 0.3
    reconstructed_components: int = 96
    attack_every: int = 10
    attack_images: int = 4
    attack_crops: int = 3
    attack_steps: int = 4
    attack_reach: tuple[float, float] = (0.02, 0.12)
    attack_shown: int = 6
    attack_batch: int = 64
    attack_memory: int = 1024


@dataclass(frozen=True)
class TrainingData:
    """Everything that is looked at: renderings, views of paintings and photographs, attacked images, cut-outs.

    ``painting_views``, ``photo_views`` and ``composites`` are P×N×F; ``photo_squares`` (N×3×H×H, 8-bit) get attacked.
    """

    renderings: FeatureSet
    painting_views: Tensor
    photo_views: Tensor
    composites: Tensor
    photo_squares: Tensor
    captioned: CaptionedFeatures


class Trainer:
    """One model in training on cached features: the trunk is frozen; projection, class vectors and text tower learn."""

    def __init__(
        self,
        model: nn.Module,
        data: TrainingData,
        captions: Captions,
        objects: ObjectTeaching,
        settings: TrainingSettings,
        rng: Random,
    ) -> None:
        tower: StatisticsTower = model.visual.trunk
        self.image_size: int = model.visual.image_size[0]
        self.generator = np.random.default_rng(settings.seed)
        self.text, self.head, self.object_head, self.trunk = model.text, tower.head, tower.objects, tower.trunk
        self.features, self.data = data.renderings, data
        self.captions, self.settings, self.rng = captions, settings, rng
        self.tokenizer = reduced_tokenizer()
        self.pooled_size = self.trunk.pooled_size
        features = data.renderings
        self.label_count = features.stylized.shape[1]
        self.photo_label, self.noise_label = (list(WORDINGS).index(label) for label in ("photo", "noise"))
        self.attacked = torch.zeros(0, features.stylized.shape[-1])
        self.step = 0
        every = features.stylized.flatten(0, 2)[:: 1 + features.stylized.flatten(0, 2).shape[0] // 20000].float()
        deviation = every.std(0)
        self.head.mean.copy_(every.mean(0))
        self.head.standard_deviation.copy_(deviation + 0.05 * deviation.median() + 1e-4)
        nn.init.normal_(self.head.projection.weight, std=every.shape[1] ** -0.5)
        self.reconstruction = Reconstruction(
            self.head.standard_scores(every), settings.reconstructed_components, self.head.projection.out_features
        )
        self.objects = ObjectLessons(tower.objects, objects, data.captioned, captions, self._encode_parts, rng)

    def train(self) -> None:
        """Run the schedule."""
        settings = self.settings
        table = self.text.token_embedding.weight
        learning = [*self.text.parameters(), *self.head.parameters(), *self.object_head.vectors.parameters()]
        others = [p for p in learning if p is not table]
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
        for self.step in range(settings.steps):
            losses = self.losses()
            optimizer.zero_grad()
            sum(losses.values()).backward()
            optimizer.step()
            schedule.step()
            if self.step % 100 == 0:
                values = " ".join(f"{name} {value.item():.3f}" for name, value in losses.items())
                print(f"{self.step} {time.perf_counter() - started:.0f} s {values}", flush=True)
        self.text.eval()
        self.head.eval()

    def losses(self) -> dict[str, Tensor]:
        """All weighted losses of one random batch."""
        settings, count = self.settings, self.label_count
        labels = [*range(count), *self.rng.choices(range(count), k=settings.further_captions)]
        drawn = self.captions.draw(labels)
        fits = drawn.fits
        texts = self._encode_parts([*drawn.sentences, "a photo", "photo"])
        style_texts, photo_texts = texts.style.split([len(labels), 2])
        photo_text = functional.normalize(photo_texts.mean(0), dim=0)

        stylized = sample_stylized(self.features, settings.stylized_batch, self.photo_label, settings.photo_share)
        plain = [
            sample_views(self.data.painting_views, settings.painting_batch, len(WORDINGS), one_label=False),
            sample_views(self.data.photo_views, settings.photo_batch, self.photo_label, one_label=True),
            sample_views(self.data.composites, settings.composite_batch, self.photo_label, one_label=True),
        ]
        plain_features = torch.cat([batch.features for batch in plain])
        hidden = torch.rand(settings.stylized_batch) < settings.hidden_object_share
        # What a painting shows must not decide: grass is not Bruegel.
        plain_hidden = torch.rand(len(plain_features)) < settings.hidden_plain_share
        features = torch.cat(
            [self._hide_objects(stylized.features, hidden), self._hide_objects(plain_features, plain_hidden)]
        )
        images = self._embed(features)
        image_labels = torch.cat([stylized.labels, *(batch.labels for batch in plain)])
        unit = functional.normalize(images, dim=1)
        attacked, attacked_targets = self._attacked(style_texts.detach(), fits)
        targets = torch.cat([fits.T[image_labels].float(), attacked_targets])
        everything = torch.cat([unit, attacked])
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
            "contrast": contrast(everything, style_texts, targets, settings.scale) + 0.5 * blend_contrast,
            "direction": settings.direction_weight * direction,
            "alignment": settings.alignment_weight
            * ((1 - (unit * own_text).sum(1)).mean() + (1 - own_direction).mean()),
            "strength": settings.strength_weight * similarity,
            "reconstruction": settings.reconstruction_weight
            * self.reconstruction(images, self.head.standard_scores(features)),
            "absence": settings.presence_weight
            * (texts.presence - functional.pad(drawn.names_thing.float(), (0, 2))).square().mean(),
            **self._object_losses(),
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

    def _object_losses(self) -> dict[str, Tensor]:
        """Photographs and cut-outs, most of them with the pooled part moved towards a random class."""
        settings = self.settings
        cut_outs, pictures = self.objects.sample(settings.object_batch)
        shards, views, _ = self.features.content.shape
        size = settings.object_batch // 2
        photographs = self.features.content[torch.randint(shards, (size,)), torch.randint(views, (size,))].float()
        features = torch.cat([cut_outs, photographs])
        typical = self.head.mean[-self.pooled_size :]
        moved = self.objects.towards_random_classes(features[:, -self.pooled_size :], typical)
        with torch.no_grad():
            styles = functional.normalize(self._embed(features), dim=1)
        losses = self.objects.distil(styles, moved, settings.object_words)
        return {
            "words": settings.word_weight * losses["words"],
            "whole": settings.word_weight * losses["whole"],
            "presence": settings.presence_weight * losses["presence"],
            "captions": settings.caption_weight
            * self.objects.match_captions(cut_outs[:, -self.pooled_size :], pictures),
        }

    def _attacked(self, style_texts: Tensor, fits: Tensor) -> tuple[Tensor, Tensor]:
        """Embeddings of attacked photographs, fresh and remembered, and their targets: half photo, half noise."""
        settings = self.settings
        if self.step % settings.attack_every == 0:
            fresh = self._attack(style_texts)
            self.attacked = torch.cat([fresh, self.attacked])[: settings.attack_memory]
        chosen = torch.randint(len(self.attacked), (settings.attack_batch,))
        newest = settings.attack_images * settings.attack_shown
        chosen[:newest] = torch.arange(newest)
        wanted = 0.5 * (fits.T[self.photo_label].float() + fits.T[self.noise_label].float())
        embedded = functional.normalize(self._embed(self.attacked[chosen]), dim=1)
        return embedded, wanted.expand(len(chosen), -1)

    def _attack(self, style_texts: Tensor) -> Tensor:
        """Features of fresh views of photographs that were just moved, through other views, towards random styles."""
        settings, squares = self.settings, self.data.photo_squares
        start = squares[torch.randint(len(squares), (settings.attack_images,))].float() / 255
        labels = torch.randint(self.label_count, (settings.attack_images,))
        reach = self.rng.uniform(*settings.attack_reach)
        self.head.eval()
        seen = through_views(
            lambda pixels: self.head(self.trunk(trunk_input(pixels))),
            self.image_size,
            settings.attack_crops,
            self.generator,
        )
        changed = attack(seen, start, style_texts[labels], reach, settings.attack_steps)
        self.head.train()
        shown = views.sample_views(self.generator, changed.shape[-1], settings.attack_shown - 1, augment=True)
        with torch.no_grad():
            return self.trunk(trunk_input(torch.cat([views.show(changed, view, self.image_size) for view in shown])))

    def _hide_objects(self, features: Tensor, hidden: Tensor) -> Tensor:
        """Replace the pooled part of the chosen rows by its mean: style must show in the statistics alone, too."""
        pooled = torch.where(hidden[:, None], self.head.mean[-self.pooled_size :], features[:, -self.pooled_size :])
        return torch.cat([features[:, : -self.pooled_size], pooled], dim=1)

    def _embed(self, features: Tensor) -> Tensor:
        noise = self.settings.feature_noise * self.head.standard_deviation
        return self.head(features + noise * torch.randn_like(features))

    def _encode_parts(self, sentences: list[str]) -> TextParts:
        return TextParts.of(encode_tokens(self.text, self.tokenizer(sentences)))
