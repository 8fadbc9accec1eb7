"""The project: settings, routes and servers around the rooms."""

__version__ = "0.1.0"
