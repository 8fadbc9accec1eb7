"""Run time."""
