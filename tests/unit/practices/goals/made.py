"""Goals, samples and windows made by hand, for tests of the goals' practice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from watchbill.org.burn_tiers import default_tiers
from watchbill.org.objectives import BurnTier, DataSource, Goal, SourceKind
from watchbill.org.selectors import parse_selector
from watchbill.org.values import EntityRef, Place
from watchbill.practices.goals.counters import Counted, Meter
from watchbill.practices.goals.model import Labels, Sample, Series

MIDNIGHT = datetime(2026, 1, 5, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE = Place("goals.yaml", 1)
CADENCE = 15 * SECOND


def at(seconds: float) -> datetime:
    """Return the instant that many seconds after midnight."""
    return MIDNIGHT + timedelta(seconds=seconds)


def series(samples: Mapping[float, float], *, instance: str = "cart-0", **labels: str) -> Series:
    """Return a series of one target: values by seconds after midnight."""
    own: Labels = tuple(sorted({"job": "cart", "instance": instance, **labels}.items()))
    return Series(own, [Sample(at(second), value) for second, value in samples.items()])


def meter(start: float = 0, cadence: timedelta = CADENCE) -> Meter:
    """Return a fresh meter."""
    return Meter.starting(at(start), cadence)


def counted(meter: Meter, *, part_is_good: bool = False) -> dict[int, Counted]:
    """Close what is complete; return the measured minutes by their number since midnight."""
    midnight = int(MIDNIGHT.timestamp()) // 60
    return {minute.minute - midnight: minute for minute in meter.take_complete(part_is_good)[1]}


def figures(meter: Meter, *, part_is_good: bool = False) -> dict[int, tuple[int, int]]:
    """Return good and total of the measured complete minutes by their number since midnight."""
    return {number: (one.good, one.total) for number, one in counted(meter, part_is_good=part_is_good).items()}


def goal(
    name: str = "cart-availability",
    *,
    target: str = "99.9",
    window: timedelta = 28 * DAY,
    source: str = "metrics",
    total: str = "requests_total",
    good: str | None = None,
    bad: str | None = 'requests_total{code="500"}',
    tiers: Iterable[BurnTier] | None = None,
    service: EntityRef | None = None,
) -> Goal:
    """Return a goal of the cart."""
    return Goal(
        name=name,
        title=name.replace("-", " ").capitalize(),
        description="Customers can use their carts.",
        service=service or EntityRef("component", "default", "cart"),
        target=Fraction(target) / 100,
        target_text=target,
        window=window,
        source=source,
        total=parse_selector(total),
        good=parse_selector(good) if good else None,
        bad=parse_selector(bad) if bad and not good else None,
        tiers=tuple(default_tiers(window) if tiers is None else tiers),
        policy=None,
        place=HERE,
    )


def data_source(
    name: str = "metrics", *, kind: SourceKind = SourceKind.PROMETHEUS, url: str = "http://127.0.0.1:9"
) -> DataSource:
    """Return a declared source that is scraped every 15 seconds."""
    return DataSource(name, kind, url, (), CADENCE, HERE)
