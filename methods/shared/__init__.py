"""Shared by several methods."""
