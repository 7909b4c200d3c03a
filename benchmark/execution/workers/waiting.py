"""Passive waiting of threads for each other: asleep, not spinning. Importing this loads no torch."""

from __future__ import annotations

import os

_POLICY = "OMP_WAIT_POLICY"
_CHOICES = (_POLICY, "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY")
"""Variables that a user may have set: the standard's, and those of the runtimes of GCC and of Intel and LLVM."""

_SPINS = "3000"
"""Number of looks before a thread of GCC's runtime sleeps.

Measured on the work of ``tests/performance/test_waiting.py`` (64 px convolutions, two threads on two cores, medians).
Alone: 0.21 s with the default, which looks for milliseconds, 0.48 s asleep at once, 0.25, 0.22 and 0.21 s with 1000,
3000 and 10000 looks. Beside two busy processes: 0.36 s asleep at once, then 0.64, 1.2 and 3.2 s.
"""


def wait_passively() -> None:
    """Lets the threads of PyTorch sleep soon when they wait, in this process and those that it starts.

    By default they spin for some milliseconds, which is harmless where each has a core to itself. Beside other busy
    processes a spinning thread occupies the core that the thread it waits for needs, and a unit of seconds takes
    minutes. The OpenMP runtimes of all builds of PyTorch (GCC's, Intel's and LLVM's) read ``OMP_WAIT_POLICY``, once,
    when they are loaded: this has to be called before PyTorch is imported. A value that the user has set is kept.
    """
    if not any(name in os.environ for name in _CHOICES):
        os.environ |= {_POLICY: "PASSIVE", "GOMP_SPINCOUNT": _SPINS}
