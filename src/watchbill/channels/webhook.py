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
_PASSING = frozenset({408, 425, 429})


class WebhookChannel:
    """Channel `webhook`: 2xx is delivered; 408, 425, 429, 5xx and silence may pass; every other answer is permanent."""

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
            raise DeliveryError(f"no answer within {SEND_SECONDS:.0f} s", permanent=False) from error
        except Unavailable as error:
            raise DeliveryError(error.what, permanent=False) from error
        if 200 <= answer.status < 300:
            return Receipt(f"answered {answer.status}")
        raise DeliveryError(
            f"answered {answer.status}", permanent=answer.status < 500 and answer.status not in _PASSING
        )


def body_of(message: Message) -> bytes:
    """Return the JSON body that carries a message."""
    words = {"subject": message.subject, "lines": [line for line in message.lines if line]}
    return json.dumps({**message.facts, **words}, ensure_ascii=False, sort_keys=True).encode()


def signature(secret: str, body: bytes) -> str:
    """Return what the signature header holds for a body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"
