"""Rules about what SRE teams own and build: tools that nobody uses or everything stands on, the same thing built twice; ratios."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from watchbill.lib.numbers import several
from watchbill.lib.shares import part
from watchbill.org.because import listed
from watchbill.org.calendar import months_after
from watchbill.org.charters import Engagement, EngagementState, SRETeam
from watchbill.org.course import meant
from watchbill.org.entities import Thing, domains_of
from watchbill.org.values import EntityRef

from .books import OWN, TEAMS, together, workbook
from .finding import Bound, Observation, Threshold, Unit, Verdict, rule
from .situation import Situation

_ACTIVE = frozenset({EngagementState.ACTIVE})
_OF_MANY_KINDS = frozenset({"service", "website", "workflow", "component", "resource", "other"})


@rule(
    "tool-adopters",
    58,
    Verdict.WARN,
    asks="A tools team's tools are used by at least two other groups after a quarter",
    source=workbook(20),
    remedy="Ask those for whom it was built what keeps them from it; stop building what nobody takes up.",
    threshold=Threshold(Fraction(2), Unit.GROUPS, Bound.AT_LEAST),
)
def tool_adopters(seen: Situation, least: Fraction) -> Iterator[Observation]:
    """Yield each such team, older than a quarter, with too few groups that name it or whose things depend on its tools."""
    for team in seen.watching("tool-adopters"):
        adopters = _adopters(seen, team)
        is_young = team.approved_on is not None and seen.day < months_after(team.approved_on, 3)
        if len(adopters) < least and not is_young:
            yield Observation(
                f"SRETeam {team.name}",
                f"{several(len(adopters), 'other group')} {'uses' if len(adopters) == 1 else 'use'} the tools of {team.title}.",
                team.place,
                team.name,
                {"adopters": ", ".join(str(group) for group in sorted(adopters)) or "none"},
            )


def _adopters(seen: Situation, team: SRETeam) -> set[EntityRef]:
    tools = seen.owned_by.get(team.group, ())
    depending = {thing.owner for tool in tools for thing, _ in seen.depending_on.get(tool.ref, ())}
    return (depending | set(team.partners)) - {team.group}


@rule(
    "tool-on-serving-path",
    58,
    Verdict.ADVICE,
    asks="No service critically depends on what a tools team owns",
    source=TEAMS,
    remedy="Let services work without it; if they cannot, charter an infrastructure team for it.",
)
def tool_on_serving_path(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each tool on which a thing of another group critically depends."""
    for team in seen.watching("tool-on-serving-path"):
        for tool in seen.owned_by.get(team.group, ()):
            depending = seen.depending_on.get(tool.ref, ())
            services = [thing for thing, edge in depending if edge.critical and thing.owner != team.group]
            if services:
                yield Observation(
                    str(tool.ref),
                    f"{listed([thing.ref for thing in services])} critically depend on {tool.ref}, a tool of {team.title}: it is "
                    f"becoming infrastructure.",
                    tool.place,
                    team.name,
                    {"services": str(len(services))},
                )


@rule(
    "one-product",
    59,
    Verdict.WARN,
    asks="A product team is for one product: one System, or the Systems of one Domain",
    source=together(TEAMS, workbook(18)),
    remedy="Narrow its scope to the product that matters most; the others keep their pager, or have a team of their own.",
    threshold=Threshold(Fraction(1), Unit.PRODUCTS),
)
def one_product(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each such team whose charter and engagements reach things of too many products."""
    for team in seen.watching("one-product"):
        scopes = [each.scope for each in seen.in_force_of(team)]
        scopes += [team.scope] if team.scope is not None else []
        products = _products(
            seen, [each for scope in scopes for each in meant(seen.organization, scope) if each.owner != team.group]
        )
        if len(products) > most:
            yield Observation(
                f"SRETeam {team.name}",
                f"{team.title} is for {several(len(products), 'product')}: {listed(products)}.",
                team.scope.place if team.scope is not None else team.place,
                team.name,
                {"products": ", ".join(str(product) for product in products)},
            )


def _products(seen: Situation, things: Sequence[Thing]) -> list[EntityRef]:
    """Return the Systems of things, each thing without one for itself; the Domain instead where they all lie in one."""
    systems = {thing.system or thing.ref for thing in things}
    domains = [domains_of(thing, seen.organization.systems) for thing in things]
    shared = [domain for domain in domains[0] if all(domain in others for others in domains)] if domains else []
    return shared[:1] if shared and len(systems) > 1 else sorted(systems)


@rule(
    "sre-ratio",
    59,
    Verdict.WARN,
    asks="A product team has fewer than one SRE for ten developers",
    source=workbook(18),
    remedy="Cover more of what the same developers run, or take more groups of developers in.",
    threshold=Threshold(Fraction(10, 100), Unit.SHARE, Bound.LESS_THAN),
)
def sre_ratio(seen: Situation, too_many: Fraction) -> Iterator[Observation]:
    """Yield each such team with too many SREs for the developers of what it answers for, or of whose developers none is known."""
    for team in seen.watching("sre-ratio"):
        owners = {thing.owner for thing in seen.covered_by.get(team.name, ())} - {team.group}
        if not owners:
            continue
        groups = [seen.organization.groups[owner] for owner in owners if owner in seen.organization.groups]
        developers = {person for group in groups for person in group.members} - set(seen.people(team))
        members = {member.user: member.share for member in team.members}
        sres = sum((members.get(person, Fraction(1)) for person in seen.people(team)), Fraction(0))
        if not developers:
            text = f"Who develops what {team.title} answers for is not declared: its owners have no members."
            yield Observation(f"SRETeam {team.name}", text, team.place, team.name, {}, Verdict.NOT_DECLARED)
        elif (share := sres / len(developers)) >= too_many:
            yield Observation(
                f"SRETeam {team.name}",
                f"{team.title} has {float(sres):g} SREs for {several(len(developers), 'developer')}.",
                team.place,
                team.name,
                {"SREs": f"{float(sres):g}", "developers": str(len(developers)), "share": part(share)},
            )


@rule(
    "developer-seat",
    59,
    Verdict.WARN,
    asks="Developers keep a share of the watch over what they build",
    source=workbook(18),
    remedy="Agree on a “partnerShare”, give them a class of alerts or the hours outside the office, or a seat in the rotation.",
)
def developer_seat(seen: Situation, _: Fraction) -> Iterator[Observation]:
    """Yield each active engagement under which the partner has no part in the watch."""
    for engagement, team in seen.engagements(_ACTIVE, watching="developer-seat"):
        if engagement.partner != team.group and not _has_part(seen, engagement, team):
            yield Observation(
                f"Engagement {engagement.name}",
                f"Under {engagement.title} the developers of {engagement.partner} have no part in the watch.",
                engagement.pager.place,
                team.name,
                {"partner's share": "none"},
            )


def _has_part(seen: Situation, engagement: Engagement, team: SRETeam) -> bool:
    terms = engagement.pager
    if terms.partner_share or "partner" in {terms.primary, *terms.classes.values()} or terms.hours != "always":
        return True
    return bool(seen.watch_time.people_on(_watches(seen, engagement, team)) & _partners(seen, engagement))


def _watches(seen: Situation, engagement: Engagement, team: SRETeam) -> tuple[str, ...]:
    named = seen.organization.escalation_policies.get(engagement.pager.escalation or "")
    return seen.watch_time.called_by((named,) if named is not None else seen.policies(team.group))


def _partners(seen: Situation, engagement: Engagement) -> frozenset[EntityRef]:
    partner = seen.organization.groups.get(engagement.partner)
    return partner.members if partner is not None else frozenset()


@rule(
    "partner-share",
    59,
    Verdict.WARN,
    asks="The partner stands the share of the watch that was agreed",
    source=together(workbook(18), OWN),
    remedy="Give the partner's people turns in the schedules that the policy calls, or agree on another “partnerShare”.",
    threshold=Threshold(Fraction(1), Unit.RATIO, Bound.AT_LEAST),
)
def partner_share(seen: Situation, least: Fraction) -> Iterator[Observation]:
    """Yield each active engagement whose partner stands less of the watch than agreed, where it has no hours or classes of its own."""
    for engagement, team in seen.engagements(_ACTIVE):
        terms, watches = engagement.pager, _watches(seen, engagement, team)
        has_own = "partner" in {terms.primary, *terms.classes.values()} or terms.hours != "always"
        standing = seen.watch_time.standing(watches)
        if not terms.partner_share or has_own or not standing:
            continue
        shares = {person: seen.watch_time.share(person, watches) for person in standing}
        partners = sum((shares[person] for person in _partners(seen, engagement) & shares.keys()), Fraction(0))
        share = partners / sum(shares.values(), Fraction(0))
        if share < least * terms.partner_share:
            yield Observation(
                f"Engagement {engagement.name}",
                f"Under {engagement.title} {engagement.partner} stands {part(share)} of the watch; agreed is "
                f"{part(terms.partner_share)}.",
                terms.place,
                team.name,
                {"stands": part(share), "agreed": part(terms.partner_share), "watches": ", ".join(watches)},
            )


@rule(
    "duplicate-tools",
    69,
    Verdict.ADVICE,
    asks="No two SRE teams own systems of the same kind",
    source=together(workbook(20), TEAMS, OWN),
    remedy="Make one of them everybody's, as a project of both teams; an infrastructure or a tools team can own it.",
    threshold=Threshold(Fraction(1), Unit.TEAMS),
)
def duplicate_tools(seen: Situation, most: Fraction) -> Iterator[Observation]:
    """Yield each type of component or resource that too many SRE teams own one of; types that say nothing do not count."""
    owners: dict[str, dict[str, Thing]] = {}
    for team in seen.teams:
        for thing in seen.owned_by.get(team.group, ()):
            if thing.type not in _OF_MANY_KINDS:
                owners.setdefault(thing.type, {}).setdefault(team.name, thing)
    for kind, of_teams in sorted(owners.items()):
        if len(of_teams) > most:
            things = [thing.ref for thing in of_teams.values()]
            yield Observation(
                f"type {kind}",
                f"{several(len(of_teams), 'SRE team')} own a {kind} each: {listed(things)}.",
                next(iter(of_teams.values())).place,
                next(iter(of_teams)),
                {"teams": ", ".join(of_teams)},
            )


RULES = (tool_adopters, tool_on_serving_path, one_product, sre_ratio, developer_seat, partner_share, duplicate_tools)
