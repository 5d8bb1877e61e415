"""The mail sink's page: the mails that the built-in sink took, for administrators, while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.channels.mail_sink import SunkMail
from watchbill.lib.errors import NotFound
from watchbill.web.administration import administrator
from watchbill.web.doors import doors_of

from .frame import page

MOST_SHOWN = 50


@dataclass(frozen=True)
class Part:
    """A piece of a mail's text; `link` is set where it is an address to open."""

    text: str
    link: str = ""


@dataclass(frozen=True)
class Mail:
    """A mail as it is shown; `key` tells it from the others on the page."""

    key: str
    subject: str
    recipients: tuple[str, ...]
    received_at: datetime
    parts: list[Part]


async def mails(request: Request) -> Response:
    """Show the newest mails. Raises NotFound where no sink runs, and Refused to all but administrators."""
    sink = doors_of(request).mail_sink
    if sink is None:
        raise NotFound("No mail sink runs here.", "It runs in the demonstration, or with WATCHBILL_MAIL_SINK_PORT set.")
    administrator(request)
    return await page(request, "mail.html", mails=[_shown(mail) for mail in sink.mails()[:MOST_SHOWN]])


def _shown(mail: SunkMail) -> Mail:
    return Mail(mail.received_at.isoformat(), mail.subject, mail.recipients, mail.received_at, parts_of(mail))


def parts_of(mail: SunkMail) -> list[Part]:
    """Return a mail's text cut at its addresses."""
    parts, rest = [], mail.text
    for link in mail.links:
        before, _, rest = rest.partition(link)
        parts += [Part(before), Part(link, link)]
    return [*parts, Part(rest)]


ROUTES = [Route("/mail", mails, methods=["GET"], name="mail")]
