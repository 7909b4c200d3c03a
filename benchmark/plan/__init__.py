"""The plan of a run: its units and their seeds."""
