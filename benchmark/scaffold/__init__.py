"""The first files of a plugin's project."""
