"""The catalog's nouns, linked: people, groups and the things that can fail. Made by `catalog.py` from Backstage entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from .values import EntityRef, Place


class Tier(StrEnum):
    """How much a thing matters to the business (ServiceProfile; `normal` where nothing is said)."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


@dataclass(frozen=True)
class User:
    """A person. `groups` are the groups they are a direct member of."""

    ref: EntityRef
    title: str
    email: str | None
    groups: frozenset[EntityRef]
    place: Place


@dataclass(frozen=True)
class Group:
    """A team, department or customer (`type`). `members` are direct members; `parent` is the group above."""

    ref: EntityRef
    title: str
    type: str
    email: str | None
    parent: EntityRef | None
    children: frozenset[EntityRef]
    members: frozenset[EntityRef]
    place: Place


@dataclass(frozen=True)
class Redundancy:
    """How many copies of a dependency there are, and what may fail in all of them at once (`shared_fate`)."""

    copies: int
    shared_fate: tuple[str, ...]


class Dependency(NamedTuple):
    """An edge of the service graph: the thing that carries it does not work well without `on`."""

    on: EntityRef
    critical: bool
    fallback: str
    place: Place
    redundancy: Redundancy | None = None


@dataclass(frozen=True)
class Thing:
    """What can fail: a Component (service, website, workflow …) or a Resource. Libraries and documentation are no things.

    `kind` is `component` or `resource`; `type` is Backstage's `spec.type` (a workflow has type `workflow`).
    """

    ref: EntityRef
    title: str
    description: str
    type: str
    lifecycle: str
    owner: EntityRef
    system: EntityRef | None
    domain: EntityRef | None
    tier: Tier
    phase: str
    runbook: str | None
    dependencies: tuple[Dependency, ...]
    place: Place
    profile_place: Place | None
    repositories: tuple[str, ...] = ()

    @property
    def is_workflow(self) -> bool:
        """Whether the thing is a workflow: it runs and ends, rather than answers."""
        return self.type == "workflow"


@dataclass(frozen=True)
class System:
    """A System or a Domain of the catalog: what a product team's charter is over. `within` is the Domain above, if any."""

    ref: EntityRef
    title: str
    owner: EntityRef
    within: EntityRef | None
    place: Place


def domains_of(thing: Thing, systems: Mapping[EntityRef, System]) -> list[EntityRef]:
    """Return the Domains that a thing lies in, the nearest first."""
    found: list[EntityRef] = []
    domain = thing.domain
    while domain is not None and domain not in found:
        found.append(domain)
        domain = systems[domain].within if domain in systems else None
    return found
