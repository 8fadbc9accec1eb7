"""A picture of a graph to look at: SVG, coloured by a stylesheet alone."""

from .places import has_places
from .scene import picture

__all__ = ["has_places", "picture"]
