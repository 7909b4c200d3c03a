"""The commands `benchmark study …`."""
