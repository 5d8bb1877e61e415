"""Whether an escalation policy can reach anybody at all, at any time: a policy that cannot would page nobody, in silence.

Who stands behind a policy at an instant is the matter of the watch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from .entities import Group
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import watches as shapes
from .shapes.fields import Shape
from .values import EntityRef


def check_reach(register: Register, groups: Mapping[EntityRef, Group]) -> None:
    """Report schedules in which nobody ever stands, groups without members in steps, and policies that notify only those.

    A target that leads nowhere is a fault of its own: it is not reported again here.
    """
    empty_schedules = _schedules_of_nobody(register)
    empty_groups = {group.ref for group in groups.values() if not group.members}
    for one, policy in register.each(Family.WATCHBILL, "EscalationPolicy", shapes.EscalationPolicy):
        targets = _targets(policy.spec)
        empty = {path: name for path, name in targets.items() if _is_empty(name, empty_schedules, empty_groups)}
        if len(empty) == len(targets):
            _report_policy(register, one, targets.values())
        else:
            _report_groups(register, one, empty)


def _schedules_of_nobody(register: Register) -> set[str]:
    found = set()
    for one, schedule in register.each(Family.WATCHBILL, "Schedule", shapes.Schedule):
        if not any(people for layer in schedule.spec.layers for people in layer.people):
            found.add(one.name)
            register.faults.warning(
                "schedule-of-nobody",
                one.document.key_place("spec", "layers"),
                f"Nobody ever stands the watch “{one.name}”: all of its turns are nobody's.",
                "Name people in its turns.",
            )
    return found


def _targets(spec: shapes.EscalationPolicySpec) -> dict[Path, str]:
    """Return the targets of all steps as written, by where they stand."""
    return {
        ("spec", "steps", number, "notify", position): target
        for number, step in enumerate(spec.steps)
        for position, target in enumerate(step.notify)
    }


def _is_empty(target: str, schedules: Collection[str], groups: Collection[EntityRef]) -> bool:
    kind, name = _parted(target)
    if kind == "schedule":
        return name in schedules
    try:
        return kind == "group" and EntityRef.parse(name, kind="group") in groups
    except ValueError:
        return False


def _parted(target: str) -> tuple[str, str]:
    kind, _, name = target.partition(":")
    return kind.strip().lower(), name.strip().lower()


def _report_policy(register: Register, one: Declared[Shape], targets: Iterable[str]) -> None:
    named = ", ".join(dict.fromkeys(targets))
    register.faults.error(
        "policy-reaches-nobody",
        one.document.key_place("spec", "steps"),
        f"No page by this policy can reach anybody: nobody ever stands behind {named}.",
        "Notify a person, a group with members, or a schedule in which somebody stands.",
    )


def _report_groups(register: Register, one: Declared[Shape], empty: Mapping[Path, str]) -> None:
    for path, target in empty.items():
        if _parted(target)[0] == "group":
            register.faults.warning(
                "group-of-nobody",
                one.document.place(*path),
                f"{target} has no members: this step reaches nobody through it.",
                "Give it members (“memberOf” of a User, or “members” of the Group), or notify somebody else.",
            )
