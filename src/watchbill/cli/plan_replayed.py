"""What a change would have made of the past of goals, in the words of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from watchbill.lib.numbers import left, several, target

from .plan_sections import Entry, Section

_TITLE = "Goals, judged over the past"


def replayed_section(replayed: Mapping[str, Any] | None) -> Section:
    """Return each goal that is judged otherwise, with what was and what would have been; empty where nothing was replayed."""
    if replayed is None:
        return Section(_TITLE, ())
    entries = [_goal(one) for one in replayed["goals"]]
    entries += [Entry(f"{one['goal']}: not replayed", (one["why"],)) for one in replayed["notReplayed"]]
    note = f"From {_time(replayed['since'])} to {_time(replayed['until'])} UTC, as the ledger has it."
    return Section(_TITLE, tuple(entries), note)


def _goal(one: Mapping[str, Any]) -> Entry:
    before, after = one["before"], one["after"]
    names = [f"{target(side['targetText'])} over {side['over']}" for side in (before, after)]
    terms = names[0] if names[0] == names[1] else " → ".join(names)
    return Entry(f"{one['goal']}: {terms} ({one['file']}:{one['line']})", (f"− {_side(before)}", f"+ {_side(after)}"))


def _side(side: Mapping[str, Any]) -> str:
    alerts = [_met(share, name) for name, share in side["alerts"].items()]
    found = side["incidents"]
    incidents = [f"{found['met']} of {several(found['of'], 'incident')} found"] if found["of"] else []
    budget = (
        "budget not measured"
        if side["lowest"] is None
        else f"{left(side['left'])} left, {left(side['lowest'])} at the lowest"
    )
    return ", ".join([*alerts, *incidents, budget])


def _met(share: Mapping[str, int], name: str) -> str:
    count = several(share["of"], name)
    return f"{count} ({share['met']} met an incident)" if share["of"] else f"no {name}"


def _time(text: str) -> str:
    return text.removesuffix(":00Z").removesuffix("Z").replace("T", " ")
