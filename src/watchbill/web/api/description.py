"""The API's description of itself (OpenAPI): what FastAPI makes from the routes, with how to sign in and how errors look."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from watchbill.web.problems import Problem

_REFERENCE = "#/components/schemas/{model}"


def described(app: FastAPI, *, cookie: str) -> Callable[[], dict[str, Any]]:
    """Return the function that describes an application; it looks at the routes once. `cookie` names the session's cookie."""

    @cache
    def openapi() -> dict[str, Any]:
        description = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = description.setdefault("components", {}).setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template=_REFERENCE)
        schemas.update(problem.pop("$defs", {}))
        schemas["Problem"] = problem
        description["components"]["securitySchemes"] = _ways_in(cookie)
        description["security"] = [{"token": []}, {"session": []}]
        for path, operations in description["paths"].items():
            if "/hooks/" in path:
                for operation in operations.values():
                    operation["security"] = [{"token": []}]
        return description

    return openapi


def _ways_in(cookie: str) -> dict[str, Any]:
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "A token with the scope that the route needs."},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie,
            "description": "A signed-in browser; anything but GET also needs its token in the header X-CSRF-Token.",
        },
    }
