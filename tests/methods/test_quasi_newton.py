"""The curvature of L-BFGS is the matrix of the BFGS formula, built from the last pairs only."""

from __future__ import annotations

import pytest
import torch

from methods.gatys.quasi_newton import Curvature

VARIABLES = 6


def random_vectors(number, seed):
    vectors = torch.randn(number, VARIABLES, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return list(vectors)


def convex_pairs(number):
    """Steps, and the changes of gradient along them under a positive definite second derivative."""
    square = torch.stack(random_vectors(VARIABLES, 1))
    second = square @ square.T + torch.eye(VARIABLES)
    return [(step, second @ step) for step in random_vectors(number, 2)]


def inverse_by_bfgs(pairs):
    """The update of BFGS, one dense matrix after the other, from the scaled identity of the newest pair."""
    step, change = pairs[-1]
    inverse = torch.eye(VARIABLES, dtype=torch.float64) * (step @ change) / (change @ change)
    for step, change in pairs:
        left = torch.eye(VARIABLES) - torch.outer(step, change) / (step @ change)
        inverse = left @ inverse @ left.T + torch.outer(step, step) / (step @ change)
    return inverse


@pytest.mark.parametrize(("number", "memory"), [(1, 5), (4, 5), (9, 3), (3, 1)])
def test_the_step_is_that_of_the_dense_matrix_of_the_last_pairs(number, memory):
    curvature, pairs = Curvature(memory=memory), convex_pairs(number)
    for pair in pairs:
        curvature.add(*pair)
    (gradient,) = random_vectors(1, 3)

    torch.testing.assert_close(curvature.descent(gradient), -inverse_by_bfgs(pairs[-memory:]) @ gradient)


def test_what_is_not_convex_is_left_out():
    curvature, (step, _) = Curvature(scale=2.0), convex_pairs(1)[0]
    curvature.add(step, -step)
    curvature.add(step, torch.zeros_like(step))

    assert curvature.scale == 2.0
    assert torch.equal(curvature.descent(step), -2 * step)


def test_the_gradient_is_left_as_it_is():
    curvature = Curvature(scale=1.0)
    curvature.add(*convex_pairs(1)[0])
    (gradient,) = random_vectors(1, 3)
    before = gradient.clone()
    curvature.descent(gradient)

    assert torch.equal(gradient, before)
