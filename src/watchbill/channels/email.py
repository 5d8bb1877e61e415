"""E-mail by SMTP: one plain-text mail for one notice.

A mail that is sent twice carries the same Message-ID and the header `X-Watchbill-Notice-Key`, so that it can be recognised.
"""

from __future__ import annotations

import asyncio
import hashlib
import ssl
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr

import aiosmtplib

from watchbill.practices.oncall.model import DeliveryError, Message, Receipt

KEY_HEADER = "X-Watchbill-Notice-Key"
SEND_SECONDS = 9.0
_NO_SUCH_RECIPIENT = frozenset({501, 510, 511, 512, 513, 550, 551, 553, 556})
"""What a server answers to RCPT TO when it will never take mail for the address (RFC 5321, 5.1.x and 5.2.1 of RFC 3463)."""


@dataclass(frozen=True)
class SmtpSettings:
    """How mail leaves: a server, who we are there, and whom the mail comes from (`Name <address>` or an address).

    With `starttls` nothing is sent over an unencrypted connection; port 465 speaks TLS from the first byte.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    sender: str
    starttls: bool


class EmailChannel:
    """Channel `email`: permanent is only that the server has no such recipient; everything else is tried again.

    A server that refuses us, our sender or our password, or that goes down, may be mended while the page lasts.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    async def send(self, message: Message) -> Receipt:
        """Send a mail; return when the server has taken it."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                refused, answer = await self._post(mail_of(message, self._settings.sender))
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from error
        except aiosmtplib.SMTPResponseException as error:
            raise DeliveryError(f"{error.code} {error.message}", permanent=False) from error
        except TimeoutError as error:
            raise DeliveryError(f"no answer within {SEND_SECONDS:g} s", permanent=False) from error
        except (aiosmtplib.SMTPException, ssl.SSLError, OSError) as error:
            raise DeliveryError(f"{type(error).__name__}: {error}", permanent=False) from error
        except (ValueError, HeaderParseError) as error:
            raise DeliveryError(f"“{message.address}” cannot be written to: {error}", permanent=True) from error
        for response in refused.values():
            raise DeliveryError(f"{response.code} {response.message}", permanent=response.code in _NO_SUCH_RECIPIENT)
        return Receipt(answer)

    async def _post(self, mail: EmailMessage) -> tuple[dict[str, aiosmtplib.SMTPResponse], str]:
        settings = self._settings
        return await aiosmtplib.send(
            mail,
            hostname=settings.host,
            port=settings.port,
            username=settings.user or None,
            password=settings.password or None,
            use_tls=settings.port == 465,
            start_tls=settings.starttls,
            timeout=SEND_SECONDS,
        )


def mail_of(message: Message, sender: str) -> EmailMessage:
    """Return the mail that carries a message. Raises ValueError where an address is none."""
    name, address = parseaddr(sender)
    domain = address.rpartition("@")[2] or "localhost"
    mail = EmailMessage()
    mail["From"] = Address(display_name=name, addr_spec=address)
    mail["To"] = Address(addr_spec=message.address)
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:40]}@{domain}>"
    mail[KEY_HEADER] = message.key
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_text(message)))
    return mail


def _text(message: Message) -> list[str]:
    """What happened, then the links, then who is told and why: on a phone the link must not be searched for."""
    links = [f"Incident: {message.incident_url}"]
    if message.acknowledge_url is not None:
        links = [f"Acknowledge: {message.acknowledge_url}", *links]
    parted = message.lines.index("") if "" in message.lines else len(message.lines)
    return [*message.lines[:parted], "", *links, *message.lines[parted:]]


def _refused(answer: aiosmtplib.SMTPRecipientRefused) -> DeliveryError:
    return DeliveryError(f"{answer.code} {answer.message}", permanent=answer.code in _NO_SUCH_RECIPIENT)
