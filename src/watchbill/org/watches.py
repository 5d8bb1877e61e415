"""Schedule, EscalationPolicy and BudgetPolicy documents → the nouns of paging and of budgets' consequences, linked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise

from watchbill.lib.numbers import percent

from .charter import link_hours
from .charters import (
    BudgetPolicy,
    BudgetState,
    EscalationPolicy,
    EscalationStep,
    Layer,
    Schedule,
    Target,
)
from .doubts import doubt_months
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import watches as shapes
from .shapes.fields import Shape
from .values import EntityRef, Place

DEFAULT_WAIT = timedelta(minutes=5)
_TARGET_KINDS = ("schedule", "user", "group", "channel")


def link_schedules(register: Register) -> dict[str, Schedule]:
    """Return the schedules by name. A person who does not exist is a fault."""
    linked = register.linker("schedule")
    return {
        one.name: linked(one, partial(_link_schedule, register, one, shape))
        for one, shape in register.each(Family.WATCHBILL, "Schedule", shapes.Schedule)
    }


def _link_schedule(register: Register, one: Declared[Shape], shape: shapes.Schedule) -> Schedule:
    layers = tuple(_link_layer(register, one, position, layer) for position, layer in enumerate(shape.spec.layers))
    _check_layer_names(register, layers)
    title = shape.metadata.title or shape.metadata.name
    return Schedule(one.name, title, shape.spec.time_zone, layers, one.place)


def _link_layer(register: Register, one: Declared[Shape], position: int, layer: shapes.LayerShape) -> Layer:
    path: Path = ("spec", "layers", position)
    turns = tuple(
        tuple(_link_turn(register, one, (*path, "people", number), people))
        for number, people in enumerate(layer.people)
    )
    return Layer(
        name=layer.name,
        start=layer.start,
        count=layer.turn.number,
        unit=layer.turn.unit,
        turns=turns,
        place=one.document.place(*path),
    )


def _link_turn(register: Register, one: Declared[Shape], path: Path, people: Sequence[str]) -> list[EntityRef]:
    is_list = not one.document.text(*path)
    found: list[EntityRef] = []
    for number, person in enumerate(people):
        place = (*path, number) if is_list else path
        user = register.resolve(one, place, ("user",), text=person)
        if user is not None and user not in found:
            found.append(user)
    return found


def _check_layer_names(register: Register, layers: Sequence[Layer]) -> None:
    seen: dict[str, Layer] = {}
    for layer in layers:
        first = seen.setdefault(layer.name.lower(), layer)
        if first is not layer:
            register.faults.error(
                "duplicate-name",
                layer.place,
                f"There is already a layer “{layer.name}” in this schedule.",
                "Give one of the two another name.",
                [first.place],
            )


def link_escalation_policies(register: Register) -> dict[str, EscalationPolicy]:
    """Return the escalation policies by name. Two policies for one group are a fault, and so is a target that leads nowhere."""
    policies: dict[str, EscalationPolicy] = {}
    taken: dict[EntityRef, Place] = {}
    linked = register.linker("escalation policy")
    for one, shape in register.each(Family.WATCHBILL, "EscalationPolicy", shapes.EscalationPolicy):
        policy, places = linked(one, partial(_link_policy, register, one, shape))
        groups = frozenset(group for group, place in places if not _is_taken(register, group, place, taken))
        policies[one.name] = policy if groups == policy.groups else replace(policy, groups=groups)
    return policies


def _link_policy(
    register: Register, one: Declared[Shape], shape: shapes.EscalationPolicy
) -> tuple[EscalationPolicy, list[tuple[EntityRef, Place]]]:
    """Return a policy, and where it names each of its groups."""
    spec = shape.spec
    repeat = spec.repeat or shapes.Repeat.model_construct(times=0, from_=1)
    _check_repeat(register, one, spec)
    expires = spec.acknowledgement.expires if spec.acknowledgement else None
    doubt_months(one.document, ("spec", "acknowledgement", "expires"), register.faults, expires)
    paths = [("spec", "for", position) for position in range(len(spec.for_))]
    groups = [(register.resolve(one, path, ("group",)), one.document.place(*path)) for path in paths]
    places = [(group, place) for group, place in groups if group is not None]
    policy = EscalationPolicy(
        name=one.name,
        title=shape.metadata.title or shape.metadata.name,
        groups=frozenset(group for group, _ in places),
        steps=tuple(_link_step(register, one, position, step) for position, step in enumerate(spec.steps)),
        repeat_times=repeat.times,
        repeat_from=repeat.from_,
        hold_on_nobody=spec.on_nobody == "hold",
        acknowledgement_expires=expires.span if expires else None,
        place=one.place,
    )
    return policy, places


def _is_taken(register: Register, group: EntityRef, place: Place, taken: dict[EntityRef, Place]) -> bool:
    """Return whether a policy before is for a group already, which is a fault."""
    first = taken.setdefault(group, place)
    if first is place:
        return False
    register.faults.error(
        "two-policies",
        place,
        f"There is already an escalation policy for {group}.",
        "Pages to a group follow one policy: take the group out of one of the two.",
        [first],
    )
    return True


def _check_repeat(register: Register, one: Declared[Shape], spec: shapes.EscalationPolicySpec) -> None:
    if spec.repeat is not None and spec.repeat.from_ > len(spec.steps):
        register.faults.error(
            "out-of-range",
            one.document.place("spec", "repeat", "from"),
            f"There is no step {spec.repeat.from_}; the policy has {len(spec.steps)}.",
            "Steps are counted from 1.",
        )


def _link_step(register: Register, one: Declared[Shape], position: int, step: shapes.StepShape) -> EscalationStep:
    path: Path = ("spec", "steps", position)
    doubt_months(one.document, (*path, "wait"), register.faults, step.wait)
    return EscalationStep(
        targets=link_targets(register, one, (*path, "notify"), step.notify),
        wait=step.wait.span if step.wait else DEFAULT_WAIT,
        round_robin=step.assign == "roundRobin",
        when=link_hours(register, one, (*path, "when"), step.when),
        place=one.document.place(*path),
    )


def link_targets(register: Register, one: Declared[Shape], path: Path, targets: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets of a list such as `schedule:primary`, `user:ana`, `group:sre`, `channel:ops`."""
    found = (_link_target(register, one, (*path, position), text) for position, text in enumerate(targets))
    return tuple(target for target in found if target is not None)


def _link_target(register: Register, one: Declared[Shape], path: Path, text: str) -> Target | None:
    kind, separator, name = text.partition(":")
    kind, name = kind.strip().lower(), name.strip()
    place = one.document.place(*path)
    if not separator or not name or kind not in _TARGET_KINDS:
        register.faults.error(
            "bad-target",
            place,
            f"“{text}” does not say whom to notify.",
            "Write schedule:NAME, user:NAME, group:NAME or channel:NAME.",
        )
        return None
    if kind == "channel":
        return Target(kind, name, place)
    if kind == "schedule":
        schedule = register.resolve_name(one, path, Family.WATCHBILL, "Schedule", name)
        return Target(kind, schedule, place) if schedule else None
    entity = register.resolve(one, path, (kind,), text=f"{kind}:{name}")
    return Target(kind, str(entity).partition(":")[2], place) if entity else None


def link_budget_policies(register: Register) -> dict[str, BudgetPolicy]:
    """Return the budget policies by name. States that can never be reached, or leave a gap, are faults."""
    policies: dict[str, BudgetPolicy] = {}
    for one, shape in register.each(Family.WATCHBILL, "BudgetPolicy", shapes.BudgetPolicy):
        spec = shape.spec
        owner = register.resolve(one, ("spec", "owner"), ("user", "group"))
        states = tuple(_state(register, one, position, state) for position, state in enumerate(spec.states))
        _check_states(register, one, spec.states)
        if owner is not None:
            policies[one.name] = _policy(one, shape, owner, states)
    return policies


def _state(register: Register, one: Declared[Shape], position: int, shape: shapes.BudgetStateShape) -> BudgetState:
    path = ("spec", "states", position)
    named = [
        register.resolve(one, (*path, "approvers", number), ("group", "user")) for number in range(len(shape.approvers))
    ]
    return BudgetState(
        name=shape.name,
        remaining_at_most=shape.remaining_at_most,
        releases=shape.releases,
        allow=tuple(shape.allow),
        place=one.document.place(*path),
        approvers=tuple(approver for approver in named if approver is not None),
        notify=link_targets(register, one, (*path, "notify"), shape.notify),
    )


def _policy(
    one: Declared[Shape], shape: shapes.BudgetPolicy, owner: EntityRef, states: tuple[BudgetState, ...]
) -> BudgetPolicy:
    postmortem = shape.spec.postmortem
    return BudgetPolicy(
        name=one.name,
        title=shape.metadata.title or shape.metadata.name,
        owner=owner,
        states=states,
        postmortem_share=postmortem.budget_share if postmortem else None,
        postmortem_within=postmortem.within if postmortem else None,
        place=one.place,
    )


def _check_states(register: Register, one: Declared[Shape], states: Sequence[shapes.BudgetStateShape]) -> None:
    for position, (before, state) in enumerate(pairwise(states), start=1):
        reached = before.remaining_at_most is not None and (
            state.remaining_at_most is None or state.remaining_at_most > before.remaining_at_most
        )
        if not reached:
            register.faults.error(
                "state-unreachable",
                one.document.place("spec", "states", position),
                f"The state “{state.name}” is never in force: “{before.name}” above it holds first.",
                "Write the states from the least remaining budget to the most; the last one without remainingAtMost.",
            )
    if states[-1].remaining_at_most is not None:
        register.faults.error(
            "states-incomplete",
            one.document.place("spec", "states", len(states) - 1),
            f"Above {percent(states[-1].remaining_at_most)} remaining, no state holds.",
            "Leave “remainingAtMost” out of the last state.",
        )
