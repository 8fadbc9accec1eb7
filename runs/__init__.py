"""Run time: what runs, who drives it, what it said and who listens."""
