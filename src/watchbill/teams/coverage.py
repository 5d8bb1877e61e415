"""The coverage of an organisation as plain data: for each thing its pager by class of alert, its practices, and where they end.

What `watchbill coverage` prints and programs read. Declared data and an instant alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from watchbill.lib.garbage import uncollected
from watchbill.lib.instants import rfc3339
from watchbill.org.because import Because
from watchbill.org.charters import AlertClass
from watchbill.org.coverage import PagerAnswer, coverage, pager
from watchbill.org.duties import Duty, duties
from watchbill.org.entities import Thing
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

from .explain import usual_class

SCHEMA = "watchbill/coverage/v1"


@dataclass(frozen=True)
class Covered:
    """What is answered of one thing: `pagers` by class of alert and `duties` by practice, as far as they were asked for.

    `own` is the pager for what fails by itself: by it one says which team covers the thing.
    """

    thing: Thing
    own: PagerAnswer
    pagers: tuple[PagerAnswer, ...]
    duties: tuple[Duty, ...]

    @property
    def has_gap(self) -> bool:
        """Whether no SRE team covers the thing, or a way ends before anybody is named."""
        answers: Sequence[PagerAnswer | Duty] = (*self.pagers, *self.duties)
        return self.own.team is None or any(answer.gap is not None for answer in answers)


def covered(
    organization: Organization, at: datetime, alert_class: AlertClass | None = None, practice: str | None = None
) -> tuple[Covered, ...]:
    """Return what is answered of every thing, by reference: of one class or practice where either is named, else of all."""
    with uncollected():
        return _covered(organization, at, alert_class, practice)


def usual_answers(organization: Organization, at: datetime) -> tuple[PagerAnswer, ...]:
    """Return who is called for each thing by alerts of the class that it usually has, in the order of `things_in_order`."""
    return tuple(
        pager(organization, thing.ref, usual_class(thing), at) if thing.is_workflow else answer
        for thing, answer in zip(organization.things_in_order(), coverage(organization, at), strict=True)
    )


def _covered(
    organization: Organization, at: datetime, alert_class: AlertClass | None, practice: str | None
) -> tuple[Covered, ...]:
    is_all = alert_class is None and practice is None
    classes = list(AlertClass) if is_all else [alert_class] if alert_class is not None else []
    pagers = [coverage(organization, at, asked) for asked in classes]
    of_practices: dict[EntityRef, list[Duty]] = {}
    for duty in duties(organization, at) if is_all or practice is not None else ():
        if is_all or duty.practice == practice:
            of_practices.setdefault(duty.thing, []).append(duty)
    return tuple(
        Covered(thing, own, tuple(of_class[position] for of_class in pagers), tuple(of_practices.get(thing.ref, ())))
        for position, (thing, own) in enumerate(
            zip(organization.things_in_order(), coverage(organization, at), strict=True)
        )
    )


def as_json(organization: Organization, found: Sequence[Covered], at: datetime) -> dict[str, Any]:
    """Return coverage as plain JSON values; the instant is RFC 3339 in UTC."""
    return {
        "schema": SCHEMA,
        "at": rfc3339(at),
        "organization": organization.name,
        "services": [_service(each) for each in found],
    }


def _service(each: Covered) -> dict[str, Any]:
    return {
        "service": str(each.thing.ref),
        "title": each.thing.title,
        "tier": each.thing.tier.value,
        "owner": str(each.thing.owner),
        "team": each.own.team,
        "engagement": each.own.engagement,
        "pagers": [_pager(answer) for answer in each.pagers],
        "practices": [_duty(duty) for duty in each.duties],
    }


def _pager(answer: PagerAnswer) -> dict[str, Any]:
    return {
        "pager": {
            "alertClass": answer.alert_class.value,
            "holder": _text(answer.holder),
            "team": answer.team,
            "engagement": answer.engagement,
            "policy": answer.policy,
            "told": [str(holder) for holder in answer.told],
        },
        "advisers": list(answer.advisers),
        "gap": answer.gap,
        "because": [_written(because) for because in answer.because],
    }


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "practice": duty.practice,
        "accountable": _text(duty.accountable),
        "how": duty.how.value,
        "team": duty.team,
        "engagement": duty.engagement,
        "gap": duty.gap,
        "state": duty.state.value,
        "evidence": _written(duty.evidence),
        "because": [_written(because) for because in duty.because],
    }


def _written(because: Because) -> Mapping[str, Any]:
    """Return where a step of a chain stands; in words it is told by `explain`."""
    place = because.place
    return {
        "rule": because.rule,
        "document": because.document,
        "file": place.file if place is not None else None,
        "line": place.line if place is not None else None,
    }


def _text(ref: EntityRef | None) -> str | None:
    return str(ref) if ref is not None else None
