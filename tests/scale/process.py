"""What a process holds: memory, threads, and files of its database."""

from __future__ import annotations

import os
from pathlib import Path


def resident_kb(pid: int | None = None) -> int:
    """Memory that is really there, in KB."""
    for line in Path(f"/proc/{pid or os.getpid()}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"Process {pid} has no memory.")


def open_files(name: str) -> int:
    """How many files of this process are open whose path contains ``name``."""
    count = 0
    for link in Path("/proc/self/fd").iterdir():
        try:
            count += name in str(link.readlink())
        except FileNotFoundError:
            continue
    return count
