"""Rules about SREs who work with others and not for themselves: those embedded with a host, and those who advise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from watchbill.lib.numbers import amount
from watchbill.lib.shares import part
from watchbill.org.because import day_in_words, listed
from watchbill.org.calendar import months_after
from watchbill.org.charters import Engagement, EngagementState
from watchbill.org.terms import CHANGES

from .books import OWN_LIMIT, TEAMS, WIKIPEDIA, together, workbook
from .finding import Observation, Threshold, Unit, Verdict, rule
from .situation import Situation

_LONGEST_MONTHS = 12


@rule(
    "embedded-no-end",
    54,
    Verdict.FAIL,
    asks="An embedded engagement has an end, is prolonged twice at most, and is approved again after a year",
    source=together(TEAMS, workbook(20), OWN_LIMIT),
    remedy="Agree on the day on which the host goes on alone; if it never can, make it an engagement of a product team.",
    threshold=Threshold(Fraction(2), Unit.TIMES),
)
def embedded_no_end(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each engagement of embedded SREs without an end, prolonged too often, or older than a year since its last approval."""
    for engagement, team in seen.engagements(watching="embedded-no-end"):
        extensions = [each for each in engagement.extensions if each.on <= seen.day]
        since = max([*_begun(engagement), *(each.on for each in extensions)])
        problems = ["has no end"] if engagement.ends is None else []
        problems += [f"was prolonged {len(extensions)} times"] if len(extensions) > most else []
        if months_after(since, _LONGEST_MONTHS) < seen.day:
            problems.append(f"was last approved on {day_in_words(since)}")
        if problems:
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} {listed(problems)}.",
                engagement.place,
                team.name,
                {"prolonged": str(len(extensions)), "last approved": day_in_words(since)},
            )


def _begun(engagement: Engagement) -> list[date]:
    return [move.on for move in engagement.life if move.state is EngagementState.ACTIVE] or [engagement.life[0].on]


@rule(
    "fair-share",
    54,
    Verdict.FAIL,
    asks="An embedded SRE stands a share of the host's watch, and not more than half as much again as the others",
    source=together(workbook(20), OWN_LIMIT),
    remedy="Even the turns out: who stands more than their share becomes the host's operations person, who stands none learns little.",
    threshold=Threshold(Fraction(3, 2), Unit.RATIO),
)
def fair_share(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each embedded SRE who stands too much of the host's watch, or (it warns) none of it."""
    for engagement, team in seen.engagements(frozenset({EngagementState.ACTIVE}), watching="fair-share"):
        schedules = seen.watch_time.called_by(seen.policies(engagement.partner))
        guests = seen.people(team)
        hosts = seen.watch_time.people_on(schedules) - frozenset(guests)
        if not hosts:
            continue
        mean = sum((seen.watch_time.share(person, schedules) for person in hosts), Fraction(0)) / len(hosts)
        for person in guests:
            share = seen.watch_time.share(person, schedules)
            if share and share <= most * mean:
                continue
            stands = f"{part(share)} of the host's watch" if share else "no turn of the host's watch"
            yield Observation(
                str(person),
                f"{person} stands {stands}; the others stand {part(mean)} each.",
                engagement.place,
                team.name,
                {
                    "share": part(share),
                    "the others": part(mean),
                    "ratio": f"{amount(share / mean)}×" if mean else "none",
                },
                None if share else Verdict.WARN,
            )


@rule(
    "consulting-boundary",
    55,
    Verdict.FAIL,
    asks="Who advises changes nothing that is the partner's, and does not answer for it",
    source=together(WIKIPEDIA, TEAMS),
    remedy="Recommend instead, and let the partner change it; if hands are needed for a time, make it an embedded engagement.",
)
def consulting_boundary(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each engagement of advisers that gives them the pager, or a hand in code or configuration."""
    for engagement, team in seen.engagements(watching="consulting-boundary"):
        given = ["the pager"] if engagement.pager.is_with_sre else []
        given += sorted((engagement.authority or frozenset()) & CHANGES)
        if engagement.agreement is not None and engagement.agreement.repositories:
            given += [repository for repository, may in sorted(engagement.agreement.repositories.items()) if may]
        if given:
            reason = f", because: {engagement.pager.reason}" if engagement.pager.reason else ""
            yield Observation(
                f"Engagement {engagement.name}",
                f"{engagement.title} gives advisers {listed(given)}{reason}.",
                engagement.pager.place,
                team.name,
                {"given": ", ".join(given)},
            )


@rule(
    "consulting-selection",
    56,
    Verdict.WARN,
    asks="Customers are chosen by one rule: revenue, features, or workload",
    source=workbook(19),
    remedy="Choose one rule and write it into every engagement with a customer; hand back those that it would not choose.",
    threshold=Threshold(Fraction(1), Unit.TIMES),
)
def consulting_selection(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each team of advisers that chose its customers by several rules."""
    for team in seen.watching("consulting-selection"):
        agreed = [each.agreement for each in seen.in_force_of(team) if each.agreement is not None]
        rules = sorted({each.selected_by.value for each in agreed if each.selected_by is not None})
        if len(rules) > most:
            yield Observation(
                f"SRETeam {team.name}",
                f"{team.title} chose its customers by {listed(rules)}.",
                team.place,
                team.name,
                {"rules": ", ".join(rules)},
            )


RULES = (embedded_no_end, fair_share, consulting_boundary, consulting_selection)
