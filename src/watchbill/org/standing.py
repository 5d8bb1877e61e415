"""Who holds which pager, checked over time: at an instant, and on the next days on which an engagement changes.

What follows from documents that are each sound and do not fit together: ties, ways that end before anybody can be paged, teams
in which nobody serves, watches that nobody stands yet. Who serves where (`staffing.py`) and who should have left (`leavers.py`) are
asked from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from watchbill.lib.instants import in_zone

from .because import day_in_words, listed
from .belonging import people_of
from .charters import Schedule, SRETeam
from .claims import Claim, claims_at, day_of
from .course import Moment, course
from .coverage import PagerAnswer, ways_of
from .engaged import engaged_faults, past_their_owners
from .engagements import change_days
from .entities import Thing
from .faults import Fault, Level
from .leavers import leavers
from .organization import Organization
from .pager_terms import Lacking, lacking_by_engagement
from .reviews import reviews_ahead
from .staffing import staffing_faults
from .values import EntityRef

DAYS_AHEAD = 12


def check_standing(organization: Organization, at: datetime) -> tuple[Fault, ...]:
    """Return what is wrong at `at` and on the next DAYS_AHEAD days of change, each fault once."""
    moments = list(course(organization, [at, *_later(organization, at)]))
    found = [fault for moment in moments for fault in _ties(organization, moment.asked, moment.at)]
    for moment in moments:
        found += past_their_owners(organization, moment.asked, moment.at)
    found += _gaps(organization, [answer for moment in moments for answer in moment.answers])
    found += _teams_of_nobody(organization, moments)
    found += _watches_not_begun(organization, at, moments[0].answers)
    found += engaged_faults(organization, at)
    found += staffing_faults(organization, day_of(organization, at))
    found += leavers(organization, day_of(organization, at))
    found += reviews_ahead(organization, day_of(organization, at))
    return tuple(dict.fromkeys(found))


def ties(organization: Organization, at: datetime) -> tuple[Fault, ...]:
    """Return a fault for each pair of documents that claim a thing equally at `at`, naming both and one thing they share."""
    return _ties(organization, organization.things_in_order(), at)


def _ties(organization: Organization, things: Iterable[Thing], at: datetime) -> tuple[Fault, ...]:
    claims = claims_at(organization, at)
    found: dict[tuple[str, str], Fault] = {}
    for thing in things:
        if (pair := claims.standing(thing).tie) is not None:
            first, second = pair
            found.setdefault((first.source.document, second.source.document), _tie(thing, first, second))
    return tuple(found.values())


def _later(organization: Organization, at: datetime) -> list[datetime]:
    zone, today = ZoneInfo(organization.time_zone), day_of(organization, at)
    days = [day for day in change_days(organization.engagements) if day > today]
    return [datetime.combine(day, time(12, 0), zone) for day in days[:DAYS_AHEAD]]


def _gaps(organization: Organization, answers: Iterable[PagerAnswer]) -> tuple[Fault, ...]:
    """Return a fault for each group that holds a pager without an escalation policy, and for each thing nobody answers for.

    A group that holds it by an engagement holds it for some class of alert, and within or outside some hours: all are looked at.
    """
    agreed = lacking_by_engagement(organization, ways_of(organization))
    held: dict[Lacking, list[PagerAnswer]] = {}
    found: list[Fault] = []
    for answer in answers:
        if answer.engagement is not None:
            for lacking in agreed.get(answer.engagement, ()):
                held.setdefault(lacking, []).append(answer)
        elif answer.gap is None or answer.thing is None:
            continue
        elif answer.team is not None and answer.holder is not None:
            place = next((because.place for because in reversed(answer.because) if because.place), organization.place)
            held.setdefault(Lacking(answer.holder, answer.gap, "", place), []).append(answer)
        else:
            found.append(_nobody_answers(organization.things[answer.thing], answer))
    found += [_holder_without_policy(lacking, of_holder) for lacking, of_holder in held.items()]
    return tuple(dict.fromkeys(found))


def _tie(thing: Thing, first: Claim, second: Claim) -> Fault:
    return Fault(
        "tie",
        Level.ERROR,
        f"{first.source.document} and {second.source.document} claim {thing.ref} equally: "
        f"both cover {first.match.words}.",
        "Narrow one of the two scopes, except the thing from one, or end one of them.",
        first.source.place,
        (second.source.place,),
    )


def _nobody_answers(thing: Thing, answer: PagerAnswer) -> Fault:
    what = f"Nobody can be paged for {thing.ref}: {answer.gap}."
    hint = f"Write an EscalationPolicy that is for {answer.holder or thing.owner}."
    return Fault("nobody-answers", Level.WARNING, what, hint, thing.place)


def _holder_without_policy(lacking: Lacking, answers: Sequence[PagerAnswer]) -> Fault:
    when = f" ({lacking.when})" if lacking.when else ""
    what = f"Nobody can be paged for {listed(_things(answers))}{when}: {lacking.gap}."
    hint = f"Write an EscalationPolicy that is for {lacking.holder}."
    return Fault("holder-without-policy", Level.ERROR, what, hint, lacking.place)


def _teams_of_nobody(organization: Organization, moments: Sequence[Moment]) -> Iterable[Fault]:
    """Return a fault for each SRE team that answers for things while nobody serves in it, at the first such instant."""
    found: dict[str, Fault] = {}
    today = day_of(organization, moments[0].at)
    for moment in moments:
        day, covered = day_of(organization, moment.at), _by_team(moment.answers)
        for name, team in organization.sre_teams.items():
            if name not in found and name in covered and not people_of(organization, team, day):
                found[name] = _team_of_nobody(team, covered[name], day if day > today else None)
    return found.values()


def _by_team(answers: Iterable[PagerAnswer]) -> Mapping[str, list[PagerAnswer]]:
    found: dict[str, list[PagerAnswer]] = {}
    for answer in answers:
        if answer.team is not None:
            found.setdefault(answer.team, []).append(answer)
    return found


def _team_of_nobody(team: SRETeam, answers: Sequence[PagerAnswer], later: date | None) -> Fault:
    when = f" on {day_in_words(later)}" if later is not None else ""
    what = f"Nobody serves{when} in {team.title}, which answers for {listed(_things(answers))}."
    hint = f"Let people be members of {team.group}: “memberOf” of a User, or “members” of the Group."
    return Fault("team-of-nobody", Level.WARNING, what, hint, team.place)


def _watches_not_begun(organization: Organization, at: datetime, answers: Sequence[PagerAnswer]) -> Iterator[Fault]:
    """Yield a fault for each schedule through which things are paged at `at`, and whose first turn is still to come."""
    paged: dict[str, list[PagerAnswer]] = {}
    for answer in answers:
        policy = organization.escalation_policies.get(answer.policy or "")
        for name in policy.schedules if policy is not None else ():
            paged.setdefault(name, []).append(answer)
    for name, through in paged.items():
        schedule = organization.schedules.get(name)
        fault = _not_begun(schedule, at, through) if schedule is not None else None
        if fault is not None:
            yield fault


def _not_begun(schedule: Schedule, at: datetime, through: Sequence[PagerAnswer]) -> Fault | None:
    zone = ZoneInfo(schedule.time_zone)
    first = min((layer for layer in schedule.layers if any(layer.turns)), key=lambda layer: layer.start, default=None)
    if first is None or first.start <= at.astimezone(zone).replace(tzinfo=None):
        return None
    what = (
        f"Nobody stands the watch “{schedule.name}” before {in_zone(first.start.replace(tzinfo=zone), zone)}, "
        f"yet pages for {listed(_things(through))} go through it now."
    )
    hint = "Let “start” lie in the past, turns are counted on from there; or add a layer for the time until then."
    return Fault("watch-not-begun", Level.WARNING, what, hint, first.place)


def _things(answers: Iterable[PagerAnswer]) -> list[EntityRef]:
    return list(dict.fromkeys(answer.thing for answer in answers if answer.thing is not None))
