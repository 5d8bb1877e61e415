"""Hatchling hook: puts the built front end into the wheel and the sdist. It never builds for an editable install."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MANIFEST = Path("src/watchbill/web/static/dist/manifest.json")
ADVICE = (
    "watchbill's pages need their front end: install Node.js 20 or newer (with npm) and build again, "
    "or build from a source distribution, which carries it."
)


class FrontendBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds the front end with npm; without npm it takes what a source distribution carries, or stops and says why."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless this is an editable install (developers run `make web`) or WATCHBILL_SKIP_FRONTEND is set."""
        if version == "editable" or os.environ.get("WATCHBILL_SKIP_FRONTEND"):
            return
        root = Path(self.root)
        sources = root / "frontend" / "package-lock.json"
        npm = shutil.which("npm")
        if npm and sources.exists():
            for command in ([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], [npm, "run", "build"]):
                subprocess.run(command, cwd=sources.parent, check=True)  # noqa: S603 - our own two commands
        if not (root / MANIFEST).exists():
            raise SystemExit(ADVICE)
