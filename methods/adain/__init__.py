"""Adaptive instance normalization, Huang and Belongie 2017."""
