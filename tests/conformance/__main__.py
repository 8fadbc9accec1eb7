"""``python -m tests.conformance [DIR]``: hold every case of a folder against us."""

from __future__ import annotations

import sys
from pathlib import Path

from .case import CASES, load
from .check import report


def main(arguments: list[str]) -> int:
    """The exit code: 1 if a case fails, 2 if there is nothing to run."""
    try:
        cases = load(Path(arguments[0]) if arguments else CASES)
    except (OSError, ValueError, KeyError) as error:
        sys.stderr.write(f"cannot read the cases: {error}\n")
        return 2
    lines, passed = report(cases)
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{passed} passed, {len(lines)} failed, 0 skipped\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
