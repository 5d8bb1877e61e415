"""Rules about rotations: how many people share a watch, for how much of their time, how long at once and at which hours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from watchbill.lib.numbers import amount, several
from watchbill.lib.shares import part
from watchbill.org.because import listed
from watchbill.org.charters import EscalationPolicy, SRETeam
from watchbill.org.rotation import Shift
from watchbill.org.values import EntityRef
from watchbill.org.watch_time import QUARTER, Stretch

from .books import sre, together, workbook
from .finding import Bound, Observation, Threshold, Unit, Verdict, rule
from .situation import Situation

_SLACK = 1
_NIGHT_ENDS = time(6)


@rule(
    "on-call-share",
    8,
    Verdict.FAIL,
    asks="Nobody is on call for more than a quarter of their time",
    source=sre(11),
    remedy="Let more people share the watch, or drop a watch that nobody needs, as a second one in office hours.",
    threshold=Threshold(Fraction(1, 4), Unit.SHARE),
)
def on_call_share(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each person who stands watches for too much of their time in the long run."""
    for person, schedules in sorted(seen.watch_time.schedules_of.items()):
        share = seen.watch_time.share(person, schedules)
        if share > most:
            yield Observation(
                str(person),
                f"{person} is on call for {part(share)} of the time.",
                seen.watch_time.watch(schedules[0]).place,
                _team_on(seen, person, schedules),
                {"share": part(share), "watches": ", ".join(schedules)},
            )


def _team_on(seen: Situation, person: EntityRef, schedules: tuple[str, ...]) -> str | None:
    """Return the SRE team for which a person stands a watch, the one in which they serve before another's."""
    called = [name for schedule in schedules for name in seen.teams_called_by.get(schedule, ())]
    serving = [name for name in called if person in seen.people(seen.organization.sre_teams[name])]
    return next(iter(serving or called), None)


@rule(
    "rotation-size",
    9,
    Verdict.FAIL,
    asks="Enough people share a watch that one site stands: eight, and one more to have slack",
    source=together(sre(11), workbook(8)),
    remedy="Let more people join, merge two watches, or give the pager back until there are enough.",
    threshold=Threshold(Fraction(8), Unit.PEOPLE, Bound.AT_LEAST),
)
def rotation_size(seen: Situation, least: Fraction) -> Iterator[Observation]:
    """Yield each SRE team with a pager whose policy reaches too few people at its one site; it warns where there is no slack."""
    for site in _sites(seen):
        if not site.where:
            yield from _too_few(seen, site, int(least))


@rule(
    "rotation-size-at-sites",
    9,
    Verdict.FAIL,
    asks="Where several sites share a watch there are enough people at each: five, and one more to have slack",
    source=together(sre(11), workbook(8)),
    remedy="Let more people join where there are too few, or let the other sites stand the watch until there are enough.",
    threshold=Threshold(Fraction(5), Unit.PEOPLE, Bound.AT_LEAST),
)
def rotation_size_at_sites(seen: Situation, least: Fraction) -> Iterator[Observation]:
    """Yield each site of an SRE team with a pager where its policy reaches too few people; it warns where there is no slack."""
    for site in _sites(seen):
        if site.where:
            yield from _too_few(seen, site, int(least))


class _Site(NamedTuple):
    """The schedules of one time zone that a policy of an SRE team calls; `where` says which, empty where there is no other."""

    team: SRETeam
    policy: EscalationPolicy
    schedules: list[str]
    where: str


def _sites(seen: Situation) -> Iterator[_Site]:
    for team in seen.teams:
        for policy in seen.policies(team.group):
            in_zone: dict[str, list[str]] = {}
            for name in seen.watch_time.called_by([policy]):
                in_zone.setdefault(seen.watch_time.watch(name).time_zone, []).append(name)
            for zone, schedules in sorted(in_zone.items()):
                yield _Site(team, policy, schedules, f" in {zone}" if len(in_zone) > 1 else "")


def _too_few(seen: Situation, site: _Site, needed: int) -> Iterator[Observation]:
    people = len(seen.watch_time.people_on(site.schedules))
    if people < needed + _SLACK:
        slack = "" if people < needed else ": nobody can be away"
        yield Observation(
            f"EscalationPolicy {site.policy.name}{site.where}",
            f"{several(people, 'person', 'people')}{site.where} share the watch of {site.team.title}{slack}.",
            site.policy.place,
            site.team.name,
            {"people": str(people), "needed": str(needed), "with slack": str(needed + _SLACK)},
            None if people < needed else Verdict.WARN,
        )


@rule(
    "long-shift",
    10,
    Verdict.FAIL,
    asks="Nobody stands watch for more than a day in one go, on one watch after another either",
    source=workbook(8),
    remedy="Let turns be a day, or half a day where there is a page a day, and let nobody's turns on two watches touch.",
    threshold=Threshold(Fraction(24), Unit.HOURS),
)
def long_shift(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each schedule that an SRE team's policies call on which stretches without a break begin that are too long."""
    for team in seen.teams:
        of_team = seen.watch_time.called_by(seen.policies(team.group))
        too_long: dict[str, dict[EntityRef, _Unbroken]] = {}
        for person in sorted(seen.watch_time.people_on(of_team)):
            longest = max(_unbroken(seen, person, of_team), key=lambda each: each.hours, default=None)
            if longest is not None and longest.hours > most:
                too_long.setdefault(longest.watch, {})[person] = longest
        for name, people in sorted(too_long.items()):
            yield _long_shift(seen, team, name, people)


class _Unbroken(NamedTuple):
    """A stretch of watch, by the clock on the wall: a day is a day, also where the clock is put back an hour."""

    watch: str
    stretch: Stretch
    hours: Fraction


def _unbroken(seen: Situation, person: EntityRef, of_team: Collection[str]) -> Iterator[_Unbroken]:
    """Yield what a person stands on the watches of a team without a break, each by the first of them."""
    for stretch in seen.watch_time.stretches(person):
        watch = next((name for name in stretch.schedules if name in of_team), None)
        if watch is not None:
            zone = ZoneInfo(seen.organization.schedules[watch].time_zone)
            start, end = (at.astimezone(zone).replace(tzinfo=None) for at in (stretch.start, stretch.end))
            yield _Unbroken(watch, stretch, Fraction((end - start) // timedelta(minutes=1), 60))


def _long_shift(seen: Situation, team: SRETeam, name: str, people: Mapping[EntityRef, _Unbroken]) -> Observation:
    person, longest = max(people.items(), key=lambda each: each[1].hours)
    others = f", and {several(len(people) - 1, 'other')} too long as well" if len(people) > 1 else ""
    return Observation(
        f"schedule:{name}",
        f"{person} stands {listed(longest.stretch.schedules)} for {amount(longest.hours)} hours without a break{others}.",
        seen.organization.schedules[name].place,
        team.name,
        {"longest": f"{amount(longest.hours)} h", "people": str(len(people))},
    )


@rule(
    "night-shift",
    10,
    Verdict.WARN,
    asks="With two sites nobody stands a watch between midnight and six",
    source=workbook(20),
    remedy="Let the site where it is day stand the watch.",
)
def night_shift(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each watch of a policy of several time zones that has turns in its own night."""
    for _name, policy in sorted(seen.organization.escalation_policies.items()):
        schedules = [name for name in seen.watch_time.called_by([policy]) if name in seen.organization.schedules]
        zones = {name: seen.organization.schedules[name].time_zone for name in schedules}
        if len(set(zones.values())) < 2:
            continue
        for name in schedules:
            nights = sum(_is_at_night(shift, ZoneInfo(zones[name])) for shift in seen.watch_time.shifts(name))
            if nights:
                yield Observation(
                    f"schedule:{name}",
                    f"{name} has turns between midnight and six in {zones[name]}, though {policy.title} has two sites.",
                    seen.organization.schedules[name].place,
                    next((team for group in sorted(policy.groups) if (team := seen.team_of(group))), None),
                    {"turns at night": str(nights)},
                )


def _is_at_night(shift: Shift, zone: ZoneInfo) -> bool:
    start, end = shift.start.astimezone(zone), shift.end.astimezone(zone)
    if not shift.people:
        return False
    if start.time() < _NIGHT_ENDS:
        return True
    midnight = datetime.combine(start.date() + timedelta(days=1), time(0), zone)
    return end > midnight


@rule(
    "on-call-exposure",
    11,
    Verdict.WARN,
    asks="Everybody in a team with a pager is on call at least once a quarter",
    source=sre(11),
    remedy="Add them to the watch, or let them practise in drills until they are ready.",
    threshold=Threshold(Fraction(1), Unit.TIMES, Bound.AT_LEAST),
)
def on_call_exposure(seen: Situation, least: Fraction) -> Iterator[Observation]:
    """Yield each person of a team that holds a pager who stands too few turns in the quarter ahead."""
    for team in seen.teams:
        if not seen.watch_time.called_by(seen.policies(team.group)) or not seen.covered_by.get(team.name):
            continue
        for person in seen.people(team):
            turns = sum(
                person in shift.people
                for name in seen.watch_time.schedules_of.get(person, ())
                for shift in seen.watch_time.shifts(name)
            )
            if turns < least:
                yield Observation(
                    str(person),
                    f"{person} of {team.title} stands {several(turns, 'turn')} in the {QUARTER.days // 7} weeks ahead.",
                    team.place,
                    team.name,
                    {"turns": str(turns)},
                )


RULES = (on_call_share, rotation_size, rotation_size_at_sites, long_shift, night_shift, on_call_exposure)
