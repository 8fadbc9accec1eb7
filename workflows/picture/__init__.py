"""A picture of a graph to look at: SVG, coloured by a stylesheet alone."""

from .scene import picture

__all__ = ["picture"]
