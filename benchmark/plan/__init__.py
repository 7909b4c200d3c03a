"""What a run consists of: its units and their seeds."""
