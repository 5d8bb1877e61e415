"""The webhook against a real HTTP server on loopback that answers what a test tells it to."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.servers import free_port
from watchbill.channels import webhook
from watchbill.channels.inbox import InboxChannel
from watchbill.channels.webhook import WebhookChannel
from watchbill.lib.http import HttpClient
from watchbill.practices.oncall.model import DeliveryError, Message, Receipt


class Listener(ThreadingHTTPServer):
    """Keeps what was posted; answers `status`, or nothing until it is released."""

    def __init__(self, status: int, *, hangs: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.hangs = status, hangs
        self.released = threading.Event()
        self.posts: list[tuple[dict[str, str], bytes]] = []


class Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append(({name.lower(): value for name, value in self.headers.items()}, body))
        if self.server.hangs:
            self.server.released.wait(30)
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def listener(status: int = 204, *, hangs: bool = False) -> Iterator[Listener]:
    with Listener(status, hangs=hangs) as opened:
        thread = threading.Thread(target=opened.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield opened
        finally:
            opened.released.set()
            opened.shutdown()
            thread.join()


def message(port: int, secret: str | None = None) -> Message:
    return Message(
        key="page1:0:0:1:channel:ops:webhook",
        recipient="channel:ops",
        address=f"http://127.0.0.1:{port}/page",
        subject="[page] cart burns 300× (incident 12)",
        lines=("The cart fails.", "", "channel:ops is paged by step 1."),
        acknowledge_url=None,
        incident_url="http://127.0.0.1:8400/incidents/12",
        facts={"schema": "watchbill/page/v1", "number": 12},
        secret=secret,
    )


@pytest.fixture
async def channel() -> AsyncIterator[WebhookChannel]:
    http = HttpClient()
    yield WebhookChannel(http)
    await http.close()


async def failure(channel: WebhookChannel, port: int) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(message(port))
    return caught.value


async def test_a_post_carries_facts_words_and_the_key(channel: WebhookChannel) -> None:
    with listener() as server:
        receipt = await channel.send(message(server.server_port))
    ((headers, body),) = server.posts
    assert receipt == Receipt("answered 204")
    assert headers["idempotency-key"] == "page1:0:0:1:channel:ops:webhook"
    assert headers["content-type"] == "application/json"
    assert "x-watchbill-signature" not in headers
    assert json.loads(body) == {
        "schema": "watchbill/page/v1",
        "number": 12,
        "subject": "[page] cart burns 300× (incident 12)",
        "lines": ["The cart fails.", "channel:ops is paged by step 1."],
    }


async def test_with_a_secret_the_body_is_signed(channel: WebhookChannel) -> None:
    with listener() as server:
        await channel.send(message(server.server_port, "s3cret"))
    ((headers, body),) = server.posts
    expected = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    assert headers["x-watchbill-signature"] == f"sha256={expected}"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        *((status, True) for status in (400, 405, 410, 413, 414, 415, 422)),
        *((status, False) for status in (301, 302, 307, 401, 403, 404, 408, 425, 429, 500, 503)),
    ],
)
async def test_which_answers_are_permanent(channel: WebhookChannel, status: int, permanent: bool) -> None:
    with listener(status) as server:
        error = await failure(channel, server.server_port)
    assert error.permanent is permanent
    assert f"answered {status}" in error.detail
    assert len(server.posts) == 1


async def test_a_server_that_hangs_is_given_up_in_bounded_time(
    channel: WebhookChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "SEND_SECONDS", 0.2)
    with listener(hangs=True) as server:
        error = await failure(channel, server.server_port)
    assert not error.permanent


async def test_a_server_that_is_not_there_may_come_back(channel: WebhookChannel) -> None:
    error = await failure(channel, free_port())
    assert not error.permanent


def test_the_secret_is_never_shown() -> None:
    assert "s3cret" not in repr(message(1, "s3cret"))


async def test_the_inbox_keeps_what_is_on_record_already() -> None:
    assert await InboxChannel().send(message(1)) == Receipt("kept for channel:ops")
