"""The gate: checks that a run is not worse than a baseline or than thresholds."""
