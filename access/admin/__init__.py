"""Who may call, as staff see it: tokens, users and groups."""

from .people import GroupAdmin, UserAdmin
from .tokens import TokenAdmin

__all__ = ["GroupAdmin", "TokenAdmin", "UserAdmin"]
