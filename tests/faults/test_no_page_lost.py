"""No page is lost: the program is killed with SIGKILL between an alert's 202 and its delivery, fifty times on each database.

`WATCHBILL_FAULT_ROUNDS` says how many times instead. Some kills must fall before the notice is sent, and some while it is.

An alert that was answered 202 is delivered in the end. One that is delivered twice carries the same idempotency key.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from tests.organizations import SMALL
from tests.program import Program
from tests.servers import wait_for

ROUNDS = int(os.environ.get("WATCHBILL_FAULT_ROUNDS", "50"))
HOLD_SECONDS = 0.3
DELIVERED_WITHIN_SECONDS = 120
SEED = 20260302
_BEFORE, _DURING = "not yet sent", "sent, not yet known"


class Receiver(ThreadingHTTPServer):
    """The room of a team: takes webhooks, and remembers which key came with which incident.

    It answers only after `hold` seconds, so that a kill within that time falls before the program knows of the delivery.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Take)
        self.hold = HOLD_SECONDS
        self.taken: list[tuple[str, str]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ops"

    def deliveries(self) -> dict[str, Counter[str]]:
        """Return for each alert how often it came with which key."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for title, key in list(self.taken):
            found[title][key] += 1
        return found

    def handle_error(self, _request: object, _client: object) -> None:
        """Take no offence at callers that die while they wait."""


class Take(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        facts = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((facts["title"], self.headers["Idempotency-Key"]))
        threading.Event().wait(self.server.hold)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def program(tmp_path: Path, database_url: str, receiver: Receiver) -> Iterator[Program]:
    settings = tmp_path / "watchbill.toml"
    settings.write_text(f'[rooms.ops]\nkind = "webhook"\naddress = "{receiver.url}"\n')
    program = Program(SMALL, tmp_path / "data", database=database_url, environment={"WATCHBILL_CONFIG": str(settings)})
    program.start()
    yield program
    program.stop()


def body_of(title: str) -> bytes:
    alert = {
        "status": "firing",
        "labels": {"alertname": title},
        "annotations": {"summary": title},
        "startsAt": datetime.now(UTC).isoformat(),
        "fingerprint": title,
    }
    return json.dumps({"version": "4", "alerts": [alert]}).encode()


def hand_in(program: Program, token: str, title: str) -> None:
    """Post an alert, the same again and again as a sender does, until it is answered 202."""
    body, headers = body_of(title), {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def accepted() -> bool:
        program.must_run()
        try:
            answer = httpx2.post(
                f"{program.url}/api/v1/hooks/alertmanager", content=body, headers=headers, timeout=5, trust_env=False
            )
        except httpx2.HTTPError:
            return False
        assert answer.status_code in {202, 503}, answer.text
        return answer.status_code == 202

    wait_for(accepted, f"{title} is accepted")


@pytest.mark.timeout(120 + DELIVERED_WITHIN_SECONDS + 10 * ROUNDS)
def test_every_accepted_alert_is_delivered_whenever_the_program_is_killed(
    program: Program, receiver: Receiver, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token, chance = program.alerts_token(), random.Random(SEED)
    accepted, begun = [], Counter({_BEFORE: 0, _DURING: 0})
    for number in range(ROUNDS):
        title = f"alert-{number}"
        hand_in(program, token, title)
        accepted.append(title)
        time.sleep(chance.uniform(0, HOLD_SECONDS))
        program.kill()
        begun[_DURING if title in receiver.deliveries() else _BEFORE] += 1
        program.launch()
    receiver.hold = 0

    def all_delivered() -> bool:
        program.must_run()
        return receiver.deliveries().keys() >= set(accepted)

    wait_for(all_delivered, "all are delivered", seconds=DELIVERED_WITHIN_SECONDS)
    deliveries = receiver.deliveries()
    copies = {title: sum(keys.values()) - 1 for title, keys in deliveries.items()}
    with capsys.disabled():
        sys.stdout.write(
            f"\n{database_url.partition(':')[0]}: {ROUNDS} kills after a 202 ({dict(begun)}), all {len(accepted)} accepted "
            f"alerts delivered, {sum(copies.values())} copies of {sum(map(bool, copies.values()))} alerts\n"
        )
    assert {title: len(keys) for title, keys in deliveries.items()} == dict.fromkeys(accepted, 1)
    assert min(begun.values()) > 0, f"a window was never hit: {dict(begun)}"
