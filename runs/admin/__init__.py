"""Run time as staff see it: what ran, what runs, and a way to start more."""

from .reviews import ReviewAdmin
from .runs import RunAdmin
from .workflows import RunnableWorkflowAdmin

__all__ = ["ReviewAdmin", "RunAdmin", "RunnableWorkflowAdmin"]
