"""The built front end as files. Their names carry a hash of what is in them, so that browsers may keep them for good."""

from __future__ import annotations

import os
from pathlib import Path

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
_FOR_GOOD = "public, max-age=31536000, immutable"


class HashedFiles(StaticFiles):
    """Static files; those of the build never change under their name."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return a file with how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if Path(full_path).suffix in (".js", ".css"):
            response.headers["Cache-Control"] = _FOR_GOOD
        return response


def routes() -> list[BaseRoute]:
    """Return where the files are served: `/static`. The folder may be absent before the first build."""
    return [Mount("/static", HashedFiles(directory=FOLDER, check_dir=False), name="static")]
