"""The whole way with real servers: a service breaks, its budget burns, the person on call is paged, and acknowledges by the link.

A real Prometheus scrapes the shop, watchbill reads it; the same Prometheus has an alert rule of its own, which a real
Alertmanager posts to watchbill. Mail goes to a real SMTP server.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests import servers
from tests.program import Program, csrf
from tests.shop import SERVICES, RunningShop, running_shop
from watchbill.channels.mail_sink import MailSink, SunkMail
from watchbill.org import folder
from watchbill.org.objectives import Goal

pytestmark = [pytest.mark.live("prometheus", "alertmanager"), pytest.mark.timeout(600)]

ACME = Path(__file__).parents[2] / "examples" / "acme"
TICK_SECONDS = 15
ERRORS = 0.3

RULES = """
groups:
  - name: shop
    interval: 5s
    rules:
      - alert: LoginFails
        expr: >-
          sum(rate(http_requests_total{service="login",code=~"5.."}[30s]))
          / sum(rate(http_requests_total{service="login"}[30s])) > 0.1
        labels: {severity: page, service: login}
        annotations: {summary: More than one login in ten fails}
"""


@dataclass(frozen=True)
class Watched:
    """A shop that watchbill watches through Prometheus, before anything broke."""

    program: Program
    shop: RunningShop
    browser: httpx2.Client
    mails: MailSink
    payments: Goal

    def get(self, path: str) -> dict[str, Any]:
        """Return an answer of the API."""
        answer = self.browser.get(f"/api/v1{path}")
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def incident_of(self, service: str) -> dict[str, Any] | None:
        """Return the open incident of a service with everything that belongs to it."""
        found = [each for each in self.get("/incidents")["incidents"] if each["service"] == f"component:{service}"]
        return self.get(f"/incidents/{found[0]['number']}") if found else None

    def mail_about(self, service: str) -> SunkMail | None:
        """Return the first mail about a service."""
        return next((mail for mail in reversed(self.mails.mails()) if service in mail.subject.lower()), None)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    place = tmp_path_factory.mktemp("watched")
    for name in ("prometheus", "alertmanager"):
        (place / name).mkdir()
    smtp_port = servers.free_port()
    mails = MailSink(smtp_port)
    mails.start()
    environment = {
        "WATCHBILL_SMTP_HOST": "127.0.0.1",
        "WATCHBILL_SMTP_PORT": str(smtp_port),
        "WATCHBILL_TICK_SECONDS": str(TICK_SECONDS),
    }
    program = Program(place / "acme", place / "data", environment=environment)
    token = place / "token"
    token.write_text(program.alerts_token())
    with (
        running_shop() as shop,
        servers.alertmanager(place / "alertmanager", _alertmanager(program.url, token)) as alertmanager,
        servers.prometheus(place / "prometheus", _prometheus(shop, alertmanager, place)) as prometheus,
    ):
        _acme_on(prometheus, place / "acme")
        organization = folder.read(place / "acme").organization
        assert organization is not None
        program.start()
        try:
            with contextlib.closing(program.signed_in("user:dana")) as browser:
                yield Watched(program, shop, browser, mails, organization.goals["payments-availability"])
        finally:
            program.stop()
            mails.stop()


def _alertmanager(url: str, token: Path) -> str:
    return f"""
route: {{receiver: watchbill, group_wait: 1s, group_interval: 5s, group_by: [service]}}
receivers:
  - name: watchbill
    webhook_configs:
      - url: {url}/api/v1/hooks/alertmanager
        http_config: {{authorization: {{credentials_file: {token}}}}}
"""


def _prometheus(shop: RunningShop, alertmanager: str, place: Path) -> str:
    (place / "prometheus" / "rules.yml").write_text(RULES)
    targets = ", ".join(f"'127.0.0.1:{shop.base_port + step}'" for step in SERVICES.values())
    return f"""
global: {{scrape_interval: 2s}}
rule_files: [rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{alertmanager.removeprefix("http://")}']}}]}}]}}
scrape_configs: [{{job_name: shop, static_configs: [{{targets: [{targets}]}}]}}]
"""


def _acme_on(prometheus: str, copy: Path) -> None:
    """Copy the example organisation, with its counters read from a Prometheus instead of scraped."""
    shutil.copytree(ACME, copy, ignore=shutil.ignore_patterns("shop"))
    (copy / "goals" / "source.yaml").write_text(
        "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: shop}\n"
        f'spec: {{type: prometheus, connectionDetails: {{url: "{prometheus}"}}}}\n'
    )


def _soon(ask: Callable[[], Any], what: str, seconds: float) -> Any:
    """Return the first answer that is something."""
    found: list[Any] = []

    def asked() -> bool:
        found[:] = [ask()]
        return bool(found[0])

    servers.wait_for(asked, what, seconds)
    return found[0]


def _detection_seconds(goal: Goal, errors: float) -> float:
    """Return the rule's own detection time: (1 - target) / e × window × factor of its quickest tier (SRE Workbook, ch. 5)."""
    allowed = float(1 - goal.target)
    return min(allowed / errors * tier.long.total_seconds() * float(tier.factor) for tier in goal.tiers)


def test_a_burning_budget_pages_the_person_on_call_who_acknowledges_by_the_link(watched: Watched) -> None:
    _soon(lambda: watched.get("/goals/payments-availability")["goal"]["total"], "payments are measured", 60)
    watched.shop.order("/break", {"service": "payments", "errors": ERRORS})
    broken_at = datetime.now(UTC)

    expected = _detection_seconds(watched.payments, ERRORS)
    found = _soon(lambda: watched.incident_of("payments"), "an incident of payments", expected + 120)
    opened_at = datetime.fromisoformat(found["incident"]["openedAt"])
    detected_after = (opened_at - broken_at).total_seconds()
    mail = _soon(lambda: watched.mail_about("payments"), "a mail about payments", 10)
    sent = _soon(lambda: _sent_notices(watched, "payments"), "the notices of payments are known as sent", 10)
    sent_at = min(datetime.fromisoformat(notice["sentAt"]) for notice in sent)
    paged_after = (sent_at - opened_at).total_seconds()
    print(
        f"\nburn: detection time by the rule {expected:.0f} s, alert after {detected_after:.0f} s "
        f"({(detected_after - expected) / TICK_SECONDS:+.1f} ticks); page out {paged_after:.2f} s after the alert"
    )
    assert detected_after <= expected + 2 * TICK_SECONDS
    assert paged_after <= 2

    acknowledged = _acknowledge_by_link(watched, mail)
    assert acknowledged["page"]["state"] == "acknowledged"
    assert acknowledged["page"]["acknowledgedBy"] == f"user:{mail.recipients[0].split('@')[0]}"
    record = acknowledged["record"]
    assert record[0]["kind"] == "burnFound"
    assert _causes_of(record, "pageAcknowledged")[-1] == "burnFound"


def test_an_alert_of_alertmanager_takes_the_same_way(watched: Watched) -> None:
    watched.shop.order("/break", {"service": "login", "errors": 0.5})
    found = _soon(lambda: watched.incident_of("login"), "an incident of login", 90)
    alert = next(alert for alert in found["alerts"] if alert["source"] == "alertmanager")
    assert alert["title"] == "More than one login in ten fails"
    mail = _soon(lambda: watched.mail_about("login"), "a mail about login", 10)
    assert _acknowledge_by_link(watched, mail)["page"]["state"] == "acknowledged"

    watched.shop.order("/mend", {})

    def resolved() -> bool:
        alerts = watched.get(f"/incidents/{found['incident']['number']}")["alerts"]
        return all(alert["state"] == "resolved" for alert in alerts if alert["source"] == "alertmanager")

    servers.wait_for(resolved, "Alertmanager says that login is mended", 120)


def _sent_notices(watched: Watched, service: str) -> list[dict[str, Any]]:
    file = watched.incident_of(service)
    assert file is not None
    return [notice for notice in file["notices"] if notice["sentAt"] and notice["channel"] == "email"]


def _acknowledge_by_link(watched: Watched, mail: SunkMail) -> dict[str, Any]:
    """Open the link of a mail as its reader does, without being signed in, and press the button."""
    link = re.search(r"http://\S+/acknowledge/\S+", mail.text)
    assert link is not None, mail.text
    with httpx2.Client(timeout=10, trust_env=False) as reader:
        page = reader.get(link[0])
        assert page.status_code == 200
        pressed = reader.post(link[0], data={"csrf": csrf(page.text)}, headers={"Origin": watched.program.url})
        assert pressed.status_code in {200, 303}
    service = "payments" if "payments" in mail.subject.lower() else "login"
    file = watched.incident_of(service)
    assert file is not None
    return file


def _causes_of(record: list[dict[str, Any]], kind: str) -> list[str]:
    """Return the kinds that led to the last entry of a kind, nearest first."""
    by_id = {entry["id"]: entry for entry in record}
    entry = next(entry for entry in reversed(record) if entry["kind"] == kind)
    causes = []
    while entry["causedBy"]:
        entry = by_id[entry["causedBy"]]
        causes.append(entry["kind"])
    return causes
