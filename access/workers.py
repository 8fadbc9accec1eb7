"""How many server processes there are side by side, as far as one of them can know."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.conf import settings

OPTIONS = ("--workers", "-w")


def worker_count() -> int:
    """What the server's command line says, else ``WEB_CONCURRENCY``, else one.

    Workers see the command line of the process that began them.
    """
    count = _asked(sys.argv)
    return settings.WAYFLOW["WORKERS"] if count is None else count


def _asked(arguments: Sequence[str]) -> int | None:
    values = zip(arguments, [*arguments[1:], ""], strict=True)
    for argument, following in values:
        option, is_joined, value = argument.partition("=")
        value = value if is_joined else following
        if option in OPTIONS and value.isascii() and value.isdigit():
            return int(value)
    return None
