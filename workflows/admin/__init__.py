"""Design time as staff see it: what workflows are, how they came to be, what runs."""

from .pages import number_in
from .workflows import WorkflowAdmin

__all__ = ["WorkflowAdmin", "number_in"]
