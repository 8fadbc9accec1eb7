"""The design time over HTTP."""
