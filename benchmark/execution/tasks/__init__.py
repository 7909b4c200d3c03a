"""The tasks of a worker: a unit, a score of a set metric, the calibration."""
