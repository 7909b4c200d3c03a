"""CLIPstyler, Kwon and Ye 2022."""
