"""Why a change should not be taken as it is: what it breaks, and whom it overloads, that was not so before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from watchbill.lib.numbers import percent
from watchbill.org.because import listed
from watchbill.org.entities import Tier
from watchbill.org.faults import Fault
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .model import Change, Harm, Holding, PersonChange
from .people import SOURCE

_MOST_NAMED = 6


def harms(
    new: Organization,
    blocking: Sequence[Fault],
    pagers: Sequence[Change[Holding]],
    people: Sequence[PersonChange],
    limit: Fraction,
) -> tuple[Harm, ...]:
    """Return every harm once: errors of the new side, critical things that nobody answers for, people newly over the limit."""
    found = [Harm(fault.code, (str(fault.place),), fault.message) for fault in blocking]
    found += _lost(new, pagers, "nobody-answers", lambda holding: holding.gap is not None)
    found += _lost(new, pagers, "uncovered", lambda holding: holding.team is None)
    found += _overloaded(new, people, limit)
    return tuple(dict.fromkeys(found))


def _lost(
    new: Organization, pagers: Sequence[Change[Holding]], rule: str, lacks: Callable[[Holding], bool]
) -> Iterator[Harm]:
    """Yield a harm for each change by which critical things come to lack something that they had, or that new ones never get."""
    for change in pagers:
        if change.after is None or not lacks(change.after) or (change.before is not None and lacks(change.before)):
            continue
        critical = [ref for ref in change.things if new.things[ref].tier is Tier.CRITICAL]
        if critical:
            yield Harm(rule, tuple(map(str, critical)), _sentence(rule, critical, change.after), change.span.since)


def _sentence(rule: str, critical: Sequence[EntityRef], holding: Holding) -> str:
    if rule == "nobody-answers":
        return f"Nobody could be paged for critical {listed(critical)}: {holding.gap}."
    holder = holding.holder or "nobody"
    return f"No SRE team would cover critical {listed(critical)}: {holder} would be left with the pager."


def _overloaded(new: Organization, people: Sequence[PersonChange], limit: Fraction) -> Iterator[Harm]:
    """Yield a harm for each share over the limit that people come to, the greatest first."""
    newly = [person for person in people if person.before <= limit < person.after]
    for share in sorted({person.after for person in newly}, reverse=True):
        users = [person.user for person in newly if person.after == share]
        text = (
            f"{listed([name_of(new, user) for user in users], _MOST_NAMED)} would be on call {percent(share)} of the time; "
            f"at most {percent(limit)} is sustainable ({SOURCE})."
        )
        yield Harm("on-call-share", tuple(map(str, users)), text)
