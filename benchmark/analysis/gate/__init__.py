"""The gate: whether a run is worse than it was, or than it has to be."""
