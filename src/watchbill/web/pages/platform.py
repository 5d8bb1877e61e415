"""The common platform: what things must reach for the products on them, what they promise, and what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from watchbill.lib.ordering import as_counted
from watchbill.lib.shares import at_least, at_most
from watchbill.org.names import with_names
from watchbill.org.objectives import Goal
from watchbill.org.platform import Carried, Carrier, Carrying, PlatformReport, Verdict
from watchbill.org.values import EntityRef
from watchbill.practices.goals.model import GoalStatus
from watchbill.teams import platform_words as words
from watchbill.teams.map_products import title_of
from watchbill.teams.platform import looked_at
from watchbill.web.doors import doors_of
from watchbill.web.show.platform_picture import picture
from watchbill.web.show.states import Shown

from .frame import page

MOST_ROWS = 100
MOST_IN_PICTURE = 60
MOST_NAMED = 6
_CARRYING: Mapping[str, str] = {
    Carrying.TOO_LITTLE: "warn",
    Carrying.NO_GOAL: "unknown",
    Carrying.ENOUGH: "good",
    Carrying.NOT_ASKED: "unknown",
}
_VERDICTS: Mapping[str, str] = {
    Verdict.CANNOT_HOLD: "bad",
    Verdict.TIGHT: "warn",
    Verdict.OWN_FAULTS_ONLY: "warn",
    Verdict.NOT_KNOWN: "unknown",
    Verdict.HOLDS: "good",
}
_CARRYING_ORDER, _VERDICT_ORDER = list(_CARRYING), list(_VERDICTS)


@dataclass(frozen=True)
class Part:
    """One thing as the page shows it: as what carries others, as what is carried, or as both."""

    ref: EntityRef
    carrier: Carrier | None
    carried: Carried | None
    measured: GoalStatus | None

    @property
    def carrying(self) -> Shown | None:
        """Whether it promises what is required of it."""
        return _shown(_CARRYING, words.CARRYING, self.carrier.state) if self.carrier is not None else None

    @property
    def verdict(self) -> Shown | None:
        """Whether its goal can hold."""
        return _shown(_VERDICTS, words.VERDICTS, self.carried.verdict) if self.carried is not None else None

    @property
    def goal(self) -> Goal | None:
        """The goal that counts: what others can count on, or what it is held to itself."""
        if self.carrier is not None and self.carrier.promise is not None:
            return self.carrier.promise.given
        return self.carried.promise.asked if self.carried is not None else None

    @property
    def falls_short(self) -> bool:
        """Whether less was measured than is required of it."""
        sli = self.measured.sli if self.measured is not None else None
        return sli is not None and self.carrier is not None and sli < (self.carrier.required or 0)


async def platform(request: Request) -> Response:
    """Show the platform of all products, or what one stands on (`?product=`)."""
    doors = doors_of(request)
    organization = doors.in_force.organization
    titled = partial(title_of, organization)

    def place(ref: EntityRef) -> tuple[object, ...]:
        return as_counted(titled(ref)), ref

    asked = request.query_params.get("product")
    report, product = await run_in_threadpool(looked_at, organization, asked or None)
    statuses = {status.goal: status for status in await doors.goals.statuses(doors.clock.now())}
    carriers = sorted(report.carriers.values(), key=lambda each: (_CARRYING_ORDER.index(each.state), place(each.thing)))
    carried = sorted(report.carried.values(), key=lambda each: (_VERDICT_ORDER.index(each.verdict), place(each.thing)))
    return await page(
        request,
        "platform.html",
        report=report,
        product=product,
        parts={ref: _part(report, ref, statuses) for ref in report.layers},
        carriers=carriers[:MOST_ROWS],
        carried=carried[:MOST_ROWS],
        broken=[each for each in carried if each.verdict is Verdict.CANNOT_HOLD],
        most_named=MOST_NAMED,
        titled=titled,
        in_titles=lambda text: with_names(organization, text, titled),
        drawn=picture(report, titled) if len(report.layers) <= MOST_IN_PICTURE else None,
        words=words,
        in_percent=_in_percent,
    )


def _part(report: PlatformReport, ref: EntityRef, statuses: Mapping[str, GoalStatus]) -> Part:
    part = Part(ref, report.carriers.get(ref), report.carried.get(ref), None)
    return Part(ref, part.carrier, part.carried, statuses.get(part.goal.name)) if part.goal is not None else part


def _shown(shapes: Mapping[str, str], names: Mapping[str, str], state: str) -> Shown:
    return Shown(shapes[state], names[state])


def _in_percent(share: Fraction, *, reached: bool = False) -> str:
    """Return what is asked for rounded up, what is reached rounded down."""
    return at_most(share) if reached else at_least(share)


ROUTES = [Route("/platform", platform, methods=["GET"], name="platform")]
