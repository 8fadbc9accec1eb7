"""Tests of design time."""
