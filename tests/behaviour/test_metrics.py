"""What `/metrics` counts of alerts and of what people are told, on the whole application."""

from __future__ import annotations

from datetime import timedelta

from tests.website import Website, alertmanager_body


async def counted(website: Website) -> dict[str, float]:
    """Return the samples of `/metrics` by name and labels."""
    text = (await website.anybody(client=("127.0.0.1", 4711)).get("/metrics")).text
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_signals_are_counted_by_what_they_did_to_their_alert(website: Website) -> None:
    program = await website.program("alerts")
    for status in ("firing", "firing", "resolved"):
        await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body(status=status))
    metrics = await counted(website)
    assert metrics['watchbill_alert_signals_total{move="fires"}'] == 1
    assert metrics['watchbill_alert_signals_total{move="saidAgain"}'] == 1
    assert metrics['watchbill_alert_signals_total{move="ends"}'] == 1


async def test_notices_are_counted_by_channel_and_outcome_with_their_delay(website: Website) -> None:
    program = await website.program("alerts")
    await program.post("/api/v1/hooks/alertmanager", json=alertmanager_body())
    website.clock.set(website.clock.now() + timedelta(seconds=40))
    await website.watchbill.oncall.deliver_due(website.clock.now(), owner="test")
    await website.watchbill.oncall.drain()
    metrics = await counted(website)
    assert metrics['watchbill_notices_total{channel="inbox",outcome="delivered"}'] == 1
    assert metrics['watchbill_notices_total{channel="webhook",outcome="retryLater"}'] == 1
    assert metrics['watchbill_notice_delay_seconds_bucket{channel="inbox",le="30.0"}'] == 0
    assert metrics['watchbill_notice_delay_seconds_count{channel="inbox"}'] == 1
    assert 40 <= metrics['watchbill_notice_delay_seconds_sum{channel="inbox"}'] < 60
    assert 'watchbill_notice_delay_seconds_count{channel="webhook"}' not in metrics
