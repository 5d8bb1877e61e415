"""Request bodies: read once, within a limit, and handed on. It never looks at what they say."""

from __future__ import annotations

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from .refusals import Malformed, TooLarge

KIBIBYTE = 1024
LARGEST = 256 * KIBIBYTE
LARGEST_HOOK = 16 * 1024 * KIBIBYTE

_log = structlog.get_logger("watchbill.web")


async def read_body(request: Request, largest: int) -> bytes:
    """Return the whole body. Raises TooLarge as soon as it is known to be longer than `largest` bytes."""
    announced = request.headers.get("content-length")
    if announced is not None and announced.isdecimal() and int(announced) > largest:
        raise _too_large(largest)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > largest:
                raise _too_large(largest)
    except ClientDisconnect as error:
        raise Malformed("The connection ended before the request did.", "Send it again.") from error
    return bytes(body)


def handed_on(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already, and after it what `receive` gives."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _too_large(largest: int) -> TooLarge:
    if largest == LARGEST_HOOK:
        _log.warning("alerts were refused: their message is too large", largest_bytes=largest)
    return TooLarge(
        f"The body is longer than the {largest // KIBIBYTE} KiB that this address takes.", "Send less in one request."
    )
