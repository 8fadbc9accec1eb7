"""Design time: workflows, their versions and graphs, and what is installed."""
