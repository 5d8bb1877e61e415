"""Signed tokens: what a link says cannot be changed by who carries it. Nothing secret goes inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from .errors import Invalid


class Signer:
    """Signs small JSON objects for one purpose each; a token made for one purpose is not valid for another."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, purpose: str, payload: Mapping[str, Any]) -> str:
        """Return a URL-safe token that carries `payload`, readable by anyone, forgeable by nobody."""
        return str(self._serializer(purpose).dumps(dict(payload)))

    def read(self, purpose: str, token: str, max_age: timedelta) -> dict[str, Any]:
        """Return what a token carries. Raises Invalid when it was altered, made for something else, or is too old."""
        try:
            payload = self._serializer(purpose).loads(token, max_age=int(max_age.total_seconds()))
        except SignatureExpired as error:
            raise Invalid("This link has expired.", "Sign in and use the inbox instead.") from error
        except BadSignature as error:
            raise Invalid(
                "This link is not one of ours, or it was cut short.", "Open it from the message again."
            ) from error
        if not isinstance(payload, dict):
            raise Invalid("This link carries nothing that can be used.", "Sign in and use the inbox instead.")
        return payload

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt=f"watchbill/{purpose}")
