"""Logs without secrets: whatever is written of a record, its traceback included."""

from __future__ import annotations

import logging
from typing import TextIO

from .secrets import scrubber


class LineFormatter(logging.Formatter):
    """A formatter as ``LOGGING`` names it, whose lines hold no secret."""

    def format(self, record: logging.LogRecord) -> str:
        return scrubber().text(super().format(record))


class CoveredFormatter(logging.Formatter):
    """Another formatter, without the secrets in what it writes."""

    def __init__(self, covered: logging.Formatter) -> None:
        super().__init__()
        self.covered = covered

    def format(self, record: logging.LogRecord) -> str:
        return scrubber().text(self.covered.format(record))


def cover_handlers() -> None:
    """Cover the formatters of all handlers that there are, such as a server's own."""
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    for logger in loggers:
        if isinstance(logger, logging.Logger):
            for handler in logger.handlers:
                _cover(handler)


def cover_stream(stream: TextIO) -> None:
    """Keep secrets out of whatever is written to ``stream``, by whomever.

    A server does this with its standard streams: not all that it prints is logged, as
    a traceback of a thread or daphne's lines on requests.
    """
    write = stream.write

    def write_scrubbed(text: str) -> int:
        return write(scrubber().text(text))

    stream.write = write_scrubbed  # type: ignore[method-assign]


def _cover(handler: logging.Handler) -> None:
    formatter = handler.formatter or logging.Formatter()
    if not isinstance(formatter, LineFormatter | CoveredFormatter):
        handler.setFormatter(CoveredFormatter(formatter))
