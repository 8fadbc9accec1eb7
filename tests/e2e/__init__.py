"""Tests against real servers; also the app that brings their node types."""
