"""Writes the first files of a plugin's project."""
