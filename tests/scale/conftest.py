"""What the tests of scale share with those of run time."""

from tests.runs.conftest import caller, host, new_host, node_timeout, stage, user

__all__ = ["caller", "host", "new_host", "node_timeout", "stage", "user"]
