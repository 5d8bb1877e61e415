"""Services, workflows and resources: what can fail, who owns it and who is paged for it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from watchbill.org.charters import AlertClass
from watchbill.org.coverage import PagerAnswer, coverage, pager
from watchbill.org.entities import Thing, Tier
from watchbill.org.organization import Organization
from watchbill.teams.explain import thing_named, usual_class

from . import API
from .values import Answer, At, FromDoors, PlaceAnswer, Reason, Reference, now_or, problems, text_of

router = APIRouter(prefix=API, tags=["services"])


class HeldPager(Answer):
    """Who holds the pager for one class of alert, and by which right."""

    alert_class: AlertClass
    holder: str | None = Field(examples=["group:sre-checkout"])
    team: str | None = Field(description="The SRE team that covers the thing; null: none does.")
    engagement: str | None
    policy: str | None = Field(description="The escalation policy that pages follow.")
    told: list[str] = Field(description="Holders that are informed and not woken.")

    @classmethod
    def held_by(cls, found: PagerAnswer) -> HeldPager:
        """Return who holds the pager, without advice and gap."""
        return HeldPager(
            alert_class=found.alert_class,
            holder=text_of(found.holder),
            team=found.team,
            engagement=found.engagement,
            policy=found.policy,
            told=[str(holder) for holder in found.told],
        )


class Pager(HeldPager):
    """Who holds the pager, who advises, and in `gap` what is missing where the way ends early."""

    advisers: list[str]
    gap: str | None

    @classmethod
    def of(cls, found: PagerAnswer) -> Pager:
        """Return who holds the pager as it is answered."""
        terms = cls.held_by(found)
        return cls(**dict(terms), advisers=list(found.advisers), gap=found.gap)


class DependencyAnswer(Answer):
    """Something that the service does not work well without."""

    on: str
    critical: bool
    fallback: str


class ServiceAnswer(Answer):
    """A thing that can fail."""

    ref: str = Field(examples=["component:cart"])
    title: str
    description: str
    type: str = Field(examples=["service"])
    lifecycle: str
    owner: str
    system: str | None
    domain: str | None
    tier: Tier
    phase: str
    runbook: str | None
    dependencies: list[DependencyAnswer]
    goals: list[str]
    pager: Pager
    place: PlaceAnswer

    @classmethod
    def of(cls, organization: Organization, thing: Thing, found: PagerAnswer) -> ServiceAnswer:
        """Return a thing as it is answered."""
        return cls(
            ref=str(thing.ref),
            title=thing.title,
            description=thing.description,
            type=thing.type,
            lifecycle=thing.lifecycle,
            owner=str(thing.owner),
            system=text_of(thing.system),
            domain=text_of(thing.domain),
            tier=thing.tier,
            phase=thing.phase,
            runbook=thing.runbook,
            dependencies=[
                DependencyAnswer(on=str(edge.on), critical=edge.critical, fallback=edge.fallback)
                for edge in thing.dependencies
            ],
            goals=sorted(goal.name for goal in organization.goals.values() if goal.service == thing.ref),
            pager=Pager.of(found),
            place=PlaceAnswer.of(thing.place),
        )


class ServicesAnswer(Answer):
    """All things that can fail, with who is paged for each."""

    schema_: Literal["watchbill/services/v1"] = Field(default="watchbill/services/v1", alias="schema")
    at: datetime
    services: list[ServiceAnswer]


class OneServiceAnswer(Answer):
    """One thing, with who is paged for it and why."""

    schema_: Literal["watchbill/service/v1"] = Field(default="watchbill/service/v1", alias="schema")
    at: datetime
    service: ServiceAnswer
    because: list[Reason]


@router.get("/services", responses=problems())
async def get_services(doors: FromDoors, at: At = None) -> ServicesAnswer:
    """Return every service, workflow and resource, and who is paged when it fails by itself."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    answers = [
        ServiceAnswer.of(organization, organization.things[found.thing], found)
        for found in coverage(organization, instant)
        if found.thing is not None
    ]
    return ServicesAnswer(at=instant, services=answers)


@router.get("/services/{name:path}", responses=problems(404))
async def get_service(name: Reference, doors: FromDoors, at: At = None) -> OneServiceAnswer:
    """Return one service, and why its pager is where it is."""
    organization, instant = doors.in_force.organization, now_or(at, doors)
    thing = thing_named(organization, name)
    found = pager(organization, thing.ref, usual_class(thing), instant)
    return OneServiceAnswer(
        at=instant,
        service=ServiceAnswer.of(organization, thing, found),
        because=[Reason.of(because) for because in found.because],
    )
