"""Deliveries in numbers, for whoever watches the watch: counted as their ends are written down, in a registry that is handed in."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram

from .model import Notice, Outcome

_DELAYS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Tally:
    """Counts how attempts to deliver end, and how late what was delivered is."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._notices = Counter(
            "watchbill_notices",
            "Notices that were taken up, by channel and what came of it; one that is tried again counts each time.",
            ("channel", "outcome"),
            registry=registry,
        )
        self._delays = Histogram(
            "watchbill_notice_delay_seconds",
            "How long after it was put into the outbox a notice was delivered, by channel.",
            ("channel",),
            buckets=_DELAYS,
            registry=registry,
        )

    def ended(self, notice: Notice, outcome: Outcome, at: datetime) -> None:
        """Count what came of a notice that was taken up, which was known `at`."""
        self._notices.labels(notice.channel, outcome.value).inc()
        if outcome is Outcome.DELIVERED:
            self._delays.labels(notice.channel).observe((at - notice.created_at).total_seconds())
