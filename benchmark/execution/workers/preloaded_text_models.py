"""The same as `preloaded`, with the library of text-image models, which metrics of texts need."""

from benchmark.execution.workers.preloaded import import_hidden

import_hidden("open_clip")
