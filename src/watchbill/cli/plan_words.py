"""A plan in words: what matters most first, as sections that text and Markdown are made of. Decides nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from watchbill.lib.numbers import percent, several
from watchbill.org.because import day_in_words, listed

from .plan_replayed import replayed_section
from .plan_sections import Entry, Section

HARMS = "What harms"
_MOST_NAMED = 6
_MOST_PEOPLE = 12


def summary(answer: Mapping[str, Any]) -> str:
    """Return what a plan comes to, in one line."""
    if not answer["isCompared"]:
        count = several(len(answer["harms"]), "error")
        return f"{count}: this cannot take force, and nothing was compared."
    counts = [
        (_things(answer, "pager"), "thing", "paged differently"),
        (_things(answer, "authority"), "thing", "under other authority"),
        (_things(answer, "practice"), "thing", "with other practices"),
        (len(answer["offices"]), "office", "held by others"),
        (len({person["user"] for person in answer["people"]}), "person", "affected"),
        (len(answer["faults"]["opened"]), "fault", "opened"),
        (len(answer["faults"]["closed"]), "fault", "closed"),
        (len(answer["findings"]["opened"]), "finding", "opened"),
        (len(answer["findings"]["closed"]), "finding", "closed"),
        (len(answer["findings"]["waived"]), "finding", "waived by an override"),
    ]
    parts = [
        f"{several(count, noun, 'people' if noun == 'person' else '')} {what}" for count, noun, what in counts if count
    ]
    verdict = several(len(answer["harms"]), "harm") if answer["harms"] else "No harm"
    if parts:
        return f"{verdict}. {'; '.join(parts)}."
    if not answer["changes"] and not answer["documents"]:
        return f"{verdict}. Both say the same."
    return f"{verdict}. Who answers for what, who may do what and who is on call stays as it is."


def sections(answer: Mapping[str, Any]) -> list[Section]:
    """Return the sections of a plan that have something to say, what matters most first."""
    on_call = answer.get("onCall")
    faults, findings = answer["faults"], answer["findings"]
    found = [
        Section(HARMS, tuple(_harm(harm) for harm in answer["harms"])),
        Section("Pagers", tuple(_change(change, *_holdings(change)) for change in _of(answer, "pager"))),
        Section("People on call", tuple(_people(answer["people"], on_call)), _meant(on_call)),
        Section("Authority", tuple(_change(change, *_given_and_taken(change)) for change in _of(answer, "authority"))),
        Section("Offices", tuple(_office(office) for office in answer["offices"])),
        Section("Practices", tuple(_change(change, *_accountable(change)) for change in _of(answer, "practice"))),
        Section("Advice", tuple(_change(change, *_given_and_taken(change)) for change in _of(answer, "advice"))),
        replayed_section(answer.get("replayed")),
        Section("Documents", tuple(_document(document) for document in answer["documents"])),
        Section("Faults opened", tuple(_fault(fault) for fault in faults["opened"] if answer["isCompared"])),
        Section("Faults closed", tuple(_fault(fault) for fault in faults["closed"])),
        Section("Findings opened", tuple(_opened(findings["opened"]))),
        Section("Findings closed", tuple(_finding(finding) for finding in findings["closed"])),
        Section("Findings waived: an override lets them pass", tuple(_finding(each) for each in findings["waived"])),
    ]
    return [section for section in found if section.entries]


def left_out(answer: Mapping[str, Any]) -> str:
    """Return how far was looked, where that is not all the way."""
    if not answer.get("daysLeftOut"):
        return ""
    until = day_in_words(date.fromisoformat(answer["lookedUntil"]))
    return f"Looked ahead to {until}; {several(answer['daysLeftOut'], 'later day')} of change not."


def _of(answer: Mapping[str, Any], aspect: str) -> list[Mapping[str, Any]]:
    return [change for change in answer["changes"] if change["aspect"] == aspect]


def _things(answer: Mapping[str, Any], aspect: str) -> int:
    return len({thing for change in _of(answer, aspect) for thing in change["things"]})


def _change(change: Mapping[str, Any], *lines: str) -> Entry:
    of = ", ".join(change["of"])
    if change["aspect"] == "pager":
        of = "all alerts" if len(change["of"]) == 3 else f"{' and '.join(change['of'])} alerts"
    about = f"{_subject(change)}: {of}" if of else _subject(change)
    return Entry(f"{about}, {_when(change['since'], change['until'])}", lines)


def _subject(change: Mapping[str, Any]) -> str:
    things = change["things"]
    named = ", ".join(_short(thing) for thing in things[:_MOST_NAMED])
    more = f" and {len(things) - _MOST_NAMED} more" if len(things) > _MOST_NAMED else ""
    if change["whole"] is None:
        return f"{named}{more}"
    kind, _, name = change["whole"].partition(":")
    return f"{kind.capitalize()} {name} ({named}{more})"


def _short(reference: str) -> str:
    return reference.removeprefix("component:")


def _when(since: str | None, until: str | None) -> str:
    begin = f"from {day_in_words(date.fromisoformat(since))}" if since else "at once"
    return f"{begin} until {day_in_words(date.fromisoformat(until))}" if until else begin


def _holdings(change: Mapping[str, Any]) -> tuple[str, str]:
    return (
        f"− {_holding(change['before'], 'not in the catalog')}",
        f"+ {_holding(change['after'], 'not in the catalog')}",
    )


def _holding(holding: Mapping[str, Any] | None, nothing: str) -> str:
    if holding is None:
        return nothing
    covers = holding["team"] or "no SRE team"
    if holding["gap"] is not None and not holding["outside"]:
        return f"{covers}; nobody can be paged: {holding['gap']}"
    hours = f" {_hours(holding['hours'])}" if holding["outside"] else ""
    within = f"{covers}, paging {holding['holder']}{hours} by the policy {holding['policy']}"
    if holding["gap"] is not None:
        within = f"{covers}; nobody can be paged{hours}: {holding['gap']}"
    if holding["outsideGap"] is not None:
        return f"{within}, else nobody: {holding['outsideGap']}"
    return f"{within}, else {holding['outside']}" if holding["outside"] else within


def _hours(openings: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(f"{_days(each['days'])} {each['from']}–{each['to']}" for each in openings)


def _days(days: Sequence[str]) -> str:
    """Return days of a week as they are written in documents: `mon-fri`, `sat sun`."""
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    follows = "".join("x" if day in days else " " for day in week).strip()
    return f"{days[0]}-{days[-1]}" if len(days) > 2 and " " not in follows else " ".join(days)


def _accountable(change: Mapping[str, Any]) -> tuple[str, str]:
    def words(of: Mapping[str, Any] | None) -> str:
        if of is None:
            return "not in the catalog"
        jointly = ", done by both sides" if of["how"] == "joint" else ""
        return f"{of['accountable'] or 'nobody'} is accountable{jointly}"

    return f"− {words(change['before'])}", f"+ {words(change['after'])}"


def _office(office: Mapping[str, Any]) -> Entry:
    return Entry(f"{_short(office['of'])}: {office['office']}, at once", _given_and_taken(office))


def _given_and_taken(change: Mapping[str, Any]) -> tuple[str, ...]:
    before, after = change["before"] or [], change["after"] or []
    taken, given = [each for each in before if each not in after], [each for each in after if each not in before]
    return tuple(f"{sign} {', '.join(some)}" for sign, some in (("−", taken), ("+", given)) if some)


def _people(people: Sequence[Mapping[str, Any]], on_call: Mapping[str, Any] | None) -> Iterable[Entry]:
    """Yield an entry for all who are told the same, those with the greatest share first."""
    limit = on_call["limit"] if on_call and on_call["limit"] is not None else 1
    by_words: dict[str, list[str]] = {}
    for person in sorted(people, key=lambda each: (-each["after"], each["user"])):
        by_words.setdefault(_person(person, limit), []).append(person["name"])
    return (Entry(f"{listed(names, _MOST_PEOPLE)}: {words}") for words, names in by_words.items())


def _person(person: Mapping[str, Any], limit: float) -> str:
    share = f"{_share(person['before'])} → {_share(person['after'])}"
    if person["before"] == person["after"]:
        share = f"{_share(person['after'])} as before"
    over = ["over the limit"] if person["after"] > limit else []
    moves = [f"{verb} {listed(person[verb])}" for verb in ("joins", "leaves") if person[verb]]
    when = [_when(person["since"], person["until"])] if person["since"] or person["until"] else []
    return ", ".join([share, *over, *moves, *when])


def _share(share: float) -> str:
    return percent(share, 0 if abs(share * 100 - round(share * 100)) < 1e-9 else 1)


def _meant(on_call: Mapping[str, Any] | None) -> str:
    """Return how shares are meant, and what they are held against."""
    if not on_call:
        return ""
    limit = f"; at most {_share(on_call['limit'])}: {on_call['source']}" if on_call["limit"] is not None else ""
    return f"In the long run, over whole rounds of turns{limit}."


def _harm(harm: Mapping[str, Any]) -> Entry:
    since = f" From {day_in_words(date.fromisoformat(harm['since']))}." if harm["since"] else ""
    is_fault = all(re.fullmatch(r".+:\d+", subject) for subject in harm["subjects"])
    place = f" ({', '.join(harm['subjects'])})" if is_fault else ""
    return Entry(f"{harm['text']}{since}{place}")


def _document(document: Mapping[str, Any]) -> Entry:
    fields = f" in {', '.join(document['fields'])}" if document["fields"] else ""
    return Entry(f"{' '.join(filter(None, (document['kind'], document['name'])))}: {document['change']}{fields}")


def _fault(fault: Mapping[str, Any]) -> Entry:
    return Entry(f"{fault['severity']}[{fault['code']}] {fault['message']} ({fault['file']}:{fault['line']})")


def _opened(findings: Sequence[Mapping[str, Any]]) -> Iterable[Entry]:
    """Yield the findings that come, what to do once for each rule."""
    told: set[str] = set()
    for finding in findings:
        yield _finding(finding, *([] if finding["rule"] in told else [finding["remedy"]]))
        told.add(finding["rule"])


def _finding(finding: Mapping[str, Any], *lines: str) -> Entry:
    limit = f", {finding['threshold']}" if finding["threshold"] else ""
    place = f"{finding['file']}:{finding['line']}"
    return Entry(f"{finding['level']}[{finding['rule']}{limit}] {finding['text']} ({place})", lines)
