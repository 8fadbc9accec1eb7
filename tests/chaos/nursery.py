"""A process that has loaded the server once and forks lives of it that may be killed.

``python -m tests.chaos.nursery`` reads orders as lines of JSON: ``{"call", "world",
"arguments"}`` begins a life that does a chore, ``{"reap"}`` waits for its end. Each is
answered by a line, the pid or the exit code. The lives end with the nursery.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import threading
from typing import Any

import django

CHORES = "tests.chaos.chores"


def answered(order: dict[str, Any], lives: set[int]) -> int:
    """Obey one order."""
    if "reap" in order:
        _, status = os.waitpid(order["reap"], 0)
        lives.discard(order["reap"])
        return os.waitstatus_to_exitcode(status)
    child = os.fork()
    if child == 0:
        live(order)
    lives.add(child)
    return child


def live(order: dict[str, Any]) -> None:
    """Do a chore, and end the process without going back."""
    code = 1
    try:
        chores = importlib.import_module(CHORES)
        chores.enter(**order["world"])
        getattr(chores, order["call"])(**order["arguments"])
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Serve orders until there are no more."""
    django.setup()
    importlib.import_module(CHORES)
    assert threading.active_count() == 1, threading.enumerate()
    # A server looks through all that is loaded when it starts; once is enough.
    gc.collect()
    gc.freeze()
    lives: set[int] = set()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in iter(sys.stdin.readline, ""):
        sys.stdout.write(f"{answered(json.loads(line), lives)}\n")
        sys.stdout.flush()
    for life in lives:
        os.kill(life, signal.SIGKILL)


if __name__ == "__main__":
    main()
