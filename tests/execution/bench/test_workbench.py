"""The equipment of a worker: what it keeps of one picture for the next."""

from __future__ import annotations

import pytest
import torch

from benchmark.execution.bench.workbench import Workbench
from benchmark.plan.selection import configure_run


@pytest.fixture
def workbench(sample_plugins, tmp_path):
    metric = "brightness_difference"
    configuration = configure_run(protocol="tiny", methods="noisy,identity", metrics=metric, assignments={})
    return Workbench(configuration, tmp_path, lambda _: None)


def test_the_same_picture_of_a_control_is_the_same_tensor_again(workbench):
    first, other = torch.rand(3, 4, 4), torch.rand(3, 4, 4)

    assert workbench.repeated("identity", first) is first
    assert workbench.repeated("identity", other) is other
    assert workbench.repeated("identity", first.clone()) is first
    assert workbench.repeated("identity", other.clone()) is other


def test_a_picture_of_another_size_is_another_picture(workbench):
    workbench.repeated("identity", torch.zeros(3, 4, 4))

    assert workbench.repeated("identity", torch.zeros(3, 4, 5)).shape == (3, 4, 5)


def test_nothing_is_kept_of_other_methods_nor_for_them(workbench):
    picture = torch.rand(3, 4, 4)
    workbench.repeated("identity", picture)

    for _ in range(2):
        made = picture.clone()
        assert workbench.repeated("noisy", made) is made

    again = picture.clone()
    assert workbench.repeated("identity", again) is again
