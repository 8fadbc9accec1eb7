"""The history of the tables of run time."""
