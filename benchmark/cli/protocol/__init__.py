"""The commands `benchmark protocol …`."""
