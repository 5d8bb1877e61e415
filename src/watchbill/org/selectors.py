"""Selectors of counter series: reads the part of PromQL that names counters, and tells which series it means.

It never reads expressions: watchbill takes differences of the raw counters itself, so a query that already does so gives the
counter that it takes them of.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .objectives import Matcher, Selector

_BARE = 'give the bare counter, as in http_requests_total{code=~"5.."}; watchbill takes the differences itself'
_OF_A_SUM = (
    "takes the growth of a sum, and a sum falls whenever one of its processes goes away, which looks like a counter that "
    "began anew; differences come first, each series its own, and are summed then"
)
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_OPERATOR = re.compile(r"=~|!~|!=|=")
_SIMPLE = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)"([^"\\]*)"')
_PLAIN = re.compile(rf"({_METRIC.pattern})(?:\{{((?:{_SIMPLE.pattern},)*{_SIMPLE.pattern})\}})?")
_SPACE = re.compile(r"(?:\s|#[^\n]*)*")
_GROUPING = re.compile(r"(?:by|without)\s*\(\s*(?:[a-zA-Z_][a-zA-Z0-9_]*\s*(?:,\s*|(?=\))))*\)", re.IGNORECASE)
_RANGE = re.compile(r"\[[^\[\]:]+\]")
_DIFFERENCES = frozenset({"rate", "increase"})
_MOST_SUMS = 8
_SIMPLE_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "'": "'",
}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)


class Query(NamedTuple):
    """What a query counts; `function` is the `rate` or `increase` that stood around the selector, or empty."""

    selector: Selector
    function: str


def parse_query(text: str) -> Query:
    """Read a selector as `parse_selector` does, or one inside `rate(…[range])` or `increase(…[range])`. Raises ValueError.

    A ratio of rates and a ratio of increases are, over one window, the ratio of the counters' differences.
    """
    if (plain := _PLAIN.fullmatch(text)) is not None:
        return Query(_canonical(plain[1], [_matcher(*each) for each in _SIMPLE.findall(plain[2] or "")], text), "")
    reader = _Reader(text)
    selector = reader.expression()
    reader.expect_end()
    return Query(selector, reader.function)


def parse_selector(text: str) -> Selector:
    """Read `metric{label="value",…}`, bare or wrapped in `sum(…)`, `sum by (…) (…)` or `sum(…) by (…)`.

    The selector's `text` is canonical: matchers sorted, once each, double quotes. Raises ValueError, saying how to mend it, for
    anything else: `rate` and `increase`, ranges, offsets, arithmetic, several selectors, a selector without a metric name.
    """
    query = parse_query(text)
    if query.function:
        raise ValueError(f"{query.function}(…) cannot be read here: {_BARE}")
    return query.selector


def matches(selector: Selector, name: str, labels: Mapping[str, str]) -> bool:
    """Tell whether the series `name{labels}` is meant; a label that a series lacks counts as empty, patterns match whole values."""
    return name == selector.metric and all(
        _holds(matcher, labels.get(matcher.label, "")) for matcher in selector.matchers
    )


def _holds(matcher: Matcher, value: str) -> bool:
    match matcher.operator:
        case "=":
            return value == matcher.value
        case "!=":
            return value != matcher.value
        case "=~":
            return _pattern(matcher.value).fullmatch(value) is not None
        case _:
            return _pattern(matcher.value).fullmatch(value) is None


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(text, re.DOTALL)


class _Reader:
    """Reads one selector from left to right; `_at` is the position that is read next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._sums = 0
        self.function = ""

    def expression(self) -> Selector:
        self._skip()
        word = _METRIC.match(self._text, self._at)
        name = word[0] if word else ""
        if word and self._is_call(word.end()):
            return self._call(name.lower(), word.end())
        self._at += len(name)
        return self._selector(name)

    def expect_end(self) -> None:
        self._skip()
        rest = self._text[self._at :]
        if not rest:
            return
        if rest.startswith("["):
            raise ValueError(f"“{rest}” asks for a range: {_BARE}")
        raise ValueError(f"“{rest}” cannot follow a selector: {_BARE}")

    def _is_call(self, end: int) -> bool:
        if self._text.startswith("{", end):
            return False
        rest = self._text[end:].lstrip()
        return rest.startswith("(") or _GROUPING.match(rest) is not None

    def _call(self, function: str, end: int) -> Selector:
        if function in _DIFFERENCES:
            return self._differences(function, end)
        if function != "sum":
            raise ValueError(f"{function}(…) cannot be read here: {_BARE}")
        self._sums += 1
        if self._sums > _MOST_SUMS:
            raise ValueError(f"{self._sums} sums within each other are too many: {_BARE}")
        self._at = end
        self._grouping()
        self._take("(")
        selector = self.expression()
        self._skip()
        if self._text.startswith("[", self._at):
            raise ValueError(f"“{self._text[self._at :]}” asks for a range: {_BARE}")
        self._take(")")
        self._grouping()
        return selector

    def _differences(self, function: str, end: int) -> Selector:
        self.function = function
        self._at = end
        self._take("(")
        self._skip()
        word = _METRIC.match(self._text, self._at)
        name = word[0] if word else ""
        self._at += len(name)
        if name and self._is_call(self._at):
            raise ValueError(f"{function}({name}(…)) {_OF_A_SUM if name == 'sum' else 'cannot be read here'}: {_BARE}")
        selector = self._selector(name)
        self._skip()
        span = _RANGE.match(self._text, self._at)
        if span is None:
            raise ValueError(f"{function}(…) without a plain range cannot be read here: {_BARE}")
        self._at = span.end()
        self._take(")")
        return selector

    def _grouping(self) -> None:
        self._skip()
        grouping = _GROUPING.match(self._text, self._at)
        if grouping:
            self._at = grouping.end()

    def _selector(self, metric: str) -> Selector:
        return _canonical(metric, self._matchers(), self._text)

    def _matchers(self) -> list[Matcher]:
        self._skip()
        found: list[Matcher] = []
        if not self._text.startswith("{", self._at):
            return found
        self._at += 1
        while not self._closes():
            if found:
                self._take(",")
                if self._closes():
                    break
            found.append(self._matcher())
        self._take("}")
        return found

    def _closes(self) -> bool:
        self._skip()
        return self._text.startswith("}", self._at)

    def _matcher(self) -> Matcher:
        label = self._word(_LABEL, "a label name")
        operator = self._word(_OPERATOR, f"one of = != =~ !~ after the label {label}")
        return _matcher(label, operator, self._string(label))

    def _word(self, pattern: re.Pattern[str], wanted: str) -> str:
        self._skip()
        found = pattern.match(self._text, self._at)
        if found is None:
            raise ValueError(f"{wanted} is missing {self._here()}")
        self._at = found.end()
        return found[0]

    def _string(self, label: str) -> str:
        self._skip()
        quote = self._text[self._at : self._at + 1]
        if quote not in ('"', "'", "`") or not quote:
            raise ValueError(f"a quoted value for the label {label} is missing {self._here()}")
        end = self._at + 1
        while end < len(self._text) and self._text[end] != quote:
            end += 2 if self._text[end] == "\\" and quote != "`" else 1
        if end >= len(self._text):
            raise ValueError(f"the value of the label {label} is never closed with {quote}")
        inner, self._at = self._text[self._at + 1 : end], end + 1
        return inner if quote == "`" else _ESCAPE.sub(_unescaped, inner)

    def _take(self, character: str) -> None:
        self._skip()
        if not self._text.startswith(character, self._at):
            raise ValueError(f"“{character}” is missing {self._here()}: {_BARE}")
        self._at += 1

    def _skip(self) -> None:
        following = self._text[self._at : self._at + 1]
        if following == "#" or following.isspace():
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at

    def _here(self) -> str:
        rest = self._text[self._at :].strip()
        return f"before “{rest}”" if rest else f"at the end of “{self._text.strip()}”"


def _canonical(metric: str, matchers: list[Matcher], text: str) -> Selector:
    names = [m for m in matchers if m.label == "__name__"]
    if len(names) == 1 and not metric and names[0].operator == "=":
        metric, matchers, names = names[0].value, [m for m in matchers if m.label != "__name__"], []
    if not metric or names:
        raise ValueError(f"“{text.strip()}” does not name one metric: {_BARE}")
    kept = tuple(sorted(set(matchers)))
    inner = ",".join(f"{m.label}{m.operator}{_quoted(m.value)}" for m in kept)
    return Selector(metric, kept, f"{metric}{{{inner}}}" if kept else metric)


def _matcher(label: str, operator: str, value: str) -> Matcher:
    if operator in {"=~", "!~"}:
        try:
            _pattern(value)
        except re.error as error:
            raise ValueError(f"“{value}” is not a pattern that can be matched: {error}") from error
    return Matcher(label, operator, value)


def _unescaped(escape: re.Match[str]) -> str:
    byte, short, long, octal, letter = escape.groups()
    if letter is not None:
        if letter in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[letter]
        raise ValueError(f"“{escape[0]}” is no escape in a quoted value; write “\\\\{letter}” for a backslash")
    code = int(octal, 8) if octal else int(byte or short or long, 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"“{escape[0]}” is not a character")
    return chr(code)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
