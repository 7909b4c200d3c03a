"""Report formats: each renders the records of one or several runs."""
