"""What the platform report says in sentences: why a goal can hold or not, what is required of a thing, by which formula."""

from __future__ import annotations

from collections.abc import Mapping

from watchbill.lib.numbers import target
from watchbill.lib.shares import at_least, at_most, part
from watchbill.org.because import listed
from watchbill.org.platform import Carried, Carrier, Carrying, Demand, Verdict
from watchbill.org.platform.promises import Promise
from watchbill.org.platform.shares import EXTRA_NINE

MEND = (
    "Raise the goal of what it stands on, make that dependency one that is not critical (a cache, a queue, a fallback), or lower "
    "its own goal."
)
CARRYING: Mapping[str, str] = {
    Carrying.ENOUGH: "enough",
    Carrying.TOO_LITTLE: "too little",
    Carrying.NO_GOAL: "no goal",
    Carrying.NOT_ASKED: "not asked",
}
VERDICTS: Mapping[str, str] = {
    Verdict.HOLDS: "holds",
    Verdict.TIGHT: "tight",
    Verdict.CANNOT_HOLD: "cannot hold",
    Verdict.NOT_KNOWN: "not known",
    Verdict.OWN_FAULTS_ONLY: "own faults only",
}
_ROOTS = {2: "the square root", 3: "the cube root"}


def required(carrier: Carrier) -> str:
    """Return what is required of a thing, in percent; nothing where nobody asks."""
    return "" if carrier.required is None else at_least(carrier.required)


def formula(demand: Demand) -> str:
    """Return how a demand is computed."""
    why = (
        "the extra nine" if demand.parts == EXTRA_NINE else f"{demand.parts // 2} dependencies share half of the budget"
    )
    text = f"1 − (1 − {at_least(demand.target)}) ÷ {demand.parts}: {why}"
    if demand.copies > 1:
        root = _ROOTS.get(demand.copies, f"root {demand.copies}")
        text += f"; each of {demand.copies} copies may fail {root} of that"
    return text


def of_carrier(carrier: Carrier) -> str:
    """Return whether a thing promises what is required of it, and by whom."""
    promised = f"It promises {target(carrier.promise.given.target_text)}" if carrier.promise else "It has no goal"
    if carrier.state is Carrying.NOT_ASKED:
        return (
            f"{promised}; nothing that stands on it has one."
            if carrier.promise is None
            else f"{promised}; nothing asks for it."
        )
    limits = carrier.limited_by
    of_each = f" of each of {limits[0].copies} copies" if limits[0].copies > 1 else ""
    products = listed([f"{each.product} with {at_least(each.target)}" for each in limits])
    needs = "needs" if len(limits) == 1 else "need"
    return f"{promised}; {products} {needs} {required(carrier)}{of_each}."


def of_carried(carried: Carried) -> str:
    """Return why a goal can hold on what it stands on, or not."""
    wanted, reached = at_least(carried.target), at_most(carried.reaches)
    if carried.verdict is Verdict.CANNOT_HOLD:
        most = "at most " if carried.unknown else ""
        return f"{wanted} cannot hold: what it critically stands on promises {most}{reached} together."
    if carried.verdict is Verdict.OWN_FAULTS_ONLY:
        return f"{wanted} is there for others, and holds for faults of its own alone: what it stands on promises {reached} together."
    if carried.verdict is Verdict.NOT_KNOWN:
        names = listed([each.name for each in carried.unknown])
        return f"It is not known whether {wanted} can hold: {names} {'has' if len(carried.unknown) == 1 else 'have'} no goal."
    taken = part((1 - carried.reaches) / (1 - carried.target))
    if carried.verdict is Verdict.TIGHT:
        left = (
            "nothing is left for faults of its own"
            if carried.left == 0
            else "less than half is left for faults of its own"
        )
        return f"What it stands on may take {taken} of its budget: {left}."
    return f"What it stands on may take {taken} of its budget."


def of_promise(promise: Promise) -> str:
    """Return which of a thing's goals count, and why; nothing where it has one alone."""
    parts = []
    if len(promise.goals) > 1:
        parts.append(
            f"{promise.asked.name} is the strictest of its goals, which it has to be carried for; {promise.given.name} the loosest, "
            "which others can count on."
        )
    if promise.left_out:
        names = listed([goal.name for goal in promise.left_out])
        parts.append(
            f"{names} {'says' if len(promise.left_out) == 1 else 'say'} how fast, which does not multiply along a chain."
        )
    return " ".join(parts)
