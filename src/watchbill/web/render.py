"""Pages as HTML: the Jinja environment and what every page is given. It asks no service for anything that can fail.

`render` makes any page; pages inside the frame use `pages.frame.page`, which adds the counts of the rail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from watchbill.lib import numbers
from watchbill.lib.durations import closely, duration, window
from watchbill.lib.shares import part
from watchbill.org.implementations import rules_of
from watchbill.org.names import name_of, with_names
from watchbill.org.values import EntityRef, Place
from watchbill.org.zones import zone_of
from watchbill.practices.record.sentences import CHANNELS, OUTCOMES, SENDERS

from .administration import is_administrator
from .callers import caller_of
from .doors import Doors, doors_of
from .show import assets, names, reasons, states, times

TEMPLATES = Path(__file__).parent / "templates"
_CODE = re.compile(r"`([^`]+)`")
_THEMES = frozenset({"light", "dark"})
_IN_WORDS: tuple[Callable[..., str], ...] = (
    numbers.amount, numbers.count, numbers.left, numbers.level, numbers.percent, numbers.rate, numbers.target,
    closely, duration, window, part,
)  # fmt: skip


@dataclass(frozen=True)
class PlaceInRail:
    """A place of the product: where it is, its name, the letter after `g` that leads there; `moving` is one of the phone's five.

    Pages whose path lies in one of `around` belong to it too.
    """

    path: str
    name: str
    icon: str
    key: str
    moving: bool = False
    around: tuple[str, ...] = ()

    def is_around(self, path: str) -> bool:
        """Whether a page lies in this place."""
        of_it = [place for place in (self.path, *self.around) if place != "/"]
        return path == self.path or any(path == place or path.startswith(f"{place}/") for place in of_it)


PLACES = (
    PlaceInRail("/", "Watch", "watch", "w", moving=True),
    PlaceInRail("/inbox", "Inbox", "inbox", "i", moving=True),
    PlaceInRail("/map", "Map", "map", "m"),
    PlaceInRail("/teams", "Teams", "teams", "t", around=("/advice", "/recommendations", "/engagements")),
    PlaceInRail("/services", "Services", "services", "s"),
    PlaceInRail("/platform", "Platform", "platform", "p"),
    PlaceInRail("/findings", "Findings", "findings", "f"),
    PlaceInRail("/goals", "Goals", "goals", "o", moving=True, around=("/shares",)),
    PlaceInRail("/incidents", "Incidents", "incidents", "n", moving=True),
    PlaceInRail("/oncall", "On call", "oncall", "c", moving=True),
    PlaceInRail("/organization", "Organisation", "organization", "r"),
)


def render(request: Request, name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a template as a page. Each page knows who reads it, the organisation in force and how to send a form."""
    template = environment().get_template(name)
    return HTMLResponse(template.render(_shared(request) | context), status)


@cache
def environment() -> Environment:
    """Return the environment: everything is escaped, and a name that a page was not given is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": assets.asset, "places": PLACES, "show": states, "reasons": reasons.reasons}
    made.globals |= {"rules_of": rules_of, "outcomes": OUTCOMES, "channels": CHANNELS, "senders": SENDERS}
    made.filters |= {function.__name__: function for function in _IN_WORDS}
    made.filters |= {
        "several": numbers.several,
        "initials": names.initials,
        "in_words": names.in_words,
        "path": names.path_of,
        "named": _named,
        "subject_path": _subject_path,
        "with_code": _with_code,
        "clock": _time_filter("clock"),
        "at_time": _time_filter("time"),
        "at_second": _time_filter("second"),
        "at_weekday": _time_filter("weekday"),
        "at_full": _time_filter("full"),
        "ago": _time_filter("ago"),
    }
    return made


@pass_context
def _named(context: Context, sentence: str) -> str:
    return with_names(context["organization"], sentence)


def _with_code(sentence: str) -> Markup:
    """Return a sentence with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704 - escaped before


@pass_context
def _subject_path(context: Context, subject: str) -> str:
    return names.subject_path(context["organization"], subject)


def _time_filter(form: str) -> Any:
    @pass_context
    def show_time(context: Context, at: datetime | None) -> Any:
        return times.element(at, context["now"], context["zone"], form)

    return show_time


def _shared(request: Request) -> dict[str, Any]:
    doors = doors_of(request)
    caller = caller_of(request)
    organization = doors.in_force.organization
    person = caller if caller is not None and caller.is_person else None
    now = doors.clock.now()
    zone = zone_of(organization, person.user if person else None)
    theme = request.cookies.get("theme", "")
    return {
        "path": request.url.path,
        "now": now,
        "zone": zone,
        "zone_name": times.zone_name(zone, now),
        "organization": organization,
        "stale": _Stale.of(doors) if person and doors.in_force.is_stale else None,
        "name": lambda ref: name_of(organization, ref),
        "place": _place_text,
        "csrf": person.csrf if person else "",
        "account": person.account if person else None,
        "me": person.user if person else None,
        "is_admin": is_administrator(request) if person else False,
        "theme": theme if theme in _THEMES else "",
        "version": doors.version,
        "has_mail_sink": doors.mail_sink is not None,
        "inbox_count": 0,
        "open_count": 0,
    }


@dataclass(frozen=True)
class _Stale:
    """The files have changed into something that does not lint: since when the last good organisation is in force."""

    since: datetime
    seen_at: datetime
    errors: int

    @classmethod
    def of(cls, doors: Doors) -> _Stale:
        in_force = doors.in_force
        return cls(in_force.since, in_force.latest_at, len(in_force.latest.errors))


def _place_text(place: Place | EntityRef | str | None) -> str:
    return "" if place is None else str(place)
