"""The work on one unit: inputs, stylization, scoring, and measurement of the costs."""
