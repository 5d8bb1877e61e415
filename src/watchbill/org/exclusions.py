"""Exclusion documents → time that was agreed not to count, linked; and whether those who agreed on it might.

When it happens is `recurring.py`'s matter, what it does to a budget that of the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from watchbill.lib.durations import duration

from .nodes import Path
from .objectives import AgreedExclusion, Goal
from .organization import Organization
from .recognition import Declared, Family
from .recurring import FARTHEST, occurrences, overlaps_itself, rule_problem
from .register import Register
from .rotation import instant_of
from .shapes import exclusions as shapes
from .shapes.fields import Shape
from .values import Duration, EntityRef

_MINUTE = timedelta(minutes=1)
_LOOKED_AT = timedelta(days=800)
_NOON = time(12)
_WHO_MAY = (
    "Approvers of the goal's budget policy may, and members of the team that covers it whose engagement gives them excludeBudget: "
    "let one of them ask, or name who asks among them."
)
_RULE = "Write a rule of iCalendar, as in “FREQ=WEEKLY;BYDAY=SU” or “FREQ=MONTHLY;BYDAY=1SU”."


def link_exclusions(
    register: Register, goals: Mapping[str, Goal], time_zone: str, *, alone: bool = False
) -> dict[str, AgreedExclusion]:
    """Return the exclusions by name; one that is faulty is left out. Times are in `time_zone` where nothing else is said.

    With goals `alone`, the people and things that it names need not be declared.
    """
    found = (
        _Written(register, one, shape.spec, alone=alone).linked(goals, time_zone)
        for one, shape in register.each(Family.WATCHBILL, "Exclusion", shapes.Exclusion)
    )
    return {exclusion.name: exclusion for exclusion in found if exclusion is not None}


class _Written:
    """An Exclusion as written, while it is linked."""

    def __init__(self, register: Register, one: Declared[Shape], spec: shapes.ExclusionSpec, *, alone: bool) -> None:
        self._register = register
        self._alone = alone
        self._one = one
        self._spec = spec

    def linked(self, goals: Mapping[str, Goal], time_zone: str) -> AgreedExclusion | None:
        """Return the exclusion; None where a fault keeps it from being one."""
        spec, one = self._spec, self._one
        zone = spec.time_zone or time_zone
        named, things = frozenset(self._goals(goals)), frozenset(self._things())
        if not spec.goals and not spec.services:
            self._error(
                "empty-scope", ("spec",), "This exclusion is about nothing.", "Name “goals”, “services” or both."
            )
        lasts, cap, has_rule = self._length(ZoneInfo(zone)), self._whole("cap", spec.cap), self._check_rule()
        by = self._person("by")
        approved_by = self._person("approved", "by") if spec.approved is not None else None
        if lasts is None or by is None or not has_rule or (spec.approved is not None and approved_by is None):
            return None
        exclusion = AgreedExclusion(
            name=one.name,
            title=one.document.text("metadata", "title") or one.document.text("metadata", "name"),
            goals=named,
            things=things,
            zone=zone,
            start=spec.from_,
            lasts=lasts,
            rule=spec.repeats or "",
            cap=cap,
            why=spec.why,
            by=by,
            approved_by=approved_by,
            approved_on=spec.approved.on if spec.approved is not None else None,
            place=one.place,
        )
        self._check_times(exclusion)
        return exclusion

    def _goals(self, goals: Mapping[str, Goal]) -> Iterator[str]:
        for position, name in enumerate(self._spec.goals):
            path: Path = ("spec", "goals", position)
            if name.lower() in goals:
                yield name.lower()
            elif (slo := self._register.resolve_name(self._one, path, Family.OPENSLO, "SLO")) is not None:
                yield slo

    def _things(self) -> Iterator[EntityRef]:
        for position in range(len(self._spec.services)):
            thing = self._entity(("spec", "services", position), "component", "resource")
            if thing is not None:
                yield thing

    def _person(self, *path: str) -> EntityRef | None:
        return self._entity(("spec", *path), "user")

    def _entity(self, path: Path, *kinds: str) -> EntityRef | None:
        if self._alone:
            return self._register.reference(self._one, path, kinds[0])
        return self._register.resolve(self._one, path, kinds)

    def _length(self, zone: ZoneInfo) -> timedelta | None:
        """Return how long it lasts; None, with a fault, where that is not said, said twice, or no time at all."""
        spec = self._spec
        self._check_minute("from", spec.from_)
        if (spec.until is None) == (spec.lasts is None) or (spec.repeats is not None and spec.lasts is None):
            what = "each time it happens “lasts” so long" if spec.repeats is not None else "it has “until” or “lasts”"
            self._error(
                "exclusion-length",
                ("spec", "from"),
                f"How long this exclusion lasts is not said once: {what}.",
                "Write “lasts”, as in 2h, for what repeats; else either of the two.",
            )
            return None
        if spec.until is None:
            return self._whole("lasts", spec.lasts)
        self._check_minute("until", spec.until)
        lasts = instant_of(spec.until, zone) - instant_of(spec.from_, zone)
        if lasts <= timedelta():
            what, mend = "This exclusion ends before it begins.", "Swap “from” and “until”, or correct one of them."
            self._error("dates-reversed", ("spec", "until"), what, mend, ("spec", "from"))
            return None
        return lasts

    def _whole(self, field: str, length: Duration | None) -> timedelta | None:
        if length is None:
            return None
        if length.months or length.span % _MINUTE or length.span < _MINUTE:
            self._error(
                "not-whole-minutes",
                ("spec", field),
                f"“{length.text}” is no fixed number of whole minutes.",
                "Write minutes, hours, days or weeks, as in 90m, 2h or 1d.",
            )
            return None
        return length.span

    def _check_minute(self, field: str, wall: datetime) -> None:
        if wall.second:
            what, mend = "The ledger knows minutes, and this lies within one.", "Write a whole minute."
            self._error("not-whole-minutes", ("spec", field), what, mend)

    def _check_rule(self) -> bool:
        problem = rule_problem(self._spec.repeats) if self._spec.repeats is not None else None
        if problem is not None:
            self._error("bad-rule", ("spec", "repeats"), f"This rule cannot be read: {problem}.", _RULE)
        return problem is None

    def _check_times(self, exclusion: AgreedExclusion) -> None:
        if exclusion.cap is not None and exclusion.lasts > exclusion.cap:
            self._error(
                "longer-than-cap",
                ("spec", "cap"),
                f"It lasts {duration(exclusion.lasts)} each time, and may take out {duration(exclusion.cap)} at most.",
                "Let it be shorter, or raise the cap.",
            )
        if not exclusion.rule:
            return
        start = instant_of(exclusion.start, ZoneInfo(exclusion.zone))
        if next(occurrences(exclusion, start + FARTHEST), None) is None:
            what = "This rule never happens: no day is as it asks, in the ten years from “from” on."
            self._error("never-happens", ("spec", "repeats"), what, _RULE, ("spec", "from"))
        elif overlaps_itself(exclusion, start + _LOOKED_AT):
            what = "It is still going on when it happens again."
            self._error(
                "overlaps-itself",
                ("spec", "lasts"),
                what,
                "Let it be shorter, or happen less often.",
                ("spec", "repeats"),
            )

    def _error(self, code: str, path: Path, what: str, mend: str, related: Path | None = None) -> None:
        document = self._one.document
        others = [document.place(*related)] if related is not None else []
        self._register.faults.error(code, document.place(*path), what, mend, others)


def check_exclusions(register: Register, organization: Organization) -> None:
    """Report every exclusion that is about no goal, or that those who agreed on it might not agree on."""
    for exclusion in organization.exclusions.values():
        things = sorted({goal.service for goal in organization.goals.values() if exclusion.covers(goal)})
        if not things:
            register.faults.warning(
                "no-goal",
                exclusion.place,
                f"The exclusion {exclusion.name} is about no goal that is measured.",
                "Name a goal, or a service that has one.",
            )
        next((thing for thing in things if not _is_agreed(register, organization, exclusion, thing)), None)


def _is_agreed(register: Register, organization: Organization, exclusion: AgreedExclusion, thing: EntityRef) -> bool:
    from .authority import Action, decide, decide_approval  # only a folder with an exclusion waits for it

    at, by = _agreed_at(organization, exclusion), exclusion.by
    act = decide(organization, by, Action.EXCLUDE_BUDGET, thing, at)
    if not act.allowed:
        what = f"{by} may not exclude budget of {thing}."
        _report(register, exclusion, ("by",), "may-not-exclude", what=what, mend=_WHO_MAY)
        return False
    if act.approver is None:
        return True
    if exclusion.approved_by is None:
        what = f"To leave out time of {thing}, {by} needs the approval of {act.approver}."
        mend = "Add “approved” with who of them approved it, and when."
        _report(register, exclusion, ("by",), "not-approved", what=what, mend=mend)
        return False
    approval = decide_approval(organization, exclusion.approved_by, act, at, of=by)
    if not approval.allowed:
        what = f"This approval does not count for {thing}: {approval.because[0].text}"
        ways = _first(approval.instead)
        _report(register, exclusion, ("approved", "by"), "may-not-approve", what=what, mend=ways)
    return approval.allowed


def _report(register: Register, exclusion: AgreedExclusion, field: Path, code: str, *, what: str, mend: str) -> None:
    one = register.named(Family.WATCHBILL, "Exclusion", exclusion.name)
    place = exclusion.place if one is None else one.document.place("spec", *field)
    register.faults.error(code, place, what, mend)


def _first(ways: tuple[str, ...]) -> str:
    """Return what can be done instead as a sentence."""
    return f"{ways[0][0].upper()}{ways[0][1:]}." if ways else ""


def _agreed_at(organization: Organization, exclusion: AgreedExclusion) -> datetime:
    """Return as of when its people are asked for their rights: the day of the approval, else of the exclusion."""
    day = exclusion.approved_on or exclusion.start.date()
    return datetime.combine(day, _NOON, ZoneInfo(organization.time_zone))
