"""OpenSLO SLOs → goals that watchbill measures: ratios of counted events, budgeted by occurrences, over a rolling window.

What this version cannot measure is a warning that says so, and gives no goal; it never stops the folder. Targets are exact:
they are read from the text, never through a binary float.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from .alerting import link_tiers
from .entities import Thing
from .goal_records import link_approvals, link_reviewed
from .goal_terms import link_target, link_unknown, link_window
from .indicators import link_indicator, link_selectors, link_source
from .nodes import Path
from .objectives import DataSource, Goal
from .recognition import Declared, Family
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape
from .slos import WrittenSLO
from .values import EntityRef

ENTITY_ANNOTATION = "watchbill.dev/entity"
POLICY_ANNOTATION = "watchbill.dev/budget-policy"


def link_goals(
    register: Register, sources: Mapping[str, DataSource], things: Mapping[EntityRef, Thing]
) -> dict[str, Goal]:
    """Return the goals by the names of their SLOs."""
    goals: dict[str, Goal] = {}
    linked = register.linker("goal", sources)
    for one, shape in register.each(Family.OPENSLO, "SLO", openslo.SLO):
        goal = linked(one, partial(_goal, WrittenSLO(register, one, shape), sources, things))
        if goal is not None:
            goals[one.name] = goal
    return goals


def _goal(slo: WrittenSLO, sources: Mapping[str, DataSource], things: Mapping[EntityRef, Thing]) -> Goal | None:
    """Return the goal; every fault that can be found without the others is collected first."""
    is_measured = _counts_occurrences(slo)
    window, target, indicator = link_window(slo), link_target(slo), link_indicator(slo)
    if not is_measured or window is None or target is None or indicator is None:
        return None
    counted, source = link_selectors(slo, indicator), link_source(slo, indicator, sources)
    tiers = link_tiers(slo.register, slo.one, slo.spec, window, target.budget)
    service, policy = _service(slo, things), _policy(slo)
    approved_by, reviewed_on, unknown = link_approvals(slo), link_reviewed(slo), link_unknown(slo)
    if counted is None or source is None or tiers is None or service is None:
        return None
    return Goal(
        name=slo.one.name,
        title=slo.shape.metadata.display_name or slo.shape.metadata.name,
        description=slo.spec.description or "",
        service=service,
        target=target.share,
        target_text=target.text,
        window=window,
        source=source,
        total=counted["total"],
        good=counted.get("good"),
        bad=counted.get("bad"),
        tiers=tiers,
        policy=policy,
        place=slo.one.place,
        approved_by=approved_by,
        reviewed_on=reviewed_on,
        unknown=unknown,
    )


def _counts_occurrences(slo: WrittenSLO) -> bool:
    method = slo.spec.budgeting_method
    if method == "Occurrences":
        return True
    what = f"its budgeting method is {method}"
    slo.not_measured(("spec", "budgetingMethod"), what, "Use Occurrences to have it measured.")
    return False


def _service(slo: WrittenSLO, things: Mapping[EntityRef, Thing]) -> EntityRef | None:
    written, one, path = _annotated_service(slo)
    ref = slo.register.reference(one, path, "component", written)
    if ref is None:
        return None
    named = slo.register.entity(ref)  # asked for first: it decides whether there is such a thing
    if ref in things:
        return ref
    if named is not None:
        slo.faults.error(
            "wrong-kind",
            one.document.place(*path),
            f"{ref} is nothing that can fail.",
            "Name a service or workflow.",
        )
        return None
    return slo.register.resolve(one, path, ("component", "resource"), text=written)


def _annotated_service(slo: WrittenSLO) -> tuple[str, Declared[Shape], Path]:
    """Return the name of the goal's thing, and the document and path that say it: the nearest annotation wins."""
    annotated: Path = ("metadata", "annotations", ENTITY_ANNOTATION)
    if text := slo.annotation(ENTITY_ANNOTATION):
        return text, slo.one, annotated
    service = slo.register.named(Family.OPENSLO, "Service", slo.spec.service)
    if service is not None and (text := service.document.text(*annotated)):
        return text, service, annotated
    return slo.spec.service, slo.one, ("spec", "service")


def _policy(slo: WrittenSLO) -> str | None:
    path = ("metadata", "annotations", POLICY_ANNOTATION)
    if not slo.annotation(POLICY_ANNOTATION):
        return None
    return slo.register.resolve_name(slo.one, path, Family.WATCHBILL, "BudgetPolicy")
