"""``python -m bench``: print every measurement."""

import asyncio
import sys

from .engine import measure


def main() -> None:
    for line in asyncio.run(measure()):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
