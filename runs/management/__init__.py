"""Runs from a shell."""
