"""Recorded behaviour that the engine is held to."""
