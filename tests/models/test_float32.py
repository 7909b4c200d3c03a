"""Parts of a method stay in float32 inside of automatic casting."""

from __future__ import annotations

import torch

from benchmark.models.float32 import at_least_float32, in_float32
from benchmark.models.provider import Models

A, B = torch.rand(4, 4), torch.rand(4, 4)


def product(first, *, second):
    return first @ second


def lowered():
    return torch.autocast("cpu", dtype=torch.bfloat16)


def test_a_function_is_computed_in_float32():
    with lowered():
        assert product(A, second=B).dtype == torch.bfloat16
        inside = in_float32(product)(A, second=B)
        assert (A @ B).dtype == torch.bfloat16, "only inside of the function"
    assert torch.equal(inside, A @ B)


def test_what_it_is_given_in_lower_precision_is_brought_to_float32():
    with lowered():
        given = in_float32(lambda numbers, count, *, name: (numbers.dtype, count.dtype, name))
        assert given(A.bfloat16(), torch.tensor(3), name="x") == (torch.float32, torch.int64, "x")


def test_outside_it_is_the_function_itself():
    assert in_float32(lambda numbers: numbers.dtype)(A.bfloat16()) == torch.bfloat16


def test_numbers_of_higher_precision_stay():
    assert at_least_float32(A.double()).dtype == torch.float64
    assert at_least_float32(A) is A
    assert at_least_float32(A.half()).dtype == torch.float32


def test_what_is_remembered_in_lower_precision_is_not_what_metrics_get():
    models, image = Models({}), torch.rand(3, 4, 4)
    for of in (image, "a prompt"):
        with lowered():
            assert models.remember(of, "product", lambda: A @ B).dtype == torch.bfloat16
        assert models.remember(of, "product", lambda: A @ B).dtype == torch.float32
        with lowered():
            assert models.remember(of, "product", list).dtype == torch.bfloat16, "and it is computed once"


def test_gradients_are_taken_in_the_types_of_the_forward_pass():
    numbers = A.clone().requires_grad_()
    (expected,) = torch.autograd.grad((numbers @ B).square().sum(), numbers)
    with lowered():
        value = in_float32(product)(numbers, second=B).square().sum()
        (lower,) = torch.autograd.grad(value, numbers, retain_graph=True)
        (found,) = in_float32(torch.autograd.grad)(value, numbers)
    assert torch.equal(found, expected)
    assert not torch.equal(lower, expected)
