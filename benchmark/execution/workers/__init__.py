"""Processes that execute tasks, on this machine or on a Ray cluster."""
