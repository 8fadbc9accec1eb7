"""A text that grows, and how much of it may be shown without a piece of a secret."""

from __future__ import annotations

from .scrubber import MARK, Scrubber

FEW = 2
"""Characters that say so little of a secret that they need not be held for long."""


class Sieve:
    """What may be shown is ``text`` up to ``length``; it only ever grows.

    An end that may well be the beginning of a secret is held until it is clear whether
    it is one. Of a secret whose first characters were shown all others are replaced.
    """

    __slots__ = ("_begins", "_is_raw", "_raw", "_scrubber", "_told", "length", "text")

    def __init__(self, scrubber: Scrubber) -> None:
        self.text = ""
        self.length = 0
        self._scrubber = scrubber
        self._raw = ""
        self._begins = 0  # where in the raw text it is not clear any more
        self._told = 0  # how much of the raw text was shown, or replaced
        self._is_raw = True

    @property
    def raw_length(self) -> int:
        """How much of the text came, shown or not."""
        return len(self._raw)

    @property
    def holds_few(self) -> bool:
        """Whether so little is held that it may go."""
        held = len(self._raw) - self._told
        return 0 < held <= FEW and len(self._raw) - self._begins <= FEW

    def grow(self, raw: str) -> None:
        """The whole text is ``raw`` by now."""
        self._raw = raw
        fresh = raw[self._begins :]
        if self._is_raw and not self._scrubber.may_find(fresh):
            # Nothing is copied: what is held is behind the length.
            opening, held = self._scrubber.opening(fresh)
            self._told = max(self._told, self._begins + held)
            self._begins += opening
            self.text, self.length = raw, self._told
        else:
            self._sift()

    def let_go(self) -> None:
        """Show the few characters that are held; no more of the text is coming soon."""
        if self.holds_few:
            shown = self.text[: self.length] + self._raw[self._told :]
            self.text, self.length = shown, len(shown)
            self._told = len(self._raw)

    def end(self) -> None:
        """Show all the rest: no more is coming."""
        self._sift(is_whole=True)

    def _sift(self, *, is_whole: bool = False) -> None:
        raw, position, told = self._raw, self._begins, self._told
        pieces = [self.text[: self.length]]
        while True:
            opening, held = self._scrubber.opening(raw[position:])
            begins = len(raw) if is_whole else position + opening
            found = self._scrubber.pattern.search(raw, position)
            if found is None or found.start() >= begins:
                break
            self._is_raw = False
            pieces += [raw[max(position, told) : found.start()], MARK]
            position = found.end()
        tells = len(raw) if is_whole else position + held
        pieces.append(raw[max(position, told) : tells])
        self.text = "".join(pieces)
        self.length = len(self.text)
        self._begins, self._told = begins, max(told, tells)
