"""One unit at the bench: inputs, stylization, scoring and what they cost."""
