"""Findings: which rules of good practice are not kept, rule by rule, and what this organisation changed about the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.org.findings import RULES, Finding, Rule, Verdict, overrides_in_force
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef
from watchbill.teams.findings import findings, findings_about
from watchbill.teams.view import DeclaredTeam
from watchbill.web.doors import doors_of
from watchbill.web.lists import address, one_of, said_in
from watchbill.web.lookups import team_named

from .frame import page

MOST_OF_A_RULE = 10
MOST_OF_ONE_RULE = 500
MOST_ON_TEAM = 5
MOST_OF_ONE_PAGE = 50
_FILTERS = ("level", "team", "rule")


@dataclass(frozen=True)
class NotKept:
    """A rule with what does not keep it; of many findings the worst are shown."""

    rule: Rule
    shown: Sequence[Finding]
    total: int


@dataclass(frozen=True)
class OwnFindings:
    """The findings about a team or a service: the worst, and the others, as many as a page shows."""

    worst: Sequence[Finding]
    others: Sequence[Finding]
    total: int


async def listed(request: Request) -> Response:
    """Show what is not kept: all, or by level and worse, SRE team and rule (`?level=`, `?team=`, `?rule=`)."""
    doors = doors_of(request)
    organization, now = doors.in_force.organization, doors.clock.now()
    asked = said_in(request, _FILTERS)
    level, rule = one_of(Verdict, asked, "level"), asked.get("rule")
    team = team_named(organization, asked["team"]).name if "team" in asked else None
    of_all_levels = await run_in_threadpool(findings, organization, now, team=team, rule=rule)
    found = [each for each in of_all_levels if level is None or each.level.rank <= level.rank]
    return await page(
        request,
        "findings.html",
        found=found,
        total=len(of_all_levels),
        rules=list(_by_rule(found, MOST_OF_ONE_RULE if rule else MOST_OF_A_RULE)),
        levels=list(_and_worse(of_all_levels)),
        level=level,
        team=team,
        rule=rule,
        every_rule=RULES,
        overrides=overrides_in_force(organization, now),
        not_judged=[each for each in RULES.values() if each.find is None],
        link=lambda **changed: address("/findings", asked | changed),
    )


async def team_findings(organization: Organization, declared: DeclaredTeam, now: datetime) -> OwnFindings:
    """Return the findings about an SRE team, or about what another group owns and its engagements."""
    if declared.team is not None:
        return own_findings(await run_in_threadpool(findings, organization, now, team=declared.team.name))
    engagements = [each.engagement.name for each in declared.engagements]
    return own_findings(await run_in_threadpool(findings_about, organization, now, declared.owns, engagements))


async def service_findings(organization: Organization, thing: EntityRef, now: datetime) -> OwnFindings:
    """Return the findings about a thing and its goals."""
    return own_findings(await run_in_threadpool(findings_about, organization, now, [thing]))


def own_findings(found: Sequence[Finding]) -> OwnFindings:
    """Return findings as the page of a team, service or engagement shows them."""
    return OwnFindings(found[:MOST_ON_TEAM], found[MOST_ON_TEAM:MOST_OF_ONE_PAGE], len(found))


def _by_rule(found: Sequence[Finding], most: int) -> Iterator[NotKept]:
    """Yield the rules that are not kept, that with the worst finding first."""
    by_rule: dict[str, list[Finding]] = {}
    for each in found:
        by_rule.setdefault(each.rule, []).append(each)
    for rule, of_rule in by_rule.items():
        yield NotKept(RULES[rule], of_rule[:most], len(of_rule))


def _and_worse(found: Sequence[Finding]) -> Iterator[tuple[Verdict, int]]:
    """Yield each level that has findings, with how many there are of it and worse."""
    counts = Counter(each.level for each in found)
    for level, count in zip(Verdict, accumulate(counts[each] for each in Verdict), strict=True):
        if counts[level]:
            yield level, count


ROUTES = [Route("/findings", listed, methods=["GET"], name="findings")]
