"""Statistics over the records of a run."""
