"""The verbs of advice: recommend and answer, ask for a glass, decide on it and close it. Each is one unit of work, and audited.

Who may is decided by `org.authority`, again at every step: an engagement that ended in between gives nothing any more.
"""

from __future__ import annotations

from datetime import datetime

from watchbill.lib.errors import Conflict, Invalid, NotFound, Refused
from watchbill.lib.ids import new_id
from watchbill.org.authority import Action, Decision, decide, decide_approval
from watchbill.org.broken_glass import BrokenGlass
from watchbill.org.in_force import OrganizationInForce
from watchbill.org.values import EntityRef
from watchbill.store.store import Store, Transaction

from . import rules, tables
from .audit import ANSWERS, GLASS_MOVES, Done, audit, by_time
from .model import Answer, Glass, GlassMove, GlassState, Recommendation, RecommendationState, Tally

_MOST_LISTED = 200
_MOST_COUNTED = 10_000
_MOST_SETTLED = 500


class AdviceService:
    """The door to recommendations and break-glasses."""

    def __init__(self, store: Store, organization: OrganizationInForce) -> None:
        self._store = store
        self._organization = organization

    async def recommend(
        self, thing: EntityRef, actor: EntityRef, now: datetime, *, title: str, rationale: str, patch: str = ""
    ) -> Recommendation:
        """Recommend something about a thing to its owner; it waits for 30 days. Raises Refused, NotFound, Invalid."""
        known = self._organization.organization.things.get(thing)
        if known is None:
            raise NotFound(f"There is no {thing} in the catalog.", "The list of services has them all.")
        rules.check_words(title, rationale)
        decision = self._decide(actor, Action.RECOMMEND, thing, now)
        made = Recommendation(
            id=new_id(now),
            thing=thing,
            owner=known.owner,
            team=decision.team,
            engagement=decision.engagement,
            title=title.strip(),
            rationale=rationale.strip(),
            patch=patch,
            made_by=actor,
            made_at=now,
            expires_at=now + rules.EXPIRES_AFTER,
            state=RecommendationState.WAITING,
        )
        async with self._store.writing() as transaction:
            await tables.RECOMMENDATIONS.add(transaction, made)
            done = Done(str(actor), Action.RECOMMEND.value, decision.ground, made.rationale)
            await audit(transaction, now, made, done)
        return made

    async def answer(
        self,
        id: str,  # noqa: A002 - the word of the address
        answer: Answer,
        actor: EntityRef,
        now: datetime,
        reason: str = "",
    ) -> Recommendation:
        """Accept, decline or report as implemented, in the owner's name. Raises NotFound, Refused, Conflict, Invalid."""
        if answer not in ANSWERS:
            raise Invalid("Only time lets a recommendation expire.", "Accept or decline it.")
        async with self._store.writing() as transaction:
            before = await _recommendation(transaction, id)
            decision = self._decide(actor, Action.ACCEPT_RECOMMENDATION, before.thing, now)
            if not rules.may_answer(before, answer, actor):
                raise Refused(
                    "Nobody accepts or declines their own recommendation.",
                    f"Ask somebody else of {before.owner} to answer it.",
                    about=str(before.thing),
                )
            after = rules.answered(before, answer, actor, now, reason.strip())
            await tables.RECOMMENDATIONS.move(transaction, before, after)
            await audit(transaction, now, after, Done(str(actor), ANSWERS[answer], decision.ground, reason.strip()))
        return after

    async def ask_for_glass(
        self, thing: EntityRef, actor: EntityRef, now: datetime, *, reason: str, minutes: int
    ) -> Glass:
        """Ask the partner to let one change their thing for a while, once at a time. Raises Refused, Invalid, Conflict."""
        if not reason.strip():
            raise Invalid("Glass is broken with a reason.", "Say what cannot wait.", "reason")
        if not 1 <= minutes <= rules.longest_minutes():
            raise Invalid(
                f"Glass is broken for 1 to {rules.longest_minutes()} minutes, not {minutes}.",
                "Ask again later.",
                "minutes",
            )
        decision = self._decide(actor, Action.BREAK_GLASS, thing, now)
        if decision.approver is None or decision.team is None or decision.engagement is None:
            raise RuntimeError("the authority allowed a break-glass without a partner to approve it")
        asked = Glass(
            id=new_id(now),
            holder=actor,
            thing=thing,
            partner=decision.approver,
            team=decision.team,
            engagement=decision.engagement,
            reason=reason.strip(),
            minutes=minutes,
            asked_at=now,
            state=GlassState.ASKED,
        )
        async with self._store.writing() as transaction:
            before = await tables.GLASSES.newest(transaction, 1, *tables.glass_for(actor, thing))
            _once_at_a_time(before, now)
            await tables.GLASSES.add(transaction, asked)
            done = Done(str(actor), Action.BREAK_GLASS.value, decision.ground, asked.reason)
            await audit(transaction, now, asked, done)
        return asked

    async def move_glass(
        self,
        id: str,  # noqa: A002 - the word of the address
        move: GlassMove,
        actor: EntityRef,
        now: datetime,
        reason: str = "",
    ) -> Glass:
        """Approve or refuse a break-glass for the partner, or close it early. Raises NotFound, Refused, Conflict, Invalid.

        Its holder may close it too, whatever became of the engagement: giving a right back needs none.
        """
        if move not in GLASS_MOVES:
            raise Invalid("Only time lets a break-glass lapse.", "Approve or refuse it.")
        async with self._store.writing() as transaction:
            before = await _glass(transaction, id)
            ground = self._right_to_move(before, move, actor, now)
            after = rules.moved(before, move, actor, now, reason.strip())
            await tables.GLASSES.move(transaction, before, after)
            await audit(transaction, now, after, Done(str(actor), GLASS_MOVES[move], ground, reason.strip()))
        return after

    async def settle(self, now: datetime) -> int:
        """Write down, and audit, what time has decided: what expired, lapsed or closed by itself. Return how many those were."""
        async with self._store.writing() as transaction:
            expired = await tables.RECOMMENDATIONS.newest(transaction, _MOST_SETTLED, tables.expired_by(now))
            for waiting in expired:
                late = rules.as_of(waiting, now)
                await tables.RECOMMENDATIONS.move(transaction, waiting, late)
                await audit(transaction, now, late, by_time(late))
            over = await tables.GLASSES.newest(
                transaction, _MOST_SETTLED, tables.over_by(now, now - rules.ANSWERED_WITHIN)
            )
            for glass in over:
                shut = rules.glass_as_of(glass, now)
                await tables.GLASSES.move(transaction, glass, shut)
                await audit(transaction, now, shut, by_time(shut))
            return len(expired) + len(over)

    async def recommendation(self, id: str, now: datetime) -> Recommendation:  # noqa: A002 - the word of the address
        """Return a recommendation as it stands at an instant. Raises NotFound."""
        async with self._store.reading() as transaction:
            return rules.as_of(await _recommendation(transaction, id), now)

    async def recommendations(
        self,
        now: datetime,
        *,
        team: str | None = None,
        owner: EntityRef | None = None,
        thing: EntityRef | None = None,
    ) -> list[Recommendation]:
        """Return the newest 200 recommendations as they stand: of a team or to an owner, and about a thing, where named."""
        async with self._store.reading() as transaction:
            which = (*tables.of_parties(team, owner), *tables.about(thing))
            found = await tables.RECOMMENDATIONS.newest(transaction, _MOST_LISTED, *which)
        return [rules.as_of(each, now) for each in found]

    async def glasses(self, now: datetime, *, team: str | None = None, thing: EntityRef | None = None) -> list[Glass]:
        """Return the newest 200 break-glasses as they stand at an instant: of a team and for a thing, where named."""
        async with self._store.reading() as transaction:
            found = await tables.GLASSES.newest(transaction, _MOST_LISTED, *tables.glass_of(team, thing))
        return [rules.glass_as_of(each, now) for each in found]

    async def unanswered(self, now: datetime) -> tuple[list[Recommendation], list[Glass]]:
        """Return the newest 200 recommendations and break-glasses each that wait for an answer at an instant."""
        async with self._store.reading() as transaction:
            made = await tables.RECOMMENDATIONS.newest(transaction, _MOST_LISTED, tables.waits(now))
            waits = tables.glass_waits(now - rules.ANSWERED_WITHIN)
            return made, await tables.GLASSES.newest(transaction, _MOST_LISTED, waits)

    async def told_to(
        self, person: EntityRef, since: datetime, now: datetime
    ) -> tuple[list[Recommendation], list[Glass]]:
        """Return what became since an instant of a person's recommendations, and the glass that they have asked for since."""
        async with self._store.reading() as transaction:
            answered = tables.answered_to(person, since, now)
            made = await tables.RECOMMENDATIONS.newest(transaction, _MOST_LISTED, answered)
            glass = await tables.GLASSES.newest(transaction, _MOST_LISTED, tables.asked_by(person, since))
        return [rules.as_of(each, now) for each in made], [rules.glass_as_of(each, now) for each in glass]

    async def open_glass(self, now: datetime) -> tuple[BrokenGlass, ...]:
        """Return the glass that is open at an instant, as the authority takes it."""
        async with self._store.reading() as transaction:
            found = await tables.GLASSES.newest(transaction, _MOST_LISTED, tables.is_open(now))
        return tuple(broken for each in found if (broken := rules.as_broken(each)) is not None)

    async def tally(self, team: str, now: datetime) -> Tally:
        """Return what a team's advice to others of the last year has come to, and how much glass it broke in that year."""
        since = now - rules.COUNTED_OVER
        async with self._store.reading() as transaction:
            of_team = (*tables.of_parties(team, None), tables.made_since(since))
            made = await tables.RECOMMENDATIONS.newest(transaction, _MOST_COUNTED, *of_team)
            glass = await tables.count_opened(transaction, team, since)
        advising = self._organization.organization.sre_teams.get(team)
        to_others = [each for each in made if advising is None or each.owner != advising.group]
        return rules.tally(to_others, glass, now)

    def _decide(self, actor: EntityRef, action: Action, thing: EntityRef, now: datetime) -> Decision:
        decision = decide(self._organization.organization, actor, action, thing, now)
        if not decision.allowed:
            raise decision.refusal(thing)
        return decision

    def _right_to_move(self, glass: Glass, move: GlassMove, actor: EntityRef, now: datetime) -> str:
        if move is GlassMove.CLOSE and actor == glass.holder:
            return f"holder: {actor} gives it back."
        organization = self._organization.organization
        act = decide(organization, glass.holder, Action.BREAK_GLASS, glass.thing, now)
        decision = decide_approval(organization, actor, act, now, of=glass.holder)
        if not decision.allowed:
            raise decision.refusal(glass.thing)
        return decision.ground


def _once_at_a_time(before: list[Glass], now: datetime) -> None:
    for glass in (rules.glass_as_of(each, now) for each in before):
        if glass.state is GlassState.ASKED:
            raise Conflict(
                f"You have asked for {glass.thing} already; {glass.partner} has not answered yet.",
                "Wait for the answer.",
            )
        if glass.state is GlassState.OPEN:
            raise Conflict(f"The glass of {glass.thing} is open to you already.", "Close it first; then ask again.")


async def _recommendation(transaction: Transaction, id: str) -> Recommendation:  # noqa: A002 - the word of the address
    found = await tables.RECOMMENDATIONS.by_id(transaction, id)
    if found is None:
        raise NotFound(f"There is no recommendation “{id[:40]}”.", "The page of a team lists its own.")
    return found


async def _glass(transaction: Transaction, id: str) -> Glass:  # noqa: A002 - the word of the address
    found = await tables.GLASSES.by_id(transaction, id)
    if found is None:
        raise NotFound(f"There is no break-glass “{id[:40]}”.", "The page of a team lists its own.")
    return found
