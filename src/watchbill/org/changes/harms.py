"""Why a change should not be taken as it is: what it breaks, and whom it overloads, that was not so before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from watchbill.lib.shares import part
from watchbill.org.because import listed
from watchbill.org.entities import Tier
from watchbill.org.faults import Fault
from watchbill.org.findings import RULES, Finding, Verdict
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .model import Change, Harm, Holding, PersonChange

ON_CALL_SHARE = "on-call-share"
_BREAKING = frozenset({Verdict.ERROR, Verdict.FAIL})
_TOLD_AS = {ON_CALL_SHARE: ON_CALL_SHARE, "one-pager": "nobody-answers", "uncovered-service": "uncovered"}
_MOST_NAMED = 6


def harms(
    new: Organization,
    *,
    blocking: Sequence[Fault],
    pagers: Sequence[Change[Holding]],
    people: Sequence[PersonChange],
    limit: Fraction | None,
    opened: Sequence[Finding],
) -> tuple[Harm, ...]:
    """Return every harm once: errors of the new side, critical things that nobody answers for, people newly over the limit, and
    what else breaks a rule and did not before.

    What blocks a step of an engagement is none: the step waits, and nothing is lost.
    """
    found = [Harm(fault.code, (str(fault.place),), fault.message) for fault in blocking]
    found += _lost(new, pagers, "nobody-answers", _unreachable)
    found += _lost(new, pagers, "uncovered", lambda holding: int(holding.team is None))
    found += _overloaded(new, people, limit) if limit is not None else ()
    found += _broken(opened, found)
    return tuple(dict.fromkeys(found))


def _lost(
    new: Organization, pagers: Sequence[Change[Holding]], rule: str, lacks: Callable[[Holding], int]
) -> Iterator[Harm]:
    """Yield a harm for each change by which critical things come to lack more than before, or that new ones never get."""
    for change in pagers:
        before = lacks(change.before) if change.before is not None else 0
        if change.after is None or lacks(change.after) <= before:
            continue
        critical = [ref for ref in change.things if new.things[ref].tier is Tier.CRITICAL]
        if critical:
            yield Harm(rule, tuple(map(str, critical)), _sentence(rule, critical, change.after), change.span.since)


def _unreachable(holding: Holding) -> int:
    """Return 2 where nobody can be paged within hours, or where there are none; 1 where only outside of them."""
    return 2 if holding.gap is not None else int(holding.outside_gap is not None)


def _sentence(rule: str, critical: Sequence[EntityRef], holding: Holding) -> str:
    if rule == "nobody-answers":
        when = "" if holding.gap is not None else " outside hours"
        return f"Nobody could be paged{when} for critical {listed(critical)}: {holding.gap or holding.outside_gap}."
    holder = holding.holder or "nobody"
    return f"No SRE team would cover critical {listed(critical)}: {holder} would be left with the pager."


def _overloaded(new: Organization, people: Sequence[PersonChange], limit: Fraction) -> Iterator[Harm]:
    """Yield a harm for each share over the limit that people come to, the greatest first."""
    newly = [person for person in people if person.before <= limit < person.after]
    when = {(person.after, person.span.since) for person in newly}
    for share, since in sorted(when, key=lambda each: (-each[0], each[1] or date.min)):
        users = [person.user for person in newly if (person.after, person.span.since) == (share, since)]
        text = (
            f"{listed([name_of(new, user) for user in users], _MOST_NAMED)} would be on call {part(share)} of the time; "
            f"at most {part(limit)} is sustainable ({RULES[ON_CALL_SHARE].source})."
        )
        yield Harm(ON_CALL_SHARE, tuple(map(str, users)), text, since)


def _broken(opened: Sequence[Finding], told: Sequence[Harm]) -> Iterator[Harm]:
    """Yield a harm for each finding that breaks a rule, but for what another harm tells already."""
    rules = {harm.rule for harm in told}
    subjects = {(harm.rule, subject) for harm in told for subject in harm.subjects}
    for finding in opened:
        is_told = (_TOLD_AS.get(finding.rule), finding.subject) in subjects
        is_tie = finding.rule == "equal-claims" and "tie" in rules
        if finding.level in _BREAKING and not is_told and not is_tie:
            yield Harm(finding.rule, (finding.subject,), finding.text)
