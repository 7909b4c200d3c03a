"""What a worker is given to do: a unit, a score of a set metric, the calibration."""
