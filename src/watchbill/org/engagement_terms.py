"""The agreement of an Engagement document and the records of how it is kept → nouns, linked: people exist, dates are in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .agreements import (
    AgreedStep,
    Agreement,
    Extension,
    Feedback,
    Maturity,
    ReviewHeld,
    Selection,
    Verdict,
)
from .doubts import doubt_minutes
from .implementations import ImplementationRules
from .nodes import Path
from .recognition import Declared, Family
from .register import Register
from .shapes import charter as shapes
from .shapes.fields import Shape
from .values import EntityRef

_AGREEMENT: Path = ("spec", "agreement")


def link_agreement(
    register: Register, one: Declared[Shape], written: shapes.Agreement | None, rules: ImplementationRules
) -> Agreement:
    """Return what was agreed on; what the document leaves out holds as the implementation's terms say."""
    agreement = written or shapes.Agreement()
    leads = agreement.leads or shapes.Leads()
    sre_lead = _person(register, one, (*_AGREEMENT, "leads", "sre"), leads.sre)
    partner_lead = _person(register, one, (*_AGREEMENT, "leads", "partner"), leads.partner)
    _check_dates(register, one, agreement)
    _check_leads(register, one, sre_lead, partner_lead)
    policy = None
    if agreement.budget_policy:
        policy = register.resolve_name(one, (*_AGREEMENT, "budgetPolicy"), Family.WATCHBILL, "BudgetPolicy")
    return Agreement(
        goals=tuple(agreement.goals),
        sre_share=agreement.sre_share,
        operations_limit=agreement.operations_limit
        if agreement.operations_limit is not None
        else rules.terms.operations_limit,
        budget_policy=policy,
        escalate_to=_person(register, one, (*_AGREEMENT, "escalateTo"), agreement.escalate_to, "group"),
        review_every=agreement.review_every or rules.terms.review_every,
        hand_back_when=tuple(agreement.hand_back_when),
        place=one.document.key_place(*_AGREEMENT) if written else one.place,
        sre_lead=sre_lead,
        partner_lead=partner_lead,
        repositories=_repositories(agreement),
        onboarding=_steps(one, "onboarding", agreement.onboarding),
        hand_back=_steps(one, "handBack", agreement.hand_back),
        feedback=Feedback(agreement.feedback.how, agreement.feedback.every) if agreement.feedback else None,
        maturity=_maturity(one, agreement),
        selected_by=Selection(agreement.selected_by) if agreement.selected_by else None,
    )


def link_extensions(register: Register, one: Declared[Shape], spec: shapes.EngagementSpec) -> tuple[Extension, ...]:
    """Return how often an engagement was prolonged; the last extension and `ends` say the same day, else it is a fault."""
    document = one.document
    found: list[Extension] = []
    for position, shape in enumerate(spec.extensions):
        path = ("spec", "extensions", position)
        if shape.until <= shape.on:
            register.faults.error(
                "dates-reversed",
                document.place(*path, "until"),
                "It is prolonged until a day that is not after the day on which that was decided.",
                "Swap “on” and “until”, or correct one of them.",
                [document.place(*path, "on")],
            )
        by = _person(register, one, (*path, "by"), shape.by, "group")
        if by is not None:
            found.append(Extension(shape.on, shape.until, by, shape.why, document.place(*path)))
    if spec.extensions and spec.extensions[-1].until != spec.ends:
        last = ("spec", "extensions", len(spec.extensions) - 1, "until")
        says = f"“ends” says {spec.ends}" if spec.ends else "there is no “ends”"
        register.faults.error(
            "extension-end",
            document.place(*last),
            f"The last extension goes until {spec.extensions[-1].until}, yet {says}.",
            "Write the same day in both.",
            [document.place("spec", "ends")] if spec.ends else [],
        )
    _check_order(register, one, ("spec", "extensions"), "on", [shape.on for shape in spec.extensions])
    return tuple(found)


def link_reviews_held(register: Register, one: Declared[Shape], spec: shapes.EngagementSpec) -> tuple[ReviewHeld, ...]:
    """Return when both sides looked at their engagement, oldest first."""
    found: list[ReviewHeld] = []
    for position, shape in enumerate(spec.reviews):
        path = ("spec", "reviews", position)
        by = _person(register, one, (*path, "by"), shape.by, "group")
        if by is not None:
            verdict = Verdict(shape.verdict)
            found.append(ReviewHeld(shape.on, by, verdict, shape.note or "", one.document.place(*path)))
    _check_order(register, one, ("spec", "reviews"), "on", [shape.on for shape in spec.reviews])
    return tuple(found)


def _person(register: Register, one: Declared[Shape], path: Path, written: str | None, *more: str) -> EntityRef | None:
    return register.resolve(one, path, ("user", *more)) if written else None


def _repositories(agreement: shapes.Agreement) -> dict[str, frozenset[str]] | None:
    if agreement.repositories is None:
        return None
    return {name: frozenset(actions) for name, actions in agreement.repositories.items()}


def _steps(one: Declared[Shape], field: str, steps: Sequence[shapes.AgreedStep]) -> tuple[AgreedStep, ...]:
    return tuple(
        AgreedStep(shape.step, shape.due, shape.done, one.document.place(*_AGREEMENT, field, position))
        for position, shape in enumerate(steps)
    )


def _maturity(one: Declared[Shape], agreement: shapes.Agreement) -> tuple[Maturity, ...]:
    return tuple(
        Maturity(shape.on, shape.scores, one.document.place(*_AGREEMENT, "maturity", position))
        for position, shape in enumerate(agreement.maturity)
    )


def _check_leads(register: Register, one: Declared[Shape], sre: EntityRef | None, partner: EntityRef | None) -> None:
    if sre is not None and sre == partner:
        register.faults.error(
            "one-lead-for-both",
            one.document.place(*_AGREEMENT, "leads", "partner"),
            f"{partner} leads both sides: who asks for one would approve for the other.",
            "Name somebody of the partner, or leave the partner's lead out.",
            [one.document.place(*_AGREEMENT, "leads", "sre")],
        )


def _check_dates(register: Register, one: Declared[Shape], agreement: shapes.Agreement) -> None:
    doubt_minutes(one.document, (*_AGREEMENT, "reviewEvery"), register.faults, agreement.review_every)
    if agreement.feedback is not None:
        doubt_minutes(one.document, (*_AGREEMENT, "feedback", "every"), register.faults, agreement.feedback.every)
    _check_order(register, one, (*_AGREEMENT, "maturity"), "on", [shape.on for shape in agreement.maturity])


def _check_order(register: Register, one: Declared[Shape], path: Path, field: str, days: Sequence[date]) -> None:
    for position in range(1, len(days)):
        if days[position] < days[position - 1]:
            before = one.document.place(*path, position - 1, field)
            register.faults.error(
                "dates-reversed",
                one.document.place(*path, position, field),
                f"This is dated before the one above it, {days[position - 1]}.",
                "Write the oldest first.",
                [before],
            )
