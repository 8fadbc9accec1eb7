"""Tests that kill, freeze and stop servers; also the app that brings their nodes."""
