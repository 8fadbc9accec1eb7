"""Run time as staff see it: what ran, what runs, and a way to start more."""

from .runs import RunAdmin
from .workflows import RunnableWorkflowAdmin

__all__ = ["RunAdmin", "RunnableWorkflowAdmin"]
