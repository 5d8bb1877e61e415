"""What an implementation demands of a charter and of an engagement, held against what their documents say.

Which fields are demanded and how much it matters stands in `implementations/`; this module only looks for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from .charters import EngagementState, SRETeam
from .faults import Level
from .implementations import ImplementationRules, rules_of
from .recognition import Declared
from .register import Register
from .shapes import backstage
from .shapes import charter as shapes
from .shapes.fields import Shape
from .values import EntityRef

CUSTOMER = "customer"

_ACTIVATED = {EngagementState.PREPARING, EngagementState.ACTIVE}
_OVER = {EngagementState.ENDED, EngagementState.DECLINED}


def check_charters(register: Register, teams: Mapping[str, SRETeam]) -> None:
    """Report every charter that lacks what its team's implementation demands of it."""
    for team in teams.values():
        rules = rules_of(team.implementation)
        has = {"scope": team.scope is not None, "partners": bool(team.partners)}
        for field, level in rules.charter_demands.items():
            if not has.get(field, True):
                register.faults.add(
                    level,
                    f"missing-{field}",
                    team.place,
                    f"The charter of {team.name} names no “{field}”, as one of the implementation "
                    f"“{rules.implementation.value}” does.",
                    f"Add “{field}” to “charter”.",
                )


def check_agreement(
    register: Register,
    one: Declared[Shape],
    spec: shapes.EngagementSpec,
    rules: ImplementationRules,
    partner: EntityRef,
) -> None:
    """Report what an engagement lacks by its implementation: an end from the first day on, the agreement once it is active."""
    demands = dict(rules.engagement_demands)
    if is_customer(register, partner):
        demands |= rules.customer_demands
    if "ends" in demands and spec.ends is None:
        _report_no_end(register, one, rules, demands["ends"])
    states = [EngagementState(move.state) for move in spec.life]
    active = states.index(EngagementState.ACTIVE) if _ACTIVATED.issubset(states) else None
    if active is None or states[-1] in _OVER:
        return
    written = _written(spec.agreement)
    begun = one.document.place("spec", "life", active)
    for level in Level:
        if lacking := [field for field in demands if demands[field] is level and field not in written]:
            place = one.document.key_place(*(("spec", "agreement") if spec.agreement is not None else ("spec",)))
            register.faults.add(
                level,
                "agreement-incomplete",
                place,
                f"The agreement says nothing of {_listed(lacking)}, as an active engagement of the implementation "
                f"“{rules.implementation.value}” does.",
                "Agree on it with the partner, and write it down in “agreement”.",
                [begun],
            )


def is_customer(register: Register, group: EntityRef) -> bool:
    """Whether a group stands outside the company."""
    entity = register.entity(group)
    return entity is not None and isinstance(entity.shape, backstage.Group) and entity.shape.spec.type == CUSTOMER


def _written(agreement: shapes.Agreement | None) -> Collection[str]:
    """Return the fields of which an agreement says something; leads count where both sides have one."""
    elsewhere = {"ends", "review"}
    if agreement is None:
        return elsewhere
    known = type(agreement).model_fields
    fields = {
        known[name].alias or name for name in agreement.model_fields_set if getattr(agreement, name) not in (None, [])
    }
    leads = agreement.leads
    return elsewhere | (fields if leads is None or (leads.sre and leads.partner) else fields - {"leads"})


def _report_no_end(register: Register, one: Declared[Shape], rules: ImplementationRules, level: Level) -> None:
    register.faults.add(
        level,
        "missing-end",
        one.document.key_place("spec"),
        f"An engagement of the implementation “{rules.implementation.value}” needs a day on which it ends.",
        "Add “ends”, at most a year ahead; it can be prolonged.",
    )


def _listed(fields: Sequence[str]) -> str:
    quoted = [f"“{field}”" for field in fields]
    return " and ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part)
