"""Explains who may change a thing's code and configuration: everybody with a tie to it, by what authority decides of each.

Nothing is decided here that `org.authority` does not decide the same way when somebody acts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from watchbill.lib.errors import NotFound
from watchbill.lib.instants import rfc3339
from watchbill.org.authority import Action, decide
from watchbill.org.because import Because
from watchbill.org.belonging import members_of, people_of
from watchbill.org.broken_glass import BrokenGlass
from watchbill.org.claims import claims_at
from watchbill.org.entities import Thing
from watchbill.org.names import name_of
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .explain import because_as_json

SCHEMA = "watchbill/explain-change/v1"
_Alike = tuple[str, str, tuple[str, ...], tuple[str, ...]]
_CHANGES = (Action.CHANGE_CODE, Action.CHANGE_CONFIG)


@dataclass(frozen=True)
class Answered:
    """People of whom the same is true: by which role they may change code and configuration (empty: they may not).

    `requires` is what has to come with each, as that it is done in some repositories alone; `because` is the chain of the first
    of them, `instead` what they can do where they may not.
    """

    people: tuple[EntityRef, ...]
    code: str
    config: str
    requires: tuple[str, ...]
    instead: tuple[str, ...]
    because: tuple[Because, ...]


@dataclass(frozen=True)
class ChangeExplained:
    """Who may change a thing at an instant, those who may first."""

    at: datetime
    thing: EntityRef
    answered: tuple[Answered, ...]


def explain_change(
    organization: Organization,
    thing: Thing,
    at: datetime,
    person: EntityRef | None = None,
    *,
    glass: Collection[BrokenGlass] = (),
) -> ChangeExplained:
    """Return who may change `thing` at `at`: everybody with a tie to it, or one person whether they have one or not.

    `glass` is what was broken with the partner's approval; without it only what is declared counts.
    """
    people = _tied(organization, thing, at) if person is None else [person]
    alike: dict[_Alike, list[EntityRef]] = {}
    chains: dict[_Alike, tuple[Because, ...]] = {}
    for each in people:
        code, config = (decide(organization, each, action, thing.ref, at, glass=glass) for action in _CHANGES)
        requires = tuple(
            f"{name} {what}" for name, act in (("code", code), ("config", config)) for what in act.requires
        )
        key = (code.by, config.by, requires, tuple(dict.fromkeys((*code.instead, *config.instead))))
        alike.setdefault(key, []).append(each)
        chains.setdefault(key, tuple(dict.fromkeys((*code.because, *config.because))))
    answered = [Answered(tuple(found), *key, chains[key]) for key, found in alike.items()]
    answered.sort(key=lambda each: (not (each.code or each.config), each.people))
    return ChangeExplained(at, thing.ref, tuple(answered))


def person_named(organization: Organization, text: str) -> EntityRef:
    """Return the person that `[user:][namespace/]name` means. Raises NotFound where the catalog has none."""
    try:
        person = EntityRef.parse(text, kind="user")
    except ValueError:
        person = None
    if person is None or person not in organization.users:
        close = get_close_matches(text.lower(), [user.name for user in organization.users], 1)
        mend = f"Did you mean “user:{close[0]}”?" if close else "Name a User of the catalog, as in user:ana."
        raise NotFound(f"There is no person “{text[:80]}”.", mend)
    return person


def change_as_json(organization: Organization, explained: ChangeExplained) -> dict[str, Any]:
    """Return an explanation as plain JSON values; a role of null says that they may not."""
    return {
        "schema": SCHEMA,
        "at": rfc3339(explained.at),
        "service": str(explained.thing),
        "people": [
            {
                "users": [{"user": str(user), "name": name_of(organization, user)} for user in each.people],
                "code": each.code or None,
                "config": each.config or None,
                "requires": list(each.requires),
                "instead": list(each.instead),
                "because": [because_as_json(because) for because in each.because],
            }
            for each in explained.answered
        ],
    }


def _tied(organization: Organization, thing: Thing, at: datetime) -> list[EntityRef]:
    """Return who owns a thing, covers it or advises on it."""
    claims = claims_at(organization, at)
    standing = claims.standing(thing)
    teams = [adviser.team for adviser in standing.advisers]
    if (winner := standing.winner) is not None:
        teams.append(winner.source.team)
    tied = members_of(organization, thing.owner, claims.day) | ({thing.owner} & organization.users.keys())
    return sorted(tied.union(*(people_of(organization, team, claims.day) for team in teams)))
