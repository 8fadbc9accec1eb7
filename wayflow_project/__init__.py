"""The project: settings, routes and servers around the rooms."""
