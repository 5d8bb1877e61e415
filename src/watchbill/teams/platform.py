"""The common platform as plain data: what `watchbill platform` prints and programs read, with files and lines.

From declared data alone; what was measured is put beside it where somebody asked for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from watchbill.lib.shares import at_least, at_most
from watchbill.org.objectives import Goal
from watchbill.org.organization import Organization
from watchbill.org.platform import Carried, Carrier, Contribution, Demand, PlatformReport, Verdict, platform
from watchbill.org.platform.graph import Edge
from watchbill.org.platform.promises import Promise
from watchbill.org.values import EntityRef, Place
from watchbill.practices.goals.model import GoalStatus

from . import platform_words as words
from .explain import thing_named

SCHEMA = "watchbill/platform/v1"
Measured = Mapping[str, GoalStatus]


def looked_at(organization: Organization, product: str | None) -> tuple[PlatformReport, EntityRef | None]:
    """Return the whole platform, or the part that one product stands on, and that product. Raises NotFound."""
    report = platform(organization)
    if product is None:
        return report, None
    ref = thing_named(organization, product).ref
    return report.of(ref), ref


def as_json(organization: Organization, product: str | None = None, measured: Measured | None = None) -> dict[str, Any]:
    """Return the platform as plain JSON values; `measured` is how goals stand, by name. Raises NotFound as `looked_at` does."""
    report, ref = looked_at(organization, product)
    verdicts = [carried.verdict for carried in report.carried.values()]
    statuses = measured or {}
    return {
        "schema": SCHEMA,
        "organization": organization.name,
        "product": str(ref) if ref is not None else None,
        "summary": {
            "cannotHold": verdicts.count(Verdict.CANNOT_HOLD),
            "tight": verdicts.count(Verdict.TIGHT),
            "withoutGoal": len(report.without_goal),
            "cycles": len(report.cycles),
        },
        "things": [_thing(organization, each, statuses) for each in report.carriers.values()],
        "products": [_product(each, statuses) for each in report.carried.values()],
        "cycles": [[_edge(edge) for edge in cycle] for cycle in report.cycles],
        "unlistedCopies": [_edge(edge) for edge in report.unlisted],
        "mend": words.MEND,
    }


def _thing(organization: Organization, carrier: Carrier, measured: Measured) -> dict[str, Any]:
    thing = organization.things[carrier.thing]
    return {
        "thing": str(thing.ref),
        "title": thing.title,
        "owner": str(thing.owner),
        "tier": thing.tier.value,
        "layer": carrier.layer,
        "state": carrier.state.value,
        "why": words.of_carrier(carrier),
        "required": _share(carrier.required),
        "limitedBy": [str(demand.product) for demand in carrier.limited_by],
        "promise": _promise(carrier.promise),
        "measured": _measured(carrier.promise.given, measured) if carrier.promise else None,
        "demands": [_demand(demand) for demand in carrier.demands],
        "carries": [str(ref) for ref in carrier.carries],
        "fanIn": float(carrier.fan_in),
    }


def _demand(demand: Demand) -> dict[str, Any]:
    return {
        "product": str(demand.product),
        "required": _share(demand.share),
        "formula": words.formula(demand),
        "copies": demand.copies,
        "way": _way(demand.way),
    }


def _product(carried: Carried, measured: Measured) -> dict[str, Any]:
    return {
        "product": str(carried.thing),
        "verdict": carried.verdict.value,
        "why": words.of_carried(carried),
        "forOthers": carried.for_others,
        "target": _share(carried.target),
        "promise": _promise(carried.promise),
        "measured": _measured(carried.promise.asked, measured),
        "reaches": _reached(carried.reaches),
        "left": float(carried.left),
        "leftOfBudget": float(carried.left / (1 - carried.target)),
        "withOwnFaults": _reached(carried.with_own),
        "dependencies": [_contribution(carried, each) for each in carried.contributions],
    }


def _contribution(carried: Carried, each: Contribution) -> dict[str, Any]:
    of_budget = carried.of_budget(each)
    place = each.unnamed.place if each.unnamed is not None else each.way[-1].place
    return {
        "name": each.name,
        "thing": str(each.thing) if each.thing is not None else None,
        "copies": each.copies,
        "goal": each.promise.given.name if each.promise is not None else None,
        "failing": float(each.failing) if each.failing is not None else None,
        "ofBudget": float(of_budget) if of_budget is not None else None,
        "otherWindow": each.other_window,
        "way": _way(each.way),
        **_written(place),
    }


def _promise(promise: Promise | None) -> dict[str, Any] | None:
    if promise is None:
        return None
    return {
        "asked": _goal(promise.asked),
        "given": _goal(promise.given),
        "leftOut": [_goal(goal) for goal in promise.left_out],
        "why": words.of_promise(promise),
    }


def _goal(goal: Goal) -> dict[str, Any]:
    return {
        "name": goal.name,
        "target": _share(goal.target),
        "windowSeconds": goal.window.total_seconds(),
        **_written(goal.place),
    }


def _measured(goal: Goal, measured: Measured) -> dict[str, Any] | None:
    status = measured.get(goal.name)
    if status is None:
        return None
    return {"goal": goal.name, "sli": status.sli, "coverage": status.coverage, "state": status.state.value}


def _way(edges: Sequence[Edge]) -> list[dict[str, Any]]:
    return [_edge(edge) for edge in edges]


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "of": str(edge.of),
        "on": str(edge.on),
        "copies": edge.copies,
        "isSharedPart": edge.part,
        **_written(edge.place),
    }


def _share(share: Fraction | None) -> dict[str, Any] | None:
    if share is None:
        return None
    exact = {"num": share.numerator, "den": share.denominator}
    return {"share": float(share), "exact": exact, "text": at_least(share)}


def _reached(share: Fraction) -> dict[str, Any]:
    return {"share": float(share), "text": at_most(share)}


def _written(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line}
