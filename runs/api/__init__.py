"""Run time over HTTP: what the editor posts, and the runs as a REST resource."""
