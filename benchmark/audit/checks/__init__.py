"""The checks, one a file: each is a function from the evidence about a metric to an outcome."""
