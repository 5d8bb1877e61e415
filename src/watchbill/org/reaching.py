"""Whether an escalation policy can reach anybody at all, at any time: a policy that cannot would page nobody, in silence.

Who stands behind a policy at an instant is the matter of the watch.
"""

from __future__ import annotations

from collections.abc import Mapping

from .entities import Group
from .recognition import Declared, Family
from .register import Register
from .shapes import watches as shapes
from .shapes.fields import Shape
from .values import EntityRef


def check_reach(register: Register, groups: Mapping[EntityRef, Group]) -> None:
    """Report schedules in which nobody ever stands, and policies that notify only those and groups without members.

    A target that leads nowhere is a fault of its own: it is not reported again here.
    """
    empty_schedules = set()
    for one, schedule in register.each(Family.WATCHBILL, "Schedule", shapes.Schedule):
        if not any(people for layer in schedule.spec.layers for people in layer.people):
            empty_schedules.add(one.name)
            register.faults.warning(
                "schedule-of-nobody",
                one.document.key_place("spec", "layers"),
                f"Nobody ever stands the watch “{one.name}”: all of its turns are nobody's.",
                "Name people in its turns.",
            )
    empty_groups = {group.ref for group in groups.values() if not group.members}
    for one, policy in register.each(Family.WATCHBILL, "EscalationPolicy", shapes.EscalationPolicy):
        targets = [target for step in policy.spec.steps for target in step.notify]
        if all(_is_empty(target, empty_schedules, empty_groups) for target in targets):
            _report(register, one, targets)


def _is_empty(target: str, schedules: set[str], groups: set[EntityRef]) -> bool:
    kind, _, name = (part.strip().lower() for part in target.partition(":"))
    if kind == "schedule":
        return name in schedules
    try:
        return kind == "group" and EntityRef.parse(name, kind="group") in groups
    except ValueError:
        return False


def _report(register: Register, one: Declared[Shape], targets: list[str]) -> None:
    named = ", ".join(dict.fromkeys(targets))
    register.faults.error(
        "policy-reaches-nobody",
        one.document.key_place("spec", "steps"),
        f"No page by this policy can reach anybody: nobody ever stands behind {named}.",
        "Notify a person, a group with members, or a schedule in which somebody stands.",
    )
