"""What an engagement says of the pager, held against its implementation: a pager that advisers need a reason for, terms in vain."""

from __future__ import annotations

from collections.abc import Iterator

from .charters import PagerTerms, SRETeam
from .faults import FaultList
from .implementations import ImplementationRules
from .nodes import Document, Path

ALWAYS = "always"
_PAGER: Path = ("spec", "pager")


def check_pager(
    faults: FaultList, document: Document, terms: PagerTerms, rules: ImplementationRules, team: SRETeam
) -> None:
    """Report a pager, or a class of its alerts, that advisers get without a reason, and each term that changes nothing."""
    if rules.advises_only and terms.is_with_sre and not terms.reason:
        faults.error(
            "missing-reason",
            document.place(*_given(terms)),
            f"{team.name} is {rules.title.lower()}: such a team holds no pager unless its engagement says why.",
            "Add “reason” to the pager, or leave it with the partner.",
            [team.place],
        )
    for path, why, hint in _in_vain(terms, rules) if document.has(*_PAGER) else ():
        if document.has(*_PAGER, *path):
            faults.warning("term-without-effect", document.place(*_PAGER, *path), why, hint)


def _given(terms: PagerTerms) -> Path:
    by_class = next((each.value for each, side in terms.classes.items() if side == "sre"), None)
    return (*_PAGER, "primary") if terms.primary == "sre" or by_class is None else (*_PAGER, "classes", by_class)


def _in_vain(terms: PagerTerms, rules: ImplementationRules) -> Iterator[tuple[Path, str, str]]:
    """Yield the terms that change nothing: where the host's pager stays in use, and where nothing is left to the SREs."""
    if rules.host_pager:
        why = f"It has no effect: with the implementation “{rules.implementation.value}” the host's own pager stays in use."
        hint = "Leave it out; “escalation” may name another policy of the host's."
        if terms.primary == "sre":
            yield ("primary",), why, hint
        if terms.hours != ALWAYS:
            yield ("hours",), why, hint
        for alert_class, side in terms.classes.items():
            if side == "sre":
                yield ("classes", alert_class.value), why, hint
    elif not terms.is_with_sre:
        why = "It has no effect: the pager is with the partner, whatever the hour and the alert."
        hint = "Leave it out, or give the SREs the pager or a class of its alerts."
        if terms.hours != ALWAYS:
            yield ("hours",), why, hint
        if terms.escalation is not None:
            yield ("escalation",), why, hint
