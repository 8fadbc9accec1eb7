"""The built-in node types: one file each, definition beside behaviour."""

from .array_ops import ARRAY_OPS
from .conditional import CONDITIONAL
from .human_review import HUMAN_REVIEW
from .image_generation import IMAGE_GENERATION
from .input import INPUT
from .llm import LLM
from .merge import MERGE
from .output import OUTPUT

BUILTIN = (
    INPUT,
    OUTPUT,
    CONDITIONAL,
    MERGE,
    ARRAY_OPS,
    HUMAN_REVIEW,
    LLM,
    IMAGE_GENERATION,
)
"""In the order in which a palette shows them."""
