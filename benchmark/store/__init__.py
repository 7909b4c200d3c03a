"""The files of a run: journal, manifest, results and images."""
