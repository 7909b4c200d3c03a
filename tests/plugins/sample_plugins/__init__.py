"""A third-party package with plugins, good and bad."""
