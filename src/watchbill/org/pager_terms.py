"""What an engagement agrees on about the pager: which side holds it, by the class of the alert and within or outside its hours.

How the side is reached stands in `ways.py`; which engagement counts for a thing is decided in `claims.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .because import Because, listed
from .charters import AlertClass, Engagement
from .hours import fill_the_week
from .implementations import rules_of
from .organization import Organization
from .values import EntityRef, Place
from .ways import Ways


@dataclass(frozen=True)
class Held:
    """The group that holds the pager under an engagement, the policy that the engagement names for it, and why."""

    holder: EntityRef
    policy: str | None
    because: Because


@dataclass(frozen=True)
class Lacking:
    """A group that an engagement gives the pager and that cannot be paged: what is missing, where, and `when` if not always."""

    holder: EntityRef
    gap: str
    when: str
    place: Place


def held_under(organization: Organization, engagement: Engagement, alert_class: AlertClass, *, is_shut: bool) -> Held:
    """Return who holds the pager under an engagement; `is_shut`: outside of its hours."""
    team, terms, partner = organization.sre_teams[engagement.sre], engagement.pager, engagement.partner

    def held(holder: EntityRef, policy: str | None, rule: str, text: str) -> Held:
        return Held(holder, policy, Because(rule, text, terms.place, f"Engagement {engagement.name}"))

    if rules_of(team.implementation).host_pager:
        text = f"SREs embedded with {partner} stand in its watch: the host's own pager is used."
        return held(partner, terms.escalation, "host-pager", text)
    if terms.classes.get(alert_class, terms.primary) == "partner":
        given = f"alerts of class {alert_class.value}" if alert_class in terms.classes else "the pager"
        return held(partner, None, "pager-of-partner", f"The engagement leaves {given} with {partner}.")
    if is_shut:
        return held(partner, None, "pager-hours", f"Outside the hours “{terms.hours}” the pager is with {partner}.")
    return held(team.group, terms.escalation, "pager-of-sre", f"The pager is with {team.group}.")


def lacking_by_engagement(organization: Organization, ways: Ways) -> Mapping[str, tuple[Lacking, ...]]:
    """Return the engagements under which some alert, at some hour, would go to a group that cannot be paged."""
    shut = hours_that_shut(organization)
    found = {
        name: tuple(
            _lacking(organization, engagement, ways, (False, True) if engagement.pager.hours in shut else (False,))
        )
        for name, engagement in organization.engagements.items()
    }
    return {name: lacking for name, lacking in found.items() if lacking}


def hours_that_shut(organization: Organization) -> frozenset[str]:
    """Return the named hours that are closed at some time of the week."""
    return frozenset(name for name, openings in organization.hours.items() if not fill_the_week(openings))


def _lacking(
    organization: Organization, engagement: Engagement, ways: Ways, possible: tuple[bool, ...]
) -> Iterator[Lacking]:
    ends: dict[tuple[EntityRef, str, Place], dict[AlertClass, list[bool]]] = {}
    for alert_class in AlertClass:
        for is_shut in possible:
            held = held_under(organization, engagement, alert_class, is_shut=is_shut)
            way = ways.to(held.holder, held.policy)
            if way.gap is not None:
                end = (held.holder, way.gap, way.because.place or organization.place)
                ends.setdefault(end, {}).setdefault(alert_class, []).append(is_shut)
    for (holder, gap, place), by_class in ends.items():
        yield Lacking(holder, gap, _when(engagement, by_class, possible), place)


def _when(engagement: Engagement, by_class: Mapping[AlertClass, Iterable[bool]], possible: tuple[bool, ...]) -> str:
    """Return in words which alerts it is about and at which hours; empty for all of them, always."""
    classes: dict[tuple[bool, ...], list[str]] = {}
    for alert_class, shut in by_class.items():
        classes.setdefault(tuple(shut), []).append(alert_class.value)
    return " and ".join(
        words
        for shut, of in classes.items()
        if (words := " ".join(filter(None, (_alerts(of), _hours(engagement.pager.hours, shut, possible)))))
    )


def _alerts(classes: list[str]) -> str:
    return f"{listed(classes)} alerts" if len(classes) < len(AlertClass) else ""


def _hours(name: str, shut: tuple[bool, ...], possible: tuple[bool, ...]) -> str:
    if shut == possible:
        return ""
    return f"outside the hours “{name}”" if shut == (True,) else f"within the hours “{name}”"
