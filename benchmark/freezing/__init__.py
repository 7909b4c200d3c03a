"""From a data set, or folders of images, to a protocol whose images are on this machine and pinned."""
