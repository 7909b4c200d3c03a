"""Protocols: contents, styles and cases, and the files that describe them."""
