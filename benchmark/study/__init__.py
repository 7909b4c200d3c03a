"""Studies in which people compare the pictures of a run: made, collected, analysed, and imported."""
