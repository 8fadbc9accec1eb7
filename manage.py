#!/usr/bin/env python3
"""The project's commands, run from a checkout."""

from wayflow_project.commands import main

if __name__ == "__main__":
    main()
