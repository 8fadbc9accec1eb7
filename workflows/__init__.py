"""Design time: workflows, their versions and graphs, and the catalog of what is installed."""
