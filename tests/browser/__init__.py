"""The pages as a person meets them: a real browser at a real server."""
