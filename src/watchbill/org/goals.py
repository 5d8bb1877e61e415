"""OpenSLO SLOs → goals that watchbill measures, one for each objective: ratios of counted events over a window.

What this version cannot measure is a warning that says so, and gives no goal; it never stops the folder. Targets are exact:
they are read from the text, never through a binary float.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from . import mentions, unheeded
from .alerting import link_tiers
from .entities import Thing
from .goal_records import (
    RATIONALE_ANNOTATION,
    link_approvals,
    link_aspirational,
    link_least,
    link_owner,
    link_reviewed,
)
from .goal_slices import counts_slices, in_whole_slices, link_slices
from .goal_terms import TargetShare, link_target, link_unknown
from .goal_windows import link_window
from .indicators import link_indicator, link_selectors, link_source
from .nodes import Path
from .objective_names import ObjectiveName, objective_names
from .objectives import DataSource, Goal, Slices
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
    """Return the goals by name: one for each objective of each SLO. Of one name only the first counts."""
    goals: dict[str, Goal] = {}
    linked = register.linker("goal", sources)
    for one, shape in register.each(Family.OPENSLO, "SLO", openslo.SLO):
        for goal in linked(one, partial(_read, WrittenSLO(register, one, shape), sources, things)):
            first = goals.setdefault(goal.name, goal)
            if first.document != goal.document:
                register.faults.error(
                    "duplicate-name",
                    goal.place,
                    f"“{goal.name}” is already the name of the goal in {first.place}.",
                    "Give this SLO or its objective another name.",
                    [first.place],
                )
    return goals


def _read(slo: WrittenSLO, sources: Mapping[str, DataSource], things: Mapping[EntityRef, Thing]) -> tuple[Goal, ...]:
    goals = _goals(slo, sources, things)
    unheeded.check_slo(slo.register, slo.one, slo.spec)
    if not _names_are_known(slo, goals):
        mentions.check_indicators(slo.register, slo.one, slo.spec)
    mentions.check_policies(slo.register, slo.one, slo.spec)
    return goals


def _names_are_known(slo: WrittenSLO, goals: tuple[Goal, ...]) -> bool:
    """Whether all that the indicators of an SLO name has been found already: every objective is a goal, counted by its one ratio."""
    inline = slo.spec.indicator
    is_ratio = inline is None or inline.spec.threshold_metric is None
    return is_ratio and len(goals) == len(slo.spec.objectives) > 0


def _goals(slo: WrittenSLO, sources: Mapping[str, DataSource], things: Mapping[EntityRef, Thing]) -> tuple[Goal, ...]:
    """Return the goals of an SLO; every fault that can be found without the others is collected first."""
    if not slo.spec.objectives:
        slo.not_measured(("spec", "objectives"), "it has no objective", "Give it one, as in [{targetPercent: 99.9}].")
    window, indicator, promises = link_window(slo), link_indicator(slo), list(_promises(slo))
    if window is None or indicator is None or not promises:
        return ()
    counted, source = link_selectors(slo, indicator), link_source(slo, indicator, sources)
    tiers = [link_tiers(slo, each.position, window.span, each.target.budget) for each in promises]
    if counted is None or source is None:
        return ()
    service, policy = _service(slo, things), _policy(slo)
    approved_by, reviewed_on, unknown = link_approvals(slo), link_reviewed(slo), link_unknown(slo)
    owner, aspirational, least = link_owner(slo), link_aspirational(slo), link_least(slo)
    if service is None:
        return ()
    return tuple(
        Goal(
            name=each.name.name,
            title=each.name.title,
            description=slo.spec.description or "",
            service=service,
            target=each.target.share,
            target_text=each.target.text,
            window=window.span,
            source=source,
            total=counted["total"],
            good=counted.get("good"),
            bad=counted.get("bad"),
            tiers=in_whole_slices(own, each.slices),
            policy=policy,
            place=each.name.place,
            approved_by=approved_by,
            reviewed_on=reviewed_on,
            unknown=unknown,
            document=slo.one.name,
            calendar=window.calendar,
            slices=each.slices,
            owner=owner,
            rationale=slo.annotation(RATIONALE_ANNOTATION),
            aspirational=aspirational,
            least=least,
        )
        for each, own in zip(promises, tiers, strict=True)
        if own is not None
    )


class _Promise(NamedTuple):
    """What one objective promises, and by which time slices it is budgeted, if by any."""

    position: int
    name: ObjectiveName
    target: TargetShare
    slices: Slices | None


def _promises(slo: WrittenSLO) -> Iterator[_Promise]:
    """Yield what the objectives promise; of the others a fault says what is wrong with them."""
    for position, name in enumerate(objective_names(slo)):
        target = link_target(slo, position)
        slices = link_slices(slo, position) if counts_slices(slo) else None
        if name is not None and target is not None and (slices is not None or not counts_slices(slo)):
            yield _Promise(position, name, target, slices)


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
