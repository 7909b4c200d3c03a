"""The same as `preloaded`, with the library of text-image models, which metrics of texts need."""

import gc

import benchmark.execution.workers.preloaded  # noqa: F401

gc.disable()
import open_clip  # noqa: E402, F401

gc.freeze()
gc.enable()
