"""Programs as methods: a small file says how to call a repository's script, and no Python is written."""
