"""Answers that last: whether their hearer may still hear them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.http import HttpRequest

from .authentication import sender_by_now
from .connections import kept_connection

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SECONDS = 30.0
"""Between two looks: who is shut out hears nothing that happens later than that."""

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(1, thread_name_prefix="hearing")


class Hearing:
    """Asks from time to time what was asked when ``request`` came.

    Whether its token or session is still good, and whether its sender ``may_hear``.
    """

    def __init__(
        self, request: HttpRequest, may_hear: Callable[[User], bool] = bool
    ) -> None:
        self._request = request
        self._may_hear = may_hear
        self._next_look = asyncio.get_running_loop().time() + SECONDS

    async def is_over(self) -> bool:
        """Whether the hearer was shut out; looks at most every ``SECONDS``."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._next_look:
            return False
        is_over = await loop.run_in_executor(_threads, self._look)
        self._next_look = loop.time() + SECONDS
        return is_over

    def _look(self) -> bool:
        try:
            with kept_connection():
                sender = sender_by_now(self._request)
                return sender is None or not self._may_hear(sender)
        except Exception:
            # What cannot be asked now is asked again.
            logger.exception("It is not known whether a hearer may still hear")
            return False
