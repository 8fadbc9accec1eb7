"""``python -m bench [part ...]``: print every measurement, or those of some parts."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator

from . import admin, engine, http, streams
from .databases import on_each_database


def of_the_engine() -> Iterator[str]:
    yield from asyncio.run(engine.measure())


PARTS: dict[str, Callable[[], Iterable[str]]] = {
    "engine": of_the_engine,
    "durable": lambda: on_each_database("bench.durable"),
    "http": http.lines,
    "streams": streams.lines,
    "admin": admin.lines,
}


def main(names: list[str]) -> None:
    for name in names or PARTS:
        for line in PARTS[name]():
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
