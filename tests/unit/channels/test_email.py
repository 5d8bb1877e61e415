"""E-mail against a real SMTP server on loopback that answers what a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.servers import free_port
from watchbill.channels import email
from watchbill.channels.email import EmailChannel, SmtpSettings, mail_of
from watchbill.channels.mail_sink import MailSink
from watchbill.practices.oncall.model import DeliveryError, Message, Receipt

MESSAGE = Message(
    key="page1:0:0:1:user:ana:email",
    recipient="user:ana",
    address="ana@acme.example",
    subject="[page] cart: budget burns 300× (incident 12)",
    lines=("The cart fails.", "", "user:ana is paged by step 1."),
    acknowledge_url="http://127.0.0.1:8400/acknowledge/token-1",
    incident_url="http://127.0.0.1:8400/incidents/12",
    facts={},
)


class Answers:
    """A mail server's handler that gives one answer at one stage; without one it takes everything."""

    def __init__(self, stage: str = "", answer: str = "") -> None:
        self.stage, self.answer = stage, answer
        self.release = asyncio.Event()

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.answer if self.stage == "mail" else "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return self.answer if self.stage == "rcpt" else "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        if self.stage == "hang":
            await self.release.wait()
        return self.answer if self.stage == "data" else "250 OK"


@contextmanager
def server(handler: Answers, **options: Any) -> Iterator[int]:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.loop.call_soon_threadsafe(handler.release.set)
        controller.stop()


def channel(port: int) -> EmailChannel:
    return EmailChannel(SmtpSettings("127.0.0.1", port, "", "", "watchbill <page@acme.example>", starttls=False))


async def failure(port: int, message: Message = MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel(port).send(message)
    return caught.value


async def test_a_mail_arrives_as_plain_text_with_its_links_and_its_key() -> None:
    sink = MailSink(free_port())
    sink.start()
    try:
        receipt = await channel(sink.port).send(MESSAGE)
    finally:
        sink.stop()
    (mail,) = sink.mails()
    assert receipt == Receipt("Taken; it goes nowhere from here")
    assert (mail.sender, mail.recipients) == ("page@acme.example", ("ana@acme.example",))
    assert mail.subject == MESSAGE.subject
    assert mail.text.splitlines() == [
        "The cart fails.",
        "",
        "Acknowledge: http://127.0.0.1:8400/acknowledge/token-1",
        "Incident: http://127.0.0.1:8400/incidents/12",
        "",
        "user:ana is paged by step 1.",
    ]
    assert mail.links == (MESSAGE.acknowledge_url, MESSAGE.incident_url)
    assert mail.header("x-watchbill-notice-key") == MESSAGE.key
    assert mail.header("auto-submitted") == "auto-generated"


def test_a_mail_that_is_made_twice_has_the_same_message_id() -> None:
    one, two = (mail_of(MESSAGE, "page@acme.example") for _ in range(2))
    assert one["Message-ID"] == two["Message-ID"]
    assert one["Message-ID"].endswith("@acme.example>")


@pytest.mark.parametrize(
    ("stage", "answer", "permanent"),
    [
        *(("rcpt", f"{code} No such mailbox", True) for code in (501, 550, 551, 553)),
        ("rcpt", "450 Try later", False),
        ("rcpt", "552 The mailbox is full", False),
        ("rcpt", "554 Relaying is not for you", False),
        ("data", "550 This looks like spam", False),
        ("data", "451 Try later", False),
        ("mail", "554 5.3.0 The mail system is shutting down", False),
        ("mail", "550 This sender may not", False),
        ("mail", "421 Later", False),
    ],
)
async def test_only_a_recipient_that_there_is_not_is_permanent(stage: str, answer: str, permanent: bool) -> None:
    with server(Answers(stage, answer)) as port:
        error = await failure(port)
    assert (error.detail, error.permanent) == (answer, permanent)


async def test_a_password_that_is_refused_may_be_mended() -> None:
    def refuse(*_args: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with server(Answers(), auth_require_tls=False, authenticator=refuse) as port:
        settings = SmtpSettings("127.0.0.1", port, "watchbill", "wrong", "page@acme.example", starttls=False)
        with pytest.raises(DeliveryError, match="535") as caught:
            await EmailChannel(settings).send(MESSAGE)
    assert not caught.value.permanent


async def test_a_server_that_is_not_there_may_come_back() -> None:
    assert not (await failure(free_port())).permanent


async def test_a_server_that_hangs_is_given_up_in_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "SEND_SECONDS", 0.3)
    with server(Answers("hang")) as port:
        error = await failure(port)
    assert not error.permanent


async def test_an_address_that_is_none_is_permanent() -> None:
    with server(Answers()) as port:
        error = await failure(port, Message(**(vars(MESSAGE) | {"address": "not an address\r\nBcc: x@y.example"})))
    assert error.permanent


def test_the_password_is_never_shown() -> None:
    assert "hunter2" not in repr(SmtpSettings("127.0.0.1", 25, "me", "hunter2", "me@acme.example", starttls=True))


async def test_the_sink_keeps_the_newest_two_hundred_newest_first() -> None:
    sink = MailSink(free_port())
    sink.start()
    try:
        for number in range(3):
            await channel(sink.port).send(Message(**(vars(MESSAGE) | {"subject": f"mail {number}"})))
    finally:
        sink.stop()
    assert [mail.subject for mail in sink.mails()] == ["mail 2", "mail 1", "mail 0"]
    for number in range(205):
        sink.keep(b"Subject: more %d\r\n\r\n" % number, "a@b.example", ["c@d.example"])
    assert len(sink.mails()) == 200
    assert sink.mails()[0].subject == "more 204"


def test_the_sink_reads_the_plain_part_of_a_mail_with_several() -> None:
    mail = EmailMessage()
    mail["Subject"] = "two parts"
    mail.set_content("see http://127.0.0.1/plain")
    mail.add_alternative("<a href='http://127.0.0.1/html'>see</a>", subtype="html")
    sink = MailSink(free_port())
    sink.keep(mail.as_bytes(), "a@b.example", ["c@d.example"])
    assert sink.mails()[0].links == ("http://127.0.0.1/plain",)
