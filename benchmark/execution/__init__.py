"""Runs units: stylizes, measures, scores."""
