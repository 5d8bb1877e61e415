"""Entries of the record as sentences for people: the one place where what happened is put into words. It decides nothing.

A sentence says who did what to whom and has no full stop; what an older entry does not say is left out. The figures of an
alert are shown beside its sentence, not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from watchbill.lib.durations import duration
from watchbill.lib.numbers import several

from .model import Entry, Kind

Names = Callable[[str], str]
"""Gives the name by which people know a reference such as `user:ana`, `group:sre-core` or `channel:ops`."""

CHANNELS: Mapping[str, str] = {"email": "e-mail", "webhook": "webhook", "inbox": "inbox", "channel": "room"}
SENDERS: Mapping[str, str] = {"alertmanager": "Alertmanager", "goal": "The goal"}
WAYS: Mapping[str, str] = {
    "link": "by the link in the message",
    "page": "on the page",
    "api": "through the API",
    "inbox": "in the inbox",
}
OUTCOMES: Mapping[str, str] = {
    "delivered": "the other side took it",
    "retryLater": "it will be tried again",
    "refusedByChannel": "the other side refused it",
    "tooManyAttempts": "given up after a day of attempts",
    "pageEnded": "the page had ended",
    "pageAcknowledged": "the page was acknowledged first",
    "noAddress": "there is no address for them",
    "nobodyOnWatch": "nobody was on watch",
    "groupIsEmpty": "the group has no members",
    "targetUnknown": "there is no such person, group or schedule",
    "channelUnknown": "no instance has this channel in its settings",
    "outsideHours": "it was outside the step's hours",
    "noPolicy": "the holder has no escalation policy",
    "noHolder": "nobody holds the pager",
}


def own_name(reference: str) -> str:
    """Return the name inside a reference: `user:ana` is ana, `channel:ops` room ops, `schedule:core` schedule core."""
    kind, _, name = reference.rpartition(":")
    what = {"channel": "room ", "schedule": "schedule "}.get(kind, "")
    return f"{what}{name}"


def sentence(entry: Entry, name: Names = own_name) -> str:
    """Return what happened, in words. `name` turns references into the names that people know."""
    return _SENTENCES[entry.kind](entry, name)


def _burn_found(entry: Entry, _name: Names) -> str:
    return str(entry.details.get("title") or "A budget burns")


def _burn_ended(entry: Entry, _name: Names) -> str:
    figures = entry.details.get("figures") or {}
    goal = figures.get("goal")
    return f"The burn of {goal} is over" if goal else "The burn is over"


def _alert_fired(entry: Entry, _name: Names) -> str:
    return f"{_sender(entry)} says it fires: {entry.details.get('title', 'no name was given')}"


def _alert_resolved(entry: Entry, _name: Names) -> str:
    return f"{_sender(entry)} says it is over: {entry.details.get('title', 'no name was given')}"


def _alerts_fired(entry: Entry, _name: Names) -> str:
    return f"{_sender(entry)} says that {_more(entry)} fire{_for_instance(entry)}"


def _alerts_resolved(entry: Entry, _name: Names) -> str:
    return f"{_sender(entry)} says that {_more(entry)} are over{_for_instance(entry)}"


def _incident_opened(entry: Entry, _name: Names) -> str:
    asks = " as a ticket: it wakes nobody" if entry.details.get("severity") == "ticket" else ""
    return f"{_incident(entry)} opened{asks}"


def _incident_resolved(entry: Entry, name: Names) -> str:
    after = _after(entry, "open_seconds", " after {}")
    if _is_program(entry.actor):
        return f"{_incident(entry)} resolved{after}: nothing in it fires any more"
    reason = entry.details.get("reason")
    return f"{name(entry.actor)} resolved {_incident(entry).lower()}{after}" + (f": {reason}" if reason else "")


def _holder_named(entry: Entry, name: Names) -> str:
    holder, gap, policy = (entry.details.get(key) for key in ("holder", "gap", "policy"))
    if holder is None:
        return "Nobody holds the pager" + (f": {gap}" if gap else "")
    engagement = entry.details.get("engagement")
    by = f" by the engagement {engagement}" if engagement else ""
    told = _listed([name(group) for group in entry.details.get("told") or ()])
    ending = f", but {gap}" if gap else f", policy {policy}" if policy else ""
    return f"{name(holder)} holds the pager{by}{ending}" + (f"; {told} is told and not woken" if told else "")


def _page_due(entry: Entry, _name: Names) -> str:
    policy = entry.details.get("policy")
    return f"A page is due by policy {policy}" if policy else "A page is due"


def _step_taken(entry: Entry, name: Names) -> str:
    reached = _listed([name(person["recipient"]) for person in entry.details.get("reached") or ()])
    missed = _missed(entry, name)
    return (
        f"{_step(entry)}: {reached or 'nobody'}"
        + (f"; {missed}" if missed else "")
        + _after(entry, "held_seconds", ", after nobody was there for {}")
        + _after(entry, "late_seconds", ", {} late")
    )


def _step_reached_nobody(entry: Entry, name: Names) -> str:
    missed = _missed(entry, name)
    return f"{_step(entry)} reached nobody" + (f": {missed}" if missed else "")


def _step_brought_forward(entry: Entry, _name: Names) -> str:
    follows = entry.details.get("step", "?")
    return f"Step {follows} follows at once: step {entry.details.get('failed_step', '?')} could tell nobody"


def _notice_sent(entry: Entry, name: Names) -> str:
    return f"{_notice(entry, name)} was told{_by_channel(entry)}" + _after(
        entry, "after_seconds", ", {} after the page"
    )


def _notice_failed(entry: Entry, name: Names) -> str:
    return f"{_notice(entry, name)} could not be told{_by_channel(entry)}{_why(entry)}"


def _notice_dropped(entry: Entry, name: Names) -> str:
    return f"{_notice(entry, name)} was not told{_by_channel(entry)}{_why(entry)}"


def _page_acknowledged(entry: Entry, name: Names) -> str:
    too = " too" if entry.details.get("again") else ""
    via = str(entry.details.get("via") or "")
    way = f" {WAYS.get(via, f'through {via}')}" if via else ""
    return f"{name(entry.actor)} acknowledged{too}{way}" + _after(entry, "after_seconds", ", {} after the page")


def _acknowledgement_expired(entry: Entry, name: Names) -> str:
    person = entry.details.get("acknowledged_by")
    whose = f"{name(person)}'s acknowledgement" if person else "The acknowledgement"
    return f"{whose} ran out: the page is due again"


def _page_resolved(entry: Entry, _name: Names) -> str:
    return "The page ended" + _after(entry, "open_seconds", " after {}") + ": nobody is called any more"


def _page_exhausted(entry: Entry, _name: Names) -> str:
    outcome = entry.details.get("outcome")
    if outcome:
        return f"The page can reach nobody: {OUTCOMES.get(outcome, outcome)}"
    return "Every step was taken in every round, and nobody acknowledged"


def _page_due_again(entry: Entry, _name: Names) -> str:
    title = entry.details.get("title")
    return "Nobody had answered, and another alert fires: the page is due again" + (f" ({title})" if title else "")


def _page_put_off(entry: Entry, _name: Names) -> str:
    fault = entry.details.get("fault")
    return "The page could not be moved on for a fault of watchbill's own; it is tried every minute" + (
        f" ({fault})" if fault else ""
    )


def _is_program(actor: str) -> bool:
    """Return whether an actor is watchbill itself: people are references, which name their kind."""
    return ":" not in actor


def _sender(entry: Entry) -> str:
    source = str(entry.details.get("source", "A sender"))
    return SENDERS.get(source, source)


def _more(entry: Entry) -> str:
    return several(entry.details.get("count", 0), "more alert")


def _for_instance(entry: Entry) -> str:
    titles = entry.details.get("titles") or []
    return f": {titles[0]}" + (" …" if entry.details.get("count", 0) > 1 else "") if titles else ""


def _incident(entry: Entry) -> str:
    number = entry.details.get("number")
    return "The incident" if number is None else f"Incident {number}"


def _step(entry: Entry) -> str:
    details = entry.details
    policy = f" of policy {details['policy']}" if details.get("policy") else ""
    again = f", round {details['round'] + 1}" if details.get("round") else ""
    return f"Step {details.get('step', '?')}{policy}{again}"


def _missed(entry: Entry, name: Names) -> str:
    told = []
    for missed in entry.details.get("missed") or ():
        why = OUTCOMES.get(missed["outcome"], missed["outcome"])
        told.append(f"{name(missed['target'])}: {why}" if missed["target"] else why)
    return "; ".join(told)


def _notice(entry: Entry, name: Names) -> str:
    recipient = str(entry.details.get("recipient", "somebody"))
    named = name(recipient)
    return f"{named[0].upper()}{named[1:]}" if recipient.startswith("channel:") else named


def _by_channel(entry: Entry) -> str:
    channel = entry.details.get("channel")
    if channel is None:
        return ""
    return " in the inbox" if channel == "inbox" else f" by {CHANNELS.get(channel, channel)}"


def _why(entry: Entry) -> str:
    outcome, detail = entry.details.get("outcome"), entry.details.get("detail")
    told = [OUTCOMES.get(outcome, outcome)] if outcome else []
    told += [str(detail)] if detail else []
    return f": {', '.join(told)}" if told else ""


def _after(entry: Entry, key: str, phrase: str) -> str:
    seconds = entry.details.get(key)
    return phrase.format(duration(seconds)) if isinstance(seconds, int | float) else ""


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


_SENTENCES: Mapping[Kind, Callable[[Entry, Names], str]] = {
    Kind.BURN_FOUND: _burn_found,
    Kind.BURN_ENDED: _burn_ended,
    Kind.ALERT_FIRED: _alert_fired,
    Kind.ALERT_RESOLVED: _alert_resolved,
    Kind.ALERTS_FIRED: _alerts_fired,
    Kind.ALERTS_RESOLVED: _alerts_resolved,
    Kind.INCIDENT_OPENED: _incident_opened,
    Kind.INCIDENT_RESOLVED: _incident_resolved,
    Kind.HOLDER_NAMED: _holder_named,
    Kind.PAGE_DUE: _page_due,
    Kind.STEP_TAKEN: _step_taken,
    Kind.STEP_REACHED_NOBODY: _step_reached_nobody,
    Kind.STEP_BROUGHT_FORWARD: _step_brought_forward,
    Kind.NOTICE_SENT: _notice_sent,
    Kind.NOTICE_FAILED: _notice_failed,
    Kind.NOTICE_DROPPED: _notice_dropped,
    Kind.PAGE_ACKNOWLEDGED: _page_acknowledged,
    Kind.ACKNOWLEDGEMENT_EXPIRED: _acknowledgement_expired,
    Kind.PAGE_RESOLVED: _page_resolved,
    Kind.PAGE_EXHAUSTED: _page_exhausted,
    Kind.PAGE_DUE_AGAIN: _page_due_again,
    Kind.PAGE_PUT_OFF: _page_put_off,
}
