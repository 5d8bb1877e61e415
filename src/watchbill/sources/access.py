"""How a server of counters lets watchbill in: what is sent along, by which certificates, and to which address alone."""

from __future__ import annotations

import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from watchbill.lib.errors import Invalid

_PORTS = {"http": 80, "https": 443}
_TOKEN = re.compile(r"[\x21-\x7e]+")
HIDDEN = "(hidden)"


@dataclass(frozen=True)
class Access:
    """What is sent with each request to the server at `url`, and to no other; an empty `url` asks for nothing.

    A bearer token that stands in `token_file` may be renewed there at any time.
    """

    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    tls: ssl.SSLContext | None = None
    token_file: Path | None = None

    def renewed(self) -> Access:
        """Return the access with the token as it stands in its file now; one that cannot be read or sent leaves it as it was."""
        if self.token_file is None:
            return self
        try:
            token = self.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return self
        before = self.headers["authorization"].removeprefix("Bearer ")
        if token == before or not _TOKEN.fullmatch(token):
            return self
        others = [secret for secret in self.secrets if secret != before]
        return replace(self, headers={**self.headers, "authorization": f"Bearer {token}"}, secrets=(*others, token))

    def is_for(self, url: str) -> bool:
        """Tell whether this may be sent to an address."""
        return not self.url or _origin(url) == _origin(self.url)

    def without_secrets(self, said: str) -> str:
        """Return what a server said, without any secret that it repeated."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            said = said.replace(secret, HIDDEN)
        return said


OPEN = Access()


def access(
    name: str, url: str, headers: Mapping[str, str], *, user: str = "", password: str = "", bearer_token: str = "",
    bearer_token_file: Path | None = None, ca_file: Path | None = None, certificate_file: Path | None = None,
    key_file: Path | None = None,
) -> Access:  # fmt: skip
    """Return the access to a source. Raises Invalid where its certificates cannot be used."""
    sent, secrets = dict(headers), [*headers.values()]
    if user:
        secrets += [password, b64encode(f"{user}:{password}".encode()).decode()]
        sent["authorization"] = f"Basic {secrets[-1]}"
    if bearer_token:
        secrets.append(bearer_token)
        sent["authorization"] = f"Bearer {bearer_token}"
    tls = _tls(f"sources.{name}", ca_file, certificate_file, key_file)
    return Access(url, sent, tuple(secret for secret in secrets if secret), tls, bearer_token_file)


def _tls(where: str, ca: Path | None, certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if ca is None and certificate is None:
        return None
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        raise Invalid(
            f"“{ca}” holds no certificates that can be read: {_why(error)}.", "", f"{where}.ca_file"
        ) from error
    if certificate is not None:
        try:
            context.load_cert_chain(certificate, key, password=lambda: "")
        except (OSError, ValueError) as error:
            raise Invalid(
                f"“{certificate}” and its key cannot be used: {_why(error)}.",
                "Both in PEM; the key without a passphrase, in key_file or with the certificate.",
                f"{where}.certificate_file",
            ) from error
    return context


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or getattr(error, "reason", None) or type(error).__name__)


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme)
