"""A webhook: one JSON POST for one notice, signed where the room has a secret.

The body is the message's facts with its words (schema `watchbill/page/v1`). A post that is made twice carries the same
`Idempotency-Key`. The signature is the header `X-Watchbill-Signature: sha256=HEX`, the HMAC of the body.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json

from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient
from watchbill.practices.oncall.model import DeliveryError, Message, Receipt

SIGNATURE_HEADER = "X-Watchbill-Signature"
SEND_SECONDS = 9.0
_FOR_GOOD = frozenset({400, 405, 410, 413, 414, 415, 422})


class WebhookChannel:
    """Channel `webhook`: 2xx is delivered; permanent is only what says that this post can never be taken.

    A redirect, a refused or missing right and an address that is not there (3xx, 401, 403, 404) can be mended at the other
    side while the page lasts: they are tried again, like silence, 408, 429 and 5xx.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def send(self, message: Message) -> Receipt:
        """Post the message; return when the other side has answered 2xx."""
        body = body_of(message)
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if message.secret:
            headers[SIGNATURE_HEADER] = signature(message.secret, body)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                answer = await self._http.request("POST", message.address, headers=headers, content=body)
        except TimeoutError as error:
            raise DeliveryError(f"no answer within {SEND_SECONDS:g} s", permanent=False) from error
        except Unavailable as error:
            raise DeliveryError(error.what, permanent=False) from error
        if 200 <= answer.status < 300:
            return Receipt(f"answered {answer.status}")
        raise DeliveryError(f"answered {answer.status}", permanent=answer.status in _FOR_GOOD)


def body_of(message: Message) -> bytes:
    """Return the JSON body that carries a message."""
    words = {"subject": message.subject, "lines": [line for line in message.lines if line]}
    return json.dumps({**message.facts, **words}, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: str, body: bytes) -> str:
    """Return what the signature header holds for a body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
