"""Declared documents → one linked organisation. Every fault of every document is collected; none hides another."""

from __future__ import annotations

from .addresses import check_addresses
from .annotations import check_annotations
from .catalog import link_catalog
from .charter import link_settings, link_sre_teams
from .demands import check_charters
from .engaged import check_policies_named
from .engagements import link_engagements
from .exclusions import check_exclusions, link_exclusions
from .goals import link_goals
from .mentions import check_mentions
from .open_questions import check_open_questions
from .organization import Organization
from .profiles import add_profiles
from .reaching import check_reach
from .register import Register
from .reviews import check_openings, link_reviews
from .sources import link_sources
from .staffing import check_experience, check_hosts
from .strict_reading import check_differences, check_strictly
from .unheeded import check_unheeded
from .watches import link_budget_policies, link_escalation_policies, link_schedules


def link(register: Register, *, name: str, revision: str, strict: bool = False) -> Organization:
    """Return the organisation that the documents declare. It is fit to take force only where the register's faults hold no error.

    `name` is used where no Organization document says one; `revision` is the digest of the files. `strict`
    notes all that the SDK of OpenSLO refuses.
    """
    settings = link_settings(register, name)
    catalog = link_catalog(register)
    things = add_profiles(register, catalog.things, catalog.systems)
    teams = link_sre_teams(register)
    schedules = link_schedules(register)
    sources = link_sources(register)
    goals = link_goals(register, sources, things)
    organization = Organization(
        name=settings.name,
        title=settings.title,
        time_zone=settings.time_zone,
        catch_all=settings.catch_all,
        admins=settings.admins,
        hours=settings.hours,
        users=catalog.users,
        groups=catalog.groups,
        things=things,
        systems=catalog.systems,
        sre_teams=teams,
        engagements=link_engagements(register, teams, settings),
        schedules=schedules,
        escalation_policies=link_escalation_policies(register),
        budget_policies=link_budget_policies(register),
        sources=sources,
        goals=goals,
        place=settings.place,
        revision=revision,
        reviews=link_reviews(register),
        overrides=settings.overrides,
        exclusions=link_exclusions(register, goals, settings.time_zone),
    )
    check_charters(register, teams)
    check_experience(register.faults, organization)
    check_hosts(register.faults, organization)
    check_policies_named(register.faults, organization)
    check_openings(register, organization)
    check_exclusions(register, organization)
    check_open_questions(register, organization)
    check_mentions(register)
    check_annotations(register)
    check_differences(register)
    if strict:
        check_strictly(register)
    check_unheeded(register)
    check_reach(register, organization.groups)
    check_addresses(register, organization)
    _check_catch_all(register, organization)
    return organization


def _check_catch_all(register: Register, organization: Organization) -> None:
    catch_all = organization.catch_all
    policies = organization.escalation_policies.values()
    if catch_all is not None and not any(catch_all in policy.groups for policy in policies):
        register.faults.warning(
            "catch-all-unreachable",
            organization.place,
            f"{catch_all} answers for what nobody covers, yet no escalation policy is for it.",
            f"Write an EscalationPolicy that is for {catch_all}.",
        )
