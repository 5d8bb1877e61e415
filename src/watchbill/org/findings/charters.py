"""Rules about charters: whether a team's is approved, bounded and looked at again, and whether the team is what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

from watchbill.lib.numbers import several
from watchbill.lib.shares import part
from watchbill.org.because import day_in_words, listed
from watchbill.org.calendar import months, months_after
from watchbill.org.charters import SRETeam
from watchbill.org.implementations import PRACTICES
from watchbill.org.values import Duration

from .books import OWN, OWN_LIMIT, TEAMS, WIKIPEDIA, policy_appendix, together, workbook
from .evidence import left_to_others, shown
from .finding import Bound, Observation, Threshold, Unit, Verdict, rule
from .situation import Situation


@rule(
    "charter",
    5,
    Verdict.WARN,
    asks="Every SRE team has a charter that is approved, bounded and looked at again in time",
    source=together(TEAMS, workbook(18)),
    remedy="Say what the team is for and over what, have it approved, and let it be approved again each time it is due.",
    threshold=Threshold(Fraction(12), Unit.MONTHS),
)
def charter(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each team whose charter lacks something; of those that `charter-approval` is about, an approval is its matter."""
    for team in seen.teams:
        lacking = list(_lacking(seen, team, int(most)))
        if lacking:
            yield Observation(
                f"SRETeam {team.name}",
                f"The charter of {team.title} {listed(lacking, len(lacking))}.",
                team.place,
                team.name,
                {"approved": day_in_words(team.approved_on) if team.approved_on else "not"},
            )


def _lacking(seen: Situation, team: SRETeam, most: int) -> Iterator[str]:
    if not team.mission:
        yield "says no mission"
    if team.scope is not None and team.scope.everything and not team.scope.excluded:
        yield "has no bound"
    if team.approved_by is None or team.approved_on is None:
        if not seen.watches(team, charter_approval.id):
            yield "is approved by nobody"
        return
    due = min(months_after(team.approved_on, most), _due(team.approved_on, team.review_every))
    if due < seen.day:
        yield f"was due to be looked at again on {day_in_words(due)}"


@rule(
    "charter-approval",
    5,
    Verdict.FAIL,
    asks="What a tools team builds is approved by somebody who leads the business",
    source=together(TEAMS, OWN),
    remedy="Have its charter approved before it builds more: say by whom and on which day in “approved”.",
)
def charter_approval(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each such team whose charter is approved by nobody."""
    for team in seen.watching("charter-approval"):
        if team.approved_by is None or team.approved_on is None:
            text = f"The charter of {team.title} is approved by nobody."
            yield Observation(f"SRETeam {team.name}", text, team.place, team.name, {"approved": "not"})


def _due(since: date, every: Duration | None) -> date:
    return months_after(since, every) if every is not None else date.max


@rule(
    "kitchen-sink-split",
    6,
    Verdict.ADVICE,
    asks="A team that covers everything is split when there are other SRE teams, or when it serves too many groups",
    source=together(TEAMS, workbook(8)),
    remedy="Narrow its charter to what no other team can take; what developers build again and again goes to infrastructure.",
    threshold=Threshold(Fraction(10), Unit.GROUPS),
)
def kitchen_sink_split(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each such team that is beside two others, or whose things belong to more groups than the limit."""
    for team in seen.watching("kitchen-sink-split"):
        things = seen.covered_by.get(team.name, ())
        owners = {thing.owner for thing in things} - {team.group}
        others = len(seen.organization.sre_teams) - 1
        if len(owners) > most or (others >= 2 and things):
            yield Observation(
                f"SRETeam {team.name}",
                f"{team.title} covers {several(len(things), 'thing')} of {several(len(owners), 'group')} "
                f"beside {several(others, 'other SRE team')}.",
                team.place,
                team.name,
                {"groups": str(len(owners)), "other SRE teams": str(others), "things": str(len(things))},
            )


@rule(
    "rename-only",
    63,
    Verdict.FAIL,
    asks="A team is an SRE team by what it does: goals, and something that follows when a budget is spent",
    source=together(workbook(20), policy_appendix()),
    remedy="Write a goal for the most important of its things, and a BudgetPolicy that says when a postmortem follows.",
)
def rename_only(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each team that answers for things of which none has a goal, and by whose policies no postmortem follows."""
    for team in seen.teams:
        things = seen.covered_by.get(team.name, ())
        if not things or any(thing.ref in seen.goals_of for thing in things) or _has_postmortems(seen, team):
            continue
        yield Observation(
            f"SRETeam {team.name}",
            f"{team.title} answers for {several(len(things), 'thing')}; none has a goal, and no budget policy asks for a "
            "postmortem. By what is declared it is an SRE team by name only.",
            team.place,
            team.name,
            {"things": str(len(things)), "goals": "0", "postmortems": "asked for by no policy"},
        )


def _has_postmortems(seen: Situation, team: SRETeam) -> bool:
    agreed = (each.agreement for each in seen.in_force_of(team))
    names = {agreement.budget_policy for agreement in agreed if agreement is not None and agreement.budget_policy}
    policies = seen.organization.budget_policies
    return any(policies[name].postmortem_share is not None for name in names & policies.keys())


@rule(
    "platform-team",
    63,
    Verdict.WARN,
    asks="An infrastructure team does most of the practices of SRE, else it is a platform team",
    source=together(WIKIPEDIA, OWN_LIMIT),
    remedy="Show what is done, by goals, a watch, a readiness review; take on what is missing; or call it a platform team.",
    threshold=Threshold(Fraction(1, 2), Unit.SHARE, Bound.AT_LEAST),
)
def platform_team(seen: Situation, least: Fraction) -> Iterator[Observation]:
    """Yield each such team of which the files show too few practices on what it answers for."""
    for team in seen.watching("platform-team"):
        if not seen.covered_by.get(team.name):
            continue
        done = shown(seen, team)
        share = Fraction(len(done), len(PRACTICES))
        if share < least:
            left = [practice for practice in PRACTICES if left_to_others(seen, team, practice)]
            silent = [practice for practice in PRACTICES if practice not in {*done, *left}]
            yield Observation(
                f"SRETeam {team.name}",
                f"{team.title} is a platform team by what the files show: {len(done)} of {len(PRACTICES)} practices.",
                team.place,
                team.name,
                {
                    "practices": f"{len(done)} of {len(PRACTICES)}",
                    "share": part(share),
                    "left to others": ", ".join(left) or "none",
                    "not declared": ", ".join(silent) or "none",
                },
            )


_NEW = timedelta(days=182)


@rule(
    "new-team-experience",
    66,
    Verdict.WARN,
    asks="Less than a third of a new SRE team has never served in one before",
    source=workbook(20),
    remedy="Let experienced SREs join from another team; record where people served in “experience”.",
    threshold=Threshold(Fraction(1, 3), Unit.SHARE, Bound.LESS_THAN),
)
def new_team_experience(seen: Situation, too_many: Fraction) -> Iterator[Observation]:
    """Yield each team chartered in the last half year with too many new people, or of whom nothing is known."""
    for team in seen.teams:
        people = seen.people(team)
        if not people or team.approved_on is None or not timedelta(0) <= seen.day - team.approved_on < _NEW:
            continue
        experienced = {member.user for member in team.members if member.experience}
        new = [person for person in people if person not in experienced]
        share = Fraction(len(new), len(people))
        if share >= too_many:
            is_known = len(new) < len(people)
            text = (
                f"{several(len(new), 'person', 'people')} of {len(people)} in {team.title} have no experience on record"
            )
            yield Observation(
                f"SRETeam {team.name}",
                f"{text}, chartered on {day_in_words(team.approved_on)}.",
                team.place,
                team.name,
                {"new": str(len(new)), "people": str(len(people)), "share": part(share)},
                None if is_known else Verdict.NOT_DECLARED,
            )


@rule(
    "new-team-scope",
    66,
    Verdict.WARN,
    asks="A new SRE team begins with one or two services",
    source=workbook(20),
    remedy="Begin with the most important one, and let the others follow after a quarter.",
    threshold=Threshold(Fraction(2), Unit.SERVICES),
)
def new_team_scope(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each team chartered in the last three months that already answers for more things than it should begin with."""
    for team in seen.teams:
        things = seen.covered_by.get(team.name, ())
        is_new = team.approved_on is not None and team.approved_on <= seen.day < months_after(team.approved_on, 3)
        if is_new and len(things) > most:
            yield Observation(
                f"SRETeam {team.name}",
                f"{team.title} is younger than {months(3)} and answers for {several(len(things), 'service')}.",
                team.place,
                team.name,
                {"services": str(len(things))},
            )


@rule(
    "rotation-split",
    66,
    Verdict.WARN,
    asks="A team that was split off shares the watch of the team that it came from for a quarter",
    source=workbook(20),
    remedy="Let one policy call the watch of both for now: their people know each other's systems, and both are too few alone.",
    threshold=Threshold(Fraction(3), Unit.MONTHS, Bound.AT_LEAST),
)
def rotation_split(seen: Situation, least: Fraction) -> Iterator[Observation]:
    """Yield each young team with a watch of its own, most of whose people serve in an older one with another, or left it for this."""
    for team in seen.teams:
        is_young = team.approved_on is not None and team.approved_on <= seen.day < months_after(
            team.approved_on, int(least)
        )
        own = set(seen.watch_time.called_by(seen.policies(team.group)))
        for older in seen.teams if is_young and own else ():
            theirs = set(seen.watch_time.called_by(seen.policies(older.group)))
            if theirs and not own & theirs and _came_from(seen, team, older):
                yield Observation(
                    f"SRETeam {team.name}",
                    f"{team.title} came from {older.title} less than {months(int(least))} ago, and they share no watch already.",
                    team.place,
                    team.name,
                    {"from": older.name, "watches": ", ".join(sorted(own))},
                )


def _came_from(seen: Situation, team: SRETeam, older: SRETeam) -> bool:
    """Whether at least half of a team's people serve in an older one, or left it; documents say no other way where a team is from."""
    people = set(seen.people(team))
    before = {*seen.people(older), *(member.user for member in older.members)}
    is_older = older.approved_on is None or team.approved_on is None or older.approved_on < team.approved_on
    return older is not team and is_older and 0 < len(people) <= 2 * len(people & before)


RULES = (
    charter,
    charter_approval,
    kitchen_sink_split,
    rename_only,
    platform_team,
    new_team_experience,
    new_team_scope,
    rotation_split,
)
