"""What a spec of another program counts, as counters that watchbill can read: a total, and the good or the bad part of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from watchbill.org import promql
from watchbill.org.objectives import Matcher, Selector
from watchbill.org.selectors import parse_query, parse_selector

_WINDOW = re.compile(r"\[\s*(?:\{\{\s*\.?window\s*\}\}|window)\s*\]")
_OPENING, _CLOSING, _QUOTES = "([{", ")]}", "\"'`"
_THING_LABELS = ("service", "component", "job")


@dataclass(frozen=True)
class Counted:
    """What is counted: all events, and those that are good or bad, as `part` says."""

    part: str
    counter: Selector
    total: Selector

    @property
    def subject(self) -> str | None:
        """What the total is counted for, by the label that an alert would name it with; None where none says so."""
        named = {each.label: each.value for each in self.total.matchers if each.operator == "="}
        return next((named[label] for label in _THING_LABELS if named.get(label)), None)


def of_rates(error: str, total: str) -> Counted:
    """Return what two queries of rates or increases over a window count; a difference from the total counts the good events.

    Raises ValueError, saying why, for what is no plain counter.
    """
    whole = _counter(total)
    try:
        return Counted("bad", _counter(error), whole)
    except ValueError as refusal:
        for minuend, subtrahend in _differences(_bare(error)):
            if _is_counter(minuend, whole):
                return Counted("good", _counter(subtrahend), whole)
        raise refusal from None


def of_selectors(part: str, counter: str, total: str) -> Counted:
    """Return what bare selectors count. Raises ValueError for what is none."""
    return Counted(part, _bare_counter(counter), _bare_counter(total))


def of_good_and_bad(good: str, bad: str) -> Counted:
    """Return what two selectors count that differ in the value of one label: together they are the total. Raises ValueError."""
    first, second = _bare_counter(good), _bare_counter(bad)
    own = [each for each in first.matchers if each not in second.matchers]
    other = [each for each in second.matchers if each not in first.matchers]
    if first.metric != second.metric or len(own) != 1 or len(other) != 1 or own[0].label != other[0].label:
        raise ValueError("good and bad events together are no single counter; give filter_valid in place of filter_bad")
    either = f"(?:{_pattern(own[0])})|(?:{_pattern(other[0])})"
    matchers = (*(each for each in first.matchers if each != own[0]), Matcher(own[0].label, "=~", either))
    return Counted("good", first, _selector(first.metric, matchers))


def of_bucket(expression: str, bound: str) -> Counted:
    """Return what a histogram counts up to a bucket's bound, and in all. Raises ValueError."""
    buckets = _bare_counter(expression)
    if not buckets.metric.endswith("_bucket"):
        raise ValueError(f"{buckets.metric} is no histogram's _bucket")
    rest = tuple(each for each in buckets.matchers if each.label != "le")
    good = _selector(buckets.metric, (*rest, Matcher("le", "=", bound)))
    return Counted("good", good, _selector(f"{buckets.metric.removesuffix('_bucket')}_count", rest))


def _counter(query: str) -> Selector:
    return parse_query(_WINDOW.sub("[5m]", _bare(query))).selector


def _bare_counter(text: str) -> Selector:
    return parse_selector(_WINDOW.sub("", text))


def _is_counter(query: str, selector: Selector) -> bool:
    try:
        return _counter(query).text == selector.text
    except ValueError:
        return False


def _bare(text: str) -> str:
    """Return a query without parentheses around the whole of it."""
    text = text.strip()
    while text.startswith("(") and next((at for at, depth in _depths(text) if depth == 0), -1) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _differences(text: str) -> Iterator[tuple[str, str]]:
    for at, depth in _depths(text):
        if depth == 0 and text[at] == "-":
            yield text[:at], text[at + 1 :]


def _depths(text: str) -> Iterator[tuple[int, int]]:
    """Yield each position outside quotes, with how many brackets are open behind it."""
    depth, quote, at = 0, "", 0
    while at < len(text):
        character = text[at]
        if quote:
            at += 1 if character == "\\" and quote != "`" else 0
            quote = "" if character == quote else quote
        else:
            quote = character if character in _QUOTES else ""
            depth += (character in _OPENING) - (character in _CLOSING)
            yield at, depth
        at += 1


def _pattern(matcher: Matcher) -> str:
    if matcher.operator == "=~":
        return matcher.value
    if matcher.operator == "=":
        return promql.either_of([matcher.value])
    raise ValueError(f"{matcher.label}{matcher.operator}… cannot be joined with another; give filter_valid")


def _selector(metric: str, matchers: tuple[Matcher, ...]) -> Selector:
    return parse_selector(promql.selector(metric, matchers))
