"""Secrets that open something: random, shown once, and kept as a digest alone."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """Return a secret that nobody guesses, fit for a URL and a cookie."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret. It needs no salt: no secret is used twice."""
    return hashlib.sha256(secret.encode()).hexdigest()
