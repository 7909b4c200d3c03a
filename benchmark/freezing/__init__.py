"""Freezing: turns a data set or folders of images into a protocol whose images are on this machine and pinned."""
