"""The face recognition network, against a plain restatement of TreB1eN/InsightFace_Pytorch."""

import pytest
import torch
from benchmark import InputError
from benchmark.testing import sample_image
from torch.nn import functional

from styleclip.face_recognition import FaceRecognition, IdentityDistance, crop_face, load_face_recognition

STAGES = ((16, 1), (32, 2), (48, 1), (64, 1))


def random_network(stages=STAGES):
    network = FaceRecognition(stages)
    source = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if "num_batches" in name:
                continue
            drawn = torch.randn(tensor.shape, generator=source)
            if name.endswith("running_var"):
                drawn = 0.5 + drawn.abs()
            elif tensor.ndim > 1:
                drawn = drawn * (2 / tensor[0].numel()) ** 0.5
            tensor.copy_(drawn)
    return network.requires_grad_(False).eval()


def normalized(weights, name, x):
    w, b, mean, var = (weights[f"{name}.{part}"] for part in ("weight", "bias", "running_mean", "running_var"))
    form = (1, -1, 1, 1)[: x.ndim]
    return (x - mean.view(form)) / (var.view(form) + 1e-5).sqrt() * w.view(form) + b.view(form)


def rectified(x, slope):
    return torch.where(x >= 0, x, x * slope[:, None, None])


def restated(weights, faces, stages):
    x = functional.conv2d(faces, weights["input_layer.0.weight"], padding=1)
    x = rectified(normalized(weights, "input_layer.1", x), weights["input_layer.2.weight"])
    strides = [stride for _, count in stages for stride in [2] + [1] * (count - 1)]
    for number, stride in enumerate(strides):
        name = f"body.{number}"
        if f"{name}.shortcut_layer.0.weight" in weights:
            shortcut = functional.conv2d(x, weights[f"{name}.shortcut_layer.0.weight"], stride=stride)
            shortcut = normalized(weights, f"{name}.shortcut_layer.1", shortcut)
        else:
            shortcut = x[:, :, ::stride, ::stride]
        x = normalized(weights, f"{name}.res_layer.0", x)
        x = functional.conv2d(x, weights[f"{name}.res_layer.1.weight"], padding=1)
        x = rectified(x, weights[f"{name}.res_layer.2.weight"])
        x = functional.conv2d(x, weights[f"{name}.res_layer.3.weight"], stride=stride, padding=1)
        x = normalized(weights, f"{name}.res_layer.4", x)
        squeezed = functional.conv2d(x.mean((2, 3), keepdim=True), weights[f"{name}.res_layer.5.fc1.weight"]).relu()
        x = x * functional.conv2d(squeezed, weights[f"{name}.res_layer.5.fc2.weight"]).sigmoid() + shortcut
    x = normalized(weights, "output_layer.0", x).flatten(1)
    x = x @ weights["output_layer.3.weight"].T + weights["output_layer.3.bias"]
    x = normalized(weights, "output_layer.4", x)
    return x / x.norm(dim=1, keepdim=True)


def test_embeddings_are_those_of_the_original():
    network = random_network()
    faces = torch.randn(2, 3, 112, 112, generator=torch.Generator().manual_seed(0))
    wanted = restated(network.state_dict(), faces, STAGES)
    assert torch.allclose(network(faces), wanted, atol=1e-5)
    assert not torch.allclose(wanted[0], wanted[1], atol=1e-2)


def test_the_published_size_is_ir_se50():
    with torch.device("meta"):
        tensors = FaceRecognition().state_dict()
    assert tensors["body.23.res_layer.5.fc2.weight"].shape == (512, 32, 1, 1)
    assert tensors["body.3.shortcut_layer.0.weight"].shape == (128, 64, 1, 1)
    assert "body.0.shortcut_layer.0.weight" not in tensors
    assert tensors["output_layer.3.weight"].shape == (512, 512 * 7 * 7)


def test_the_face_is_cut_out_of_an_aligned_picture():
    pictures = torch.zeros(1, 3, 512, 512)
    pictures[:, :, 70:446, 64:440] = 1
    assert torch.equal(crop_face(pictures), torch.ones(1, 3, 112, 112))


def test_the_distance_of_a_face_to_itself_is_0():
    face = sample_image(64, 64, seed=1)[None] * 2 - 1
    distance = IdentityDistance(random_network(), face)
    assert distance(face).item() == pytest.approx(0, abs=1e-5)
    assert distance(sample_image(64, 64, seed=2)[None] * 2 - 1).item() > 1e-3


def test_a_file_of_another_network_is_refused(generator_file, tmp_path):
    torch.save(random_network().state_dict(), tmp_path / "small.pth")
    with pytest.raises(InputError, match="does not hold the face recognition network IR-SE50"):
        load_face_recognition(tmp_path / "small.pth")
