"""Audit of metrics: checks that scores answer known changes of pictures as the metric's description demands."""
