"""Exact feature distribution matching, Zhang et al. 2022."""
