"""Fields of forms as text, and where to go after a form. Everything else about a form is its route's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse

from watchbill.lib.errors import WatchbillError

from .security import safe_path


@dataclass(frozen=True)
class Returned:
    """A form that came back to whoever sent it: its name, what was typed into its fields, and the fault, which names its field."""

    form: str
    typed: Mapping[str, str]
    fault: WatchbillError


async def fields_of(request: Request) -> dict[str, str]:
    """Return the text fields of an urlencoded form, without zero bytes; of a field sent twice, the last."""
    async with request.form() as form:
        return {name: value.replace("\0", "") for name, value in form.multi_items() if isinstance(value, str)}


def on_to(path: str) -> RedirectResponse:
    """Return the answer to a form that was done: look there now."""
    return RedirectResponse(path, status_code=303)


def back_or(fields: dict[str, str], path: str) -> RedirectResponse:
    """Return the answer to a form that may say where it came from (`back`); `path` otherwise."""
    return on_to(safe_path(fields["back"]) if fields.get("back") else path)
