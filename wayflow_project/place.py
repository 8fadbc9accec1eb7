"""Where this installation is: in a checkout, or among the installed packages."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent
_SHIPPED = _PACKAGE / "templates"

IS_INSTALLED = _SHIPPED.is_dir()
"""Whether this is a wheel's copy: only a wheel has the templates in a package."""

TEMPLATES = _SHIPPED if IS_INSTALLED else _CHECKOUT / "templates"
"""The folder of the templates, for DIRS: some go before those of other apps."""

HOME = Path.cwd() if IS_INSTALLED else _CHECKOUT
"""Where .env, the database and the collected files are if no setting says more."""


def version() -> str:
    """Tell the version, which pyproject.toml says and a wheel repeats."""
    if IS_INSTALLED:
        return metadata.version("wayflow-server")
    pyproject = tomllib.loads((_CHECKOUT / "pyproject.toml").read_text())
    found: str = pyproject["project"]["version"]
    return found
