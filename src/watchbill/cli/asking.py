"""Asking the running server: one read of its API, with the token of the environment, and its refusals in words."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchbill.lib.errors import Invalid, NotFound, Refused, Unavailable

DEFAULT_SERVER = "http://127.0.0.1:8400"
_SECONDS = 20.0
_HOW_TO_ASK = (
    "Set WATCHBILL_TOKEN to a token from `watchbill token create --name NAME --scope read`, made with the --data or "
    "--database that the server has, or give --org DIR to ask the files alone."
)


def ask(server: str, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object that the server answers to GET `path`. Raises the error of ours that its answer stands for."""
    import httpx2

    token = _token()
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    url = f"{server.rstrip('/')}{path}"
    try:
        answer = httpx2.get(url, params=dict(parameters), headers=headers, timeout=_SECONDS, trust_env=False)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        mend = "Start it with `watchbill up`, name it with --server, or give --org DIR to ask the files alone."
        raise Unavailable(f"No watchbill answers at {server} ({type(error).__name__}).", mend) from error
    body = _body(answer.content)
    if answer.status_code == 200 and body is not None:
        return body
    raise _refusal(answer.status_code, body or {}, server)


def _token() -> str | None:
    file = os.environ.get("WATCHBILL_TOKEN_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise Unavailable(f"The token in {file} cannot be read.", "Correct WATCHBILL_TOKEN_FILE.") from error
    return os.environ.get("WATCHBILL_TOKEN")


def _body(content: bytes) -> dict[str, Any] | None:
    import json

    try:
        body = json.loads(content)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _refusal(status: int, body: Mapping[str, Any], server: str) -> Exception:
    what = str(body.get("detail") or body.get("title") or f"{server} answered {status}.")
    mend = str(body.get("mend") or "")
    if status == 401:
        return Refused(what, _HOW_TO_ASK)
    if status == 403:
        return Refused(what, mend or _HOW_TO_ASK)
    if status == 404:
        return NotFound(what, mend)
    if 400 <= status < 500:
        return Invalid(what, mend)
    return Unavailable(what, mend or "Check that the address is the one of a watchbill server.")
