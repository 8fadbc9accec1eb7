"""The tests of every room, one folder each."""
