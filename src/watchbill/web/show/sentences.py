"""The record in sentences: what happened, made from an entry's kind and details at the moment it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from watchbill.org.organization import Organization
from watchbill.practices.oncall.model import Outcome
from watchbill.practices.record.model import Entry, Kind

from .figures import figures_in_words
from .names import name_of
from .numbers import duration
from .reasons import Reason, reasons
from .states import OUTCOMES

Details = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A line of a timeline. `kind` is one word; `key` marks the moves that matter most; `caused_by` is the id of another line."""

    id: str
    at: datetime
    kind: str
    text: str
    key: bool
    evidence: str
    because: tuple[Reason, ...]
    caused_by: str | None
    cause: str


_KINDS = {
    Kind.BURN_FOUND: "alert",
    Kind.BURN_ENDED: "alert",
    Kind.ALERT_FIRED: "alert",
    Kind.ALERT_RESOLVED: "alert",
    Kind.INCIDENT_OPENED: "incident",
    Kind.INCIDENT_RESOLVED: "resolve",
    Kind.HOLDER_NAMED: "coverage",
    Kind.PAGE_DUE: "page",
    Kind.STEP_TAKEN: "step",
    Kind.STEP_REACHED_NOBODY: "step",
    Kind.NOTICE_SENT: "notice",
    Kind.NOTICE_FAILED: "notice",
    Kind.NOTICE_DROPPED: "notice",
    Kind.PAGE_ACKNOWLEDGED: "ack",
    Kind.ACKNOWLEDGEMENT_EXPIRED: "ack",
    Kind.PAGE_RESOLVED: "page",
    Kind.PAGE_EXHAUSTED: "page",
}
_KEYS = frozenset(
    {Kind.BURN_FOUND, Kind.ALERT_FIRED, Kind.PAGE_ACKNOWLEDGED, Kind.INCIDENT_RESOLVED, Kind.PAGE_EXHAUSTED}
)


def timeline(entries: list[Entry], organization: Organization) -> list[Line]:
    """Return the lines of an incident's record, oldest first, each with the kind of the line that caused it."""
    kinds = {entry.id: _KINDS[entry.kind] for entry in entries}
    return [
        Line(
            id=entry.id,
            at=entry.at,
            kind=_KINDS[entry.kind],
            text=_SENTENCES[entry.kind](_Teller(entry, organization)),
            key=entry.kind in _KEYS,
            evidence=figures_in_words(entry.details.get("figures") or {}),
            because=tuple(_because(entry.details)),
            caused_by=entry.caused_by if entry.caused_by in kinds else None,
            cause=kinds.get(entry.caused_by or "", ""),
        )
        for entry in entries
    ]


def _because(details: Details) -> list[Reason]:
    given = reasons(details.get("because") or ())
    ways = [Reason(str(each["why"]), "") for each in details.get("reached") or () if each.get("why")]
    written = [Reason("as the step is written", f"{details['file']}:{details['line']}")] if details.get("file") else []
    return given + ways + written


def outcome_in_words(code: str) -> str:
    """Return a stored outcome in words."""
    return OUTCOMES[Outcome(code)] if code in {each.value for each in Outcome} else code


class _Teller:
    """One entry with what its sentence needs: names for references, words for outcomes."""

    def __init__(self, entry: Entry, organization: Organization) -> None:
        self._entry = entry
        self._organization = organization

    def get(self, *names: str, default: str = "") -> str:
        """Return the first of the details that is set, as text."""
        for name in names:
            value = self._entry.details.get(name)
            if value not in (None, "", []):
                return str(value)
        return default

    def name(self, *names: str) -> str:
        """Return the first of the details that is set, as the name of who it refers to."""
        return name_of(self._organization, self.get(*names) or None)

    def each(self, detail: str, field: str) -> list[str]:
        """Return one field of each entry of a list, references as names."""
        value = self._entry.details.get(detail)
        return [name_of(self._organization, str(each[field])) for each in value] if isinstance(value, list) else []

    def missed(self) -> str:
        """Return which targets of a step led to nobody, and why."""
        value = self._entry.details.get("missed")
        found = value if isinstance(value, list) else []
        return "; ".join(f"{each['target'] or 'the whole step'}: {outcome_in_words(each['outcome'])}" for each in found)

    def span(self, name: str) -> str:
        """Return a number of seconds as a length of time; empty where there is none."""
        value = self._entry.details.get(name)
        return duration(timedelta(seconds=float(value))) if isinstance(value, (int, float)) else ""

    def outcome(self) -> str:
        """Return why something was or was not sent."""
        return outcome_in_words(self.get("outcome"))

    @property
    def actor(self) -> str:
        """Who did it."""
        return name_of(self._organization, self._entry.actor)

    @property
    def step(self) -> str:
        """The step and round, counted as people do."""
        step = f"step {self.get('step')}" if self.get("step") else "a step"
        again = self._entry.details.get("round")
        return f"{step}, round {int(again) + 1}" if again else step


def _by_policy(tell: _Teller) -> str:
    return f", by policy {tell.get('policy')}" if tell.get("policy") else ""


def _holder(tell: _Teller) -> str:
    if tell.get("gap"):
        return f"Nobody can be paged: {tell.get('gap')}"
    team = tell.get("team")
    return f"{tell.name('holder')} holds the pager{f' (SRE team {team})' if team else ''}{_by_policy(tell)}"


def _resolved(tell: _Teller) -> str:
    by = "nothing fires any more" if tell.actor == "watchbill" else f"by {tell.actor}"
    after = tell.span("open_seconds")
    reason = tell.get("reason")
    return f"Resolved{f' after {after}' if after else ''}, {by}{f': {reason}' if reason else ''}"


def _acknowledged(tell: _Teller) -> str:
    via = {"link": "by the link of the message", "page": "on the page", "api": "by the API"}.get(tell.get("via"), "")
    after = tell.span("after_seconds") or tell.span("seconds")
    again = " again" if tell.get("again") == "True" else ""
    return f"{tell.actor} acknowledged{again} {via}".rstrip() + (f", {after} after the page" if after else "")


def _notice(verb: str) -> Callable[[_Teller], str]:
    def say(tell: _Teller) -> str:
        channel = tell.get("channel", default="a channel")
        why = tell.get("detail") or tell.outcome()
        return f"{tell.name('recipient')} by {channel}: {verb}{f' ({why})' if why else ''}"

    return say


def _step(tell: _Teller) -> str:
    late = tell.span("late_seconds")
    reached = ", ".join(tell.each("reached", "recipient"))
    return f"{tell.step.capitalize()}{_by_policy(tell)}: {reached or 'nobody'}" + (f", {late} late" if late else "")


def _step_missed(tell: _Teller) -> str:
    held = f"; it held for {tell.span('held_seconds')}" if tell.span("held_seconds") else ""
    return f"{tell.step.capitalize()}{_by_policy(tell)} reached nobody: {tell.missed() or tell.outcome()}{held}"


_SENTENCES: Mapping[Kind, Callable[[_Teller], str]] = {
    Kind.BURN_FOUND: lambda tell: f"{tell.get('title', default='A budget burns')}",
    Kind.BURN_ENDED: lambda tell: f"The burn has ended: {tell.get('title', default='both windows are quiet')}",
    Kind.ALERT_FIRED: lambda tell: f"{tell.get('source', default='A sender')} says: {tell.get('title')}",
    Kind.ALERT_RESOLVED: lambda tell: f"{tell.get('source', default='A sender')} says it is over: {tell.get('title')}",
    Kind.INCIDENT_OPENED: lambda tell: f"Incident {tell.get('number')} is opened".replace("  ", " "),
    Kind.INCIDENT_RESOLVED: _resolved,
    Kind.HOLDER_NAMED: _holder,
    Kind.PAGE_DUE: lambda tell: f"A page is due{_by_policy(tell)}",
    Kind.STEP_TAKEN: _step,
    Kind.STEP_REACHED_NOBODY: _step_missed,
    Kind.NOTICE_SENT: _notice("delivered"),
    Kind.NOTICE_FAILED: _notice("not delivered"),
    Kind.NOTICE_DROPPED: _notice("not sent"),
    Kind.PAGE_ACKNOWLEDGED: _acknowledged,
    Kind.ACKNOWLEDGEMENT_EXPIRED: lambda tell: "The acknowledgement ran out: the page is due again",
    Kind.PAGE_RESOLVED: lambda tell: "The page is over: nobody is called any more",
    Kind.PAGE_EXHAUSTED: lambda tell: "Every step was taken and nobody acknowledged",
}
