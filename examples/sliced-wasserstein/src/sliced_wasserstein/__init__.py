"""Sliced wasserstein: a method for style-transfer-benchmark."""
