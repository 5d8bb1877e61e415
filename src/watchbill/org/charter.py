"""Organization and SRETeam documents → the organisation's own settings and its SRE teams, linked.

Engagements are linked by `engagements.py`, which needs the teams from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from .charters import Experience, Hours, Implementation, Membership, RuleOverride, SRETeam
from .doubts import doubt_minutes
from .implementations import Advice, ImplementationRules, Reach, rules_of
from .recognition import Declared, Family
from .register import Register
from .rule_overrides import link_overrides
from .scopes import forms_of, link_scope
from .shapes import charter as shapes
from .shapes.fields import Shape
from .shapes.hours import HoursShape
from .values import EntityRef, Place


@dataclass(frozen=True)
class Settings:
    """What the Organization document says; the defaults stand where there is none.

    With `is_unread` there may be one all the same, in what could not be read: what it names is not known.
    """

    name: str
    title: str
    time_zone: str
    catch_all: EntityRef | None
    admins: frozenset[EntityRef]
    hours: Mapping[str, tuple[Hours, ...]]
    place: Place
    overrides: tuple[RuleOverride, ...] = ()
    is_unread: bool = False


def link_settings(register: Register, default_name: str) -> Settings:
    """Return the settings of the one Organization; more than one is a fault, none is a warning."""
    found = list(register.each(Family.WATCHBILL, "Organization", shapes.Organization))
    for one, _ in found[1:]:
        register.faults.error(
            "two-organizations",
            one.place,
            f"There is already an Organization, “{found[0][0].name}”.",
            "A folder declares one organisation: remove one of the two, or keep them in folders of their own.",
            [found[0][0].place],
        )
    if not found:
        is_unread = not register.lacks(Family.WATCHBILL, "Organization")
        if not is_unread:
            _report_none(register)
        return Settings(default_name, default_name, "UTC", None, frozenset(), {}, Place(".", 1), is_unread=is_unread)
    settings = [_settings(register, one, shape) for one, shape in found]
    _check_admins(register, *found[0])
    return settings[0]


def _report_none(register: Register) -> None:
    first = register.first(Family.WATCHBILL)
    if first is not None:
        register.faults.warning(
            "no-organization",
            first.place,
            "No Organization document says which time zone holds and who answers for what nobody covers.",
            "Add one: kind Organization with timeZone and catchAll.",
        )


def _settings(register: Register, one: Declared[Shape], shape: shapes.Organization) -> Settings:
    spec = shape.spec
    catch_all = register.resolve(one, ("spec", "catchAll"), ("group",)) if spec.catch_all else None
    admins = (register.resolve(one, ("spec", "admins", position), ("user",)) for position in range(len(spec.admins)))
    overrides = link_overrides(register, one, spec)
    return Settings(
        name=one.name,
        title=shape.metadata.title or shape.metadata.name,
        time_zone=spec.time_zone,
        catch_all=catch_all,
        admins=frozenset(admin for admin in admins if admin is not None),
        hours={name: link_hours(register, one, ("spec", "hours", name), hours) for name, hours in spec.hours.items()},
        place=one.place,
        overrides=overrides,
    )


def link_hours(
    register: Register, one: Declared[Shape], path: tuple[str | int, ...], hours: list[HoursShape]
) -> tuple[Hours, ...]:
    """Return the openings of a list of hours; days and times that do not fit together are a fault."""
    openings: list[Hours] = []
    for position, shape in enumerate(hours):
        if problem := shape.problem():
            place = one.document.place(*path, position)
            register.faults.error(
                "bad-hours", place, problem, "Write days with times, or a weekday in both “from” and “to”."
            )
        else:
            openings.extend(shape.openings())
    return tuple(openings)


def _check_admins(register: Register, one: Declared[Shape], shape: shapes.Organization) -> None:
    if not shape.spec.admins:
        path = ("spec", "admins")
        register.faults.note(
            "no-admins",
            one.document.key_place(*path) if one.document.has(*path) else one.document.parent_place(*path),
            "No administrator is named: when nobody acknowledges a page to its last step, nobody else is told.",
            "Name people, as in “admins: [user:ana]”.",
        )


def link_sre_teams(register: Register) -> dict[str, SRETeam]:
    """Return the SRE teams by name. A team whose group does not exist is a fault and is left out."""
    teams: dict[str, SRETeam] = {}
    for one, shape in register.each(Family.WATCHBILL, "SRETeam", shapes.SRETeam):
        team = _link_team(register, one, shape)
        if team is not None:
            teams[one.name] = team
    _check_numbers(register, teams)
    return teams


def _link_team(register: Register, one: Declared[Shape], shape: shapes.SRETeam) -> SRETeam | None:
    spec = shape.spec
    rules = rules_of(Implementation(spec.implementation))
    group = register.resolve(one, ("spec", "group"), ("group",))
    members = _link_members(register, one, spec, group)
    charter = spec.charter
    scope, approved_by = None, None
    partners = _link_partners(register, one, charter)
    if charter is not None:
        doubt_minutes(one.document, ("spec", "charter", "reviewEvery"), register.faults, charter.review_every)
        if charter.scope is not None:
            scope = link_scope(register, one, ("spec", "charter", "scope"), charter.scope)
            check_forms(register, one, ("spec", "charter", "scope"), charter.scope, rules)
            _check_effect(register, one, rules)
        if charter.approved is not None:
            approved_by = register.resolve(one, ("spec", "charter", "approved", "by"), ("user", "group"))
    if group is None:
        return None
    return SRETeam(
        name=one.name,
        title=shape.metadata.title or shape.metadata.name,
        group=group,
        implementation=rules.implementation,
        mission=charter.mission if charter else "",
        scope=scope,
        approved_by=approved_by,
        approved_on=charter.approved.on if charter and charter.approved else None,
        members=members,
        place=one.place,
        review_every=charter.review_every if charter else None,
        partners=partners,
    )


def _check_effect(register: Register, one: Declared[Shape], rules: ImplementationRules) -> None:
    """Warn of the scope of a charter that neither covers nor advises anything."""
    if rules.charter_claims is Reach.NOTHING and rules.charter_advises is Advice.NOBODY:
        register.faults.warning(
            "scope-without-effect",
            one.document.key_place("spec", "charter", "scope"),
            f"It has no effect: with the implementation “{rules.implementation.value}” only engagements say what a team is for.",
            "Leave it out, and agree an engagement that covers it.",
        )


def _link_partners(register: Register, one: Declared[Shape], charter: shapes.Charter | None) -> tuple[EntityRef, ...]:
    count = len(charter.partners) if charter is not None else 0
    found = (register.resolve(one, ("spec", "charter", "partners", position), ("group",)) for position in range(count))
    return tuple(group for group in found if group is not None)


def _link_members(
    register: Register, one: Declared[Shape], spec: shapes.SRETeamSpec, group: EntityRef | None
) -> tuple[Membership, ...]:
    members: list[Membership] = []
    first_places: dict[EntityRef, Place] = {}
    for position, member in enumerate(spec.members):
        path = ("spec", "members", position, "user")
        user = register.resolve(one, path, ("user",))
        if user is None:
            continue
        place = one.document.place(*path)
        first = first_places.setdefault(user, place)
        if first is not place:
            register.faults.error("listed-twice", place, f"{user} is listed twice.", "Keep one of the two.", [first])
            continue
        share = member.share if member.share is not None else Fraction(1)
        members.append(Membership(user, share, member.until, place, _experience(register, one, position, member)))
    return tuple(members)


def _experience(
    register: Register, one: Declared[Shape], position: int, member: shapes.Member
) -> tuple[Experience, ...]:
    for number, served in enumerate(member.experience):
        if served.to is not None and served.to < served.from_:
            register.faults.error(
                "dates-reversed",
                one.document.place("spec", "members", position, "experience", number, "to"),
                "This time ended before it began.",
                "Swap “from” and “to”, or correct one of them.",
                [one.document.place("spec", "members", position, "experience", number, "from")],
            )
    return tuple(
        Experience(Implementation(served.implementation), served.from_, served.to) for served in member.experience
    )


def check_forms(
    register: Register,
    one: Declared[Shape],
    path: tuple[str | int, ...],
    scope: shapes.ScopeShape,
    rules: ImplementationRules,
) -> None:
    """Report every form of scope that the team's implementation does not accept."""
    for form in forms_of(scope):
        if form not in rules.scope_forms:
            accepted = ", ".join(sorted(rules.scope_forms))
            register.faults.error(
                "scope-form",
                one.document.key_place(*path, form),
                f"A team of the implementation “{rules.implementation.value}” cannot have “{form}” as its scope.",
                f"Use {accepted}; or choose another implementation.",
            )


def _check_numbers(register: Register, teams: Mapping[str, SRETeam]) -> None:
    by_implementation: dict[Implementation, list[SRETeam]] = {}
    for team in teams.values():
        by_implementation.setdefault(team.implementation, []).append(team)
    for implementation, found in by_implementation.items():
        rules = rules_of(implementation)
        if rules.teams is None or len(found) <= rules.teams:
            continue
        for team in found[rules.teams :]:
            register.faults.error(
                "too-many-teams",
                team.place,
                f"There is already a team of the implementation “{implementation.value}”: {found[0].name}.",
                f"An organisation has {rules.teams} of them. Give one of the two another implementation.",
                [found[0].place],
            )
