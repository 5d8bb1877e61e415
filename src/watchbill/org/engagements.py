"""Engagement documents → engagements, linked: parties, scope, pager, authority, and a life that the table of moves allows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial

from .charter import Settings, check_forms
from .charters import AlertClass, Engagement, EngagementState, Move, PagerTerms, SRETeam
from .demands import check_agreement
from .doubts import doubt_months
from .engagement_terms import link_agreement, link_extensions, link_reviews_held
from .implementations import ImplementationRules, rules_of
from .nodes import Path
from .pager_checks import ALWAYS, check_pager
from .recognition import Declared, Family
from .register import Register
from .scopes import link_scope
from .shapes import charter as shapes
from .shapes.fields import Shape
from .values import EntityRef

_PROPOSED, _PREPARING, _ACTIVE = EngagementState.PROPOSED, EngagementState.PREPARING, EngagementState.ACTIVE
_HANDING_BACK, _ENDED, _DECLINED = EngagementState.HANDING_BACK, EngagementState.ENDED, EngagementState.DECLINED

MOVES: Mapping[EngagementState | None, frozenset[EngagementState]] = {
    None: frozenset({_PROPOSED}),
    _PROPOSED: frozenset({_PREPARING, _DECLINED}),
    _PREPARING: frozenset({_ACTIVE, _DECLINED}),
    _ACTIVE: frozenset({_HANDING_BACK}),
    _HANDING_BACK: frozenset({_ENDED}),
    _ENDED: frozenset(),
    _DECLINED: frozenset(),
}


def link_engagements(register: Register, teams: Mapping[str, SRETeam], settings: Settings) -> dict[str, Engagement]:
    """Return the engagements by name. One whose parties do not exist is a fault and is left out."""
    engagements: dict[str, Engagement] = {}
    linked = register.linker("engagement", (teams, settings))
    for one, shape in register.each(Family.WATCHBILL, "Engagement", shapes.Engagement):
        linker = _Linker(register, one, shape, settings)
        engagement = linked(one, partial(linker.engagement, teams))
        if engagement is not None:
            engagements[one.name] = engagement
    return engagements


class _Linker:
    """Links one engagement."""

    def __init__(self, register: Register, one: Declared[Shape], shape: shapes.Engagement, settings: Settings) -> None:
        self._register = register
        self._faults = register.faults
        self._one = one
        self._shape = shape
        self._spec = shape.spec
        self._settings = settings

    def engagement(self, teams: Mapping[str, SRETeam]) -> Engagement | None:
        """Return the engagement, or None where one of its parties is not known."""
        spec, one = self._spec, self._one
        name = self._register.resolve_name(one, ("spec", "sre"), Family.WATCHBILL, "SRETeam")
        partner = self._register.resolve(one, ("spec", "partner"), ("group",))
        scope = link_scope(self._register, one, ("spec", "covers"), spec.covers)
        life = self._life()
        extensions = link_extensions(self._register, one, spec)
        reviews_held = link_reviews_held(self._register, one, spec)
        team = teams.get(name) if name else None
        if team is None or partner is None:
            return None
        rules = rules_of(team.implementation)
        check_forms(self._register, one, ("spec", "covers"), spec.covers, rules)
        self._check_authority(rules)
        self._check_end()
        check_agreement(self._register, one, spec, rules, partner)
        self._check_parties(team, partner)
        return Engagement(
            name=one.name,
            title=self._shape.metadata.title or self._shape.metadata.name,
            sre=team.name,
            partner=partner,
            scope=scope,
            pager=self._pager(rules, team),
            practices={practice: str(side) for practice, side in spec.practices.items()},
            authority=frozenset(spec.authority) if spec.authority is not None else None,
            life=life,
            ends=spec.ends,
            place=one.place,
            agreement=link_agreement(self._register, one, spec.agreement, rules),
            extensions=extensions,
            reviews_held=reviews_held,
        )

    def _pager(self, rules: ImplementationRules, team: SRETeam) -> PagerTerms:
        terms = self._spec.pager or shapes.Pager()
        path = ("spec", "pager")
        document = self._one.document
        doubt_months(document, (*path, "respondWithin"), self._faults, terms.respond_within)
        self._check_hours(terms.hours)
        if terms.escalation:
            self._register.resolve_name(self._one, (*path, "escalation"), Family.WATCHBILL, "EscalationPolicy")
        agreed = PagerTerms(
            primary=terms.primary or rules.primary,
            reason=terms.reason or "",
            hours=terms.hours,
            classes={AlertClass(name): side for name, side in terms.classes.items()},
            escalation=terms.escalation.lower() if terms.escalation else None,
            place=document.key_place(*path) if document.has(*path) else self._one.place,
            respond_within=terms.respond_within,
            partner_share=terms.partner_share,
        )
        check_pager(self._faults, document, agreed, rules, team)
        return agreed

    def _check_hours(self, hours: str) -> None:
        known = (ALWAYS, *self._settings.hours)
        if hours not in known and not self._settings.is_unread:
            self._faults.error(
                "unknown-hours",
                self._one.document.place("spec", "pager", "hours"),
                f"The Organization names no hours “{hours}”.",
                f"Known: {', '.join(known)}.",
            )

    def _life(self) -> tuple[Move, ...]:
        moves: list[Move] = []
        last: EngagementState | None = None
        document = self._one.document
        for position, shape in enumerate(self._spec.life):
            path = ("spec", "life", position)
            state = EngagementState(shape.state)
            if state not in MOVES[last]:
                allowed = " or ".join(sorted(move.value for move in MOVES[last])) or "nothing"
                before = f"after “{last.value}”" if last else "at the beginning"
                self._faults.error(
                    "life-move",
                    document.place(*path, "state"),
                    f"“{state.value}” cannot come {before}.",
                    f"What may come {before}: {allowed}.",
                )
            if moves and shape.on < moves[-1].on:
                self._faults.error(
                    "life-order",
                    document.place(*path, "on"),
                    f"This move is dated before the one above it, {moves[-1].on}.",
                    "Write the life oldest first.",
                    [moves[-1].place],
                )
            by = self._register.resolve(self._one, (*path, "by"), ("user", "group"))
            if by is not None:
                moves.append(Move(state, shape.on, by, shape.why, document.place(*path)))
            last = state
        return tuple(moves)

    def _check_authority(self, rules: ImplementationRules) -> None:
        spec = self._spec
        repositories = (spec.agreement.repositories if spec.agreement else None) or {}
        named: list[tuple[Path, str]] = [
            (("spec", "authority", position), action) for position, action in enumerate(spec.authority or ())
        ]
        named += [
            (("spec", "agreement", "repositories", name, position), action)
            for name, actions in repositories.items()
            for position, action in enumerate(actions)
        ]
        for path, action in named if not spec.authority_reason else ():
            if action not in rules.default_authority:
                self._faults.error(
                    "missing-reason",
                    self._one.document.place(*path),
                    f"“{action}” is wider than what the implementation “{rules.implementation.value}” gives.",
                    "Say why in “authorityReason”, or leave it out.",
                )

    def _check_end(self) -> None:
        spec, document = self._spec, self._one.document
        if spec.ends is None:
            return
        if spec.ends < spec.life[0].on:
            self._faults.error(
                "ends-before-start",
                document.place("spec", "ends"),
                f"It ends on {spec.ends}, before its life begins on {spec.life[0].on}.",
                "Correct “ends”, or the days in “life”.",
                [document.place("spec", "life", 0)],
            )
            return
        for position, move in enumerate(spec.life):
            if move.on > _last_day_for(EngagementState(move.state), spec.ends):
                self._faults.error(
                    "move-after-end",
                    document.place("spec", "life", position, "on"),
                    f"It comes to be “{move.state}” on {move.on}, yet it ends on {spec.ends} and gives nothing after that.",
                    "Correct “ends”, or the days in “life”.",
                    [document.place("spec", "ends")],
                )
                return

    def _check_parties(self, team: SRETeam, partner: EntityRef) -> None:
        if team.group == partner:
            self._faults.error(
                "own-partner",
                self._one.document.place("spec", "partner"),
                f"{partner} is the group of {team.name} itself.",
                "Name the group of the developers or customers that it serves.",
                [team.place],
            )


def _last_day_for(state: EngagementState, ends: date) -> date:
    """Return the last day for a move of an engagement that ends on a day: it has ended on the day after its last."""
    return ends + timedelta(days=1) if state is _ENDED and ends < date.max else ends


def change_days(engagements: Mapping[str, Engagement]) -> list[date]:
    """Return the days on which any engagement changes its state, in order."""
    days = {move.on for engagement in engagements.values() for move in engagement.life}
    days |= {engagement.ends + timedelta(days=1) for engagement in engagements.values() if engagement.ends}
    return sorted(days)
