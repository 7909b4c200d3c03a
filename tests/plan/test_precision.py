"""The precision of a run is chosen for this machine, and never without a word."""

from __future__ import annotations

import pytest
import torch

from benchmark.contracts import Precision
from benchmark.errors import InputError
from benchmark.plan.precision import choose_precision, notes_on_precision
from benchmark.plan.selection import select_method
from benchmark.protocol.embedded import smoke
from benchmark.registry import PluginKind, installed_plugins


@pytest.fixture
def processor(monkeypatch):
    """Makes PyTorch tell of a processor with some instructions."""

    def tell(*instructions: str) -> None:
        found = dict.fromkeys(instructions, True)
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": False, **found}, raising=False)

    return tell


@pytest.fixture
def cuda(monkeypatch):
    """Makes PyTorch tell of a CUDA device of some capability."""
    return lambda *capability: monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)


class TestChoice:
    def test_float32_is_taken_without_a_word(self):
        chosen = choose_precision("float32", "cpu")
        assert (chosen.precision, chosen.note) == (Precision.FLOAT32, "")

    @pytest.mark.parametrize(
        ("instructions", "reason"),
        [
            (("amx_bf16", "avx512_bf16"), "this processor has amx_bf16 and avx512_bf16"),
            (("avx512_bf16",), "this processor has avx512_bf16"),
        ],
    )
    def test_auto_takes_bfloat16_where_the_processor_multiplies_it(self, processor, instructions, reason):
        processor(*instructions)
        chosen = choose_precision("auto", "cpu")
        assert chosen.precision is Precision.BFLOAT16
        assert chosen.note == f"precision auto: bfloat16, as {reason}"

    def test_auto_takes_float32_where_it_does_not(self, processor):
        processor("avx2")
        chosen = choose_precision("auto", "cpu")
        assert chosen.precision is Precision.FLOAT32
        assert chosen.note.startswith("precision auto: float32, as PyTorch tells of neither amx_bf16 nor avx512_bf16")

    def test_auto_takes_float32_where_pytorch_does_not_tell(self, monkeypatch):
        monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
        assert choose_precision("auto", "cpu").precision is Precision.FLOAT32

    @pytest.mark.parametrize(
        ("capability", "taken"),
        [((7, 5), "float32"), ((8, 0), "bfloat16"), ((12, 0), "bfloat16")],
    )
    def test_auto_takes_bfloat16_on_cuda_from_ampere_on(self, cuda, capability, taken):
        cuda(*capability)
        chosen = choose_precision("auto", "cuda")
        assert chosen.precision == taken
        assert chosen.note.startswith(f"precision auto: {taken}, as the CUDA device has capability {capability[0]}.")

    def test_bfloat16_is_taken_anywhere_and_the_cost_is_said(self, processor):
        processor()
        chosen = choose_precision("bfloat16", "cpu")
        assert chosen.precision is Precision.BFLOAT16
        assert chosen.note.endswith("so it may be slower than float32")
        processor("amx_bf16")
        assert choose_precision("bfloat16", "cpu").note == "precision: methods compute in bfloat16, metrics in float32"

    def test_another_word_is_refused(self):
        with pytest.raises(InputError, match="must be one of float32, bfloat16, auto, not 'float16'"):
            choose_precision("float16", "cpu")


class TestMethodsThatComputeInAnother:
    @pytest.fixture
    def methods(self):
        plugins = installed_plugins(PluginKind.METHODS)
        return [select_method(plugins[name], smoke(), {}) for name in ("adain", "identity", "style_copy", "ghiasi")]

    def test_are_named(self, methods):
        assert list(notes_on_precision(methods, Precision.BFLOAT16)) == [
            "in float32 whatever the precision: identity, style_copy",
            "no precision applies to what does not compute here: ghiasi",
        ]

    def test_are_none_in_float32(self, methods):
        assert list(notes_on_precision(methods, Precision.FLOAT32)) == []

    def test_compute_in_what_they_can(self, methods):
        assert [method.precision_in(Precision.BFLOAT16) for method in methods] == [
            Precision.BFLOAT16, Precision.FLOAT32, Precision.FLOAT32, None,
        ]  # fmt: skip
