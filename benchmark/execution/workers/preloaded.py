"""What the process that starts workers imports for all of them. Only that process imports this.

Nothing of it is ever garbage. It is hidden from the collector, which would look through it again and again: while it is
imported, in each worker, where that would also copy the memory that workers share, and when a process ends.
"""

import gc

gc.disable()
import benchmark.execution.workers.worker  # noqa: E402, F401

gc.freeze()
gc.enable()
