"""A mail server for demonstrations: it takes mail on loopback, keeps the newest in memory, and passes nothing on."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"
_KEPT = 200
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class SunkMail:
    """A mail that was taken: `text` is its plain text, `links` the addresses in it, in order."""

    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    headers: tuple[tuple[str, str], ...]
    text: str
    links: tuple[str, ...]

    def header(self, name: str) -> str | None:
        """Return the first header of a name, in any case."""
        return next((value for header, value in self.headers if header.lower() == name.lower()), None)


class MailSink:
    """The server, in a thread of its own; it keeps the newest 200 mails."""

    def __init__(self, port: int, host: str = LOOPBACK) -> None:
        self.host, self.port = host, port
        self._mails: deque[SunkMail] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()
        self._controller: Controller | None = None

    def start(self) -> None:
        """Begin to take mail; return when the port is open. Raises OSError when it is taken."""
        self._controller = Controller(self, hostname=self.host, port=self.port)
        self._controller.start()

    def stop(self) -> None:
        """Stop taking mail; what was taken stays."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def mails(self) -> list[SunkMail]:
        """Return the mails that are kept, newest first."""
        with self._lock:
            return list(reversed(self._mails))

    def keep(self, content: bytes, sender: str, recipients: Sequence[str]) -> None:
        """Keep a mail as it came over the wire."""
        mail = _sunk(content, sender, recipients, datetime.now(UTC))
        with self._lock:
            self._mails.append(mail)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - the server calls it so
        """Take a mail from the server."""
        self.keep(envelope.original_content or b"", envelope.mail_from or "", envelope.rcpt_tos)
        return "250 Taken; it goes nowhere from here"


def _sunk(content: bytes, sender: str, recipients: Sequence[str], received_at: datetime) -> SunkMail:
    mail = message_from_bytes(content, policy=policy.default)
    part = mail.get_body(("plain",))
    text = str(part.get_content()) if part is not None else ""
    return SunkMail(
        received_at=received_at,
        sender=sender,
        recipients=tuple(recipients),
        subject=str(mail["Subject"] or ""),
        headers=tuple((name, str(value)) for name, value in mail.items()),
        text=text,
        links=tuple(_LINK.findall(text)),
    )
