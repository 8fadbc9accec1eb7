"""The feed: what concerns a user, from the tables to whoever listens."""
