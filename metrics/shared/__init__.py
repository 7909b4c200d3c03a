"""Shared by several metrics."""
