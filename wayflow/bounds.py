"""Bounds: how large and deep may be what a node gives, and what it may not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, overload

from .errors import OutputNotSerializable, OutputTooDeep, OutputTooLarge
from .values import MAX_DEPTH, Json, NotSerializable, TooDeep, TooLarge, Value, plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bytes of JSON that a value may have, and its levels; None is no bound.

    Deeper than ``values.MAX_DEPTH`` nothing may nest. ``scrub`` takes out of a plain
    value what nobody may see.
    """

    max_bytes: int | None = None
    max_nesting: int | None = None
    scrub: Callable[[Any], Any] | None = None

    @overload
    def clean(self, value: dict[Any, Any]) -> dict[str, Json]: ...
    @overload
    def clean(self, value: object) -> Value: ...
    def clean(self, value: object) -> Value:
        """``value`` as plain JSON with JavaScript's numbers; ABSENT stays.

        Raises OutputNotSerializable, OutputTooLarge and OutputTooDeep.
        """
        try:
            made = plain(value, max_bytes=self.max_bytes, max_nesting=self.max_nesting)
        except TooLarge:
            raise OutputTooLarge(self.max_bytes or 0, "bytes of JSON") from None
        except TooDeep:
            raise OutputTooDeep(self.max_nesting or MAX_DEPTH) from None
        except NotSerializable as error:
            raise OutputNotSerializable(str(error)) from error
        return made if self.scrub is None else self.scrub(made)

    def refuse(self, size: int) -> None:
        """Raises OutputTooLarge for what will have at least ``size`` bytes of JSON."""
        if self.max_bytes is not None and size > self.max_bytes:
            raise OutputTooLarge(self.max_bytes, "bytes of JSON")

    def joined(self, separator: str, texts: Iterable[str]) -> str:
        """``separator.join(texts)``, none of it made when that is too large.

        Raises OutputTooLarge.
        """
        pieces: list[str] = []
        size = -len(separator)
        for text in texts:
            size += len(text) + len(separator)
            self.refuse(size)
            pieces.append(text)
        return separator.join(pieces)


UNBOUNDED = Bounds()
