"""What a server has seen of goals in the last four weeks, for a check before they are in force: a handful of questions for dozens.

The server sums each hour by itself: an estimate, as good as its `increase`. What is measured is read by `prometheus.py`, never here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from watchbill.org import promql
from watchbill.org.objectives import Goal, Selector
from watchbill.practices.goals.checking import HOURS, Hours, Seen, bucket_of

from .prometheus_api import PrometheusApi, RefusedQueryError

LONGEST_QUESTION = 60.0
LONGEST_TEXT = 12_000
_MOST_AT_ONCE = 40
_HOUR = timedelta(hours=1)
_OF = "watchbill_of"
_BUCKET = "le"
_PART = re.compile(r"(\d+)(ms|[smhdwy])")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "y": timedelta(days=365),
}
_Found = TypeVar("_Found")
_Labelled = Sequence[tuple[Mapping[str, str], _Found]]


async def survey(api: PrometheusApi, goals: Sequence[Goal], until: datetime) -> Mapping[str, Seen | str]:
    """Return what the server has seen of each goal by name, or why that is not known.

    Raises Unavailable where the server does not answer.
    """
    keeps = await retention(api)
    sides = [(goal.total, goal.good or goal.bad or goal.total) for goal in goals]
    hours, problems = await _hours(api, dict.fromkeys(one for each in sides for one in each), until)
    histograms = [_without_bound(bucket[0]) for goal in goals if (bucket := bucket_of(goal)) is not None]
    bounds = await _bounds(api, dict.fromkeys(histograms), until)
    known = _Known(until, hours, problems, bounds, keeps)
    return {goal.name: known.of(goal) for goal in goals}


@dataclass(frozen=True)
class _Known:
    """What was asked of a server, by the text of selectors."""

    until: datetime
    hours: Mapping[str, Hours]
    problems: Mapping[str, str]
    bounds: Mapping[str, frozenset[str]]
    keeps: timedelta | None

    def of(self, goal: Goal) -> Seen | str:
        """Return what was seen of a goal, or why that is not known."""
        total, part, bucket = goal.total.text, (goal.good or goal.bad or goal.total).text, bucket_of(goal)
        if problem := self.problems.get(total) or self.problems.get(part):
            return problem
        bounds = self.bounds.get(_without_bound(bucket[0])) if bucket is not None else None
        return Seen(self.until, self.hours.get(total, {}), self.hours.get(part, {}), bounds, self.keeps)


async def _hours(
    api: PrometheusApi, selectors: Iterable[Selector], until: datetime
) -> tuple[Mapping[str, Hours], Mapping[str, str]]:
    """Return the events of each hour by selector, and why there are none for a selector."""
    since = until - (HOURS - 1) * _HOUR

    async def ask(expression: str) -> _Labelled[Hours]:
        return await api.steps(expression, since, until, _HOUR, LONGEST_QUESTION)

    expressions = {one.text: f"sum(increase({one.text}[1h]))" for one in selectors}
    found, problems = await _together(ask, expressions)
    return {text: values[0][1] for text, values in found.items()}, problems


async def _bounds(api: PrometheusApi, histograms: Iterable[str], until: datetime) -> Mapping[str, frozenset[str]]:
    """Return the bounds of each histogram as they are written there; one that cannot be told is left out."""

    async def ask(expression: str) -> _Labelled[float]:
        return await api.values(expression, until, LONGEST_QUESTION)

    counted = {text: f"count by ({_BUCKET}) (last_over_time({text}[1h]))" for text in histograms}
    found, _ = await _together(ask, counted)
    return {text: frozenset(labels.get(_BUCKET, "") for labels, _ in values) for text, values in found.items()}


async def retention(api: PrometheusApi) -> timedelta | None:
    """Return how long a server keeps samples, None where it does not tell, or keeps them for ever or by size alone."""
    try:
        told = await api.told("status/runtimeinfo")
    except RefusedQueryError:
        return None
    word = str(told.get("storageRetention", "")).split(" or ")[0]
    parts = _PART.findall(word)
    if not parts or "".join(f"{number}{unit}" for number, unit in parts) != word:
        return None
    return sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta()) or None


async def _together(
    ask: Callable[[str], Awaitable[_Labelled[_Found]]], expressions: Mapping[str, str]
) -> tuple[Mapping[str, _Labelled[_Found]], Mapping[str, str]]:
    """Ask expressions in as few questions as the server takes; return by key what each has, and why one has nothing."""
    found: dict[str, list[tuple[Mapping[str, str], _Found]]] = {}
    problems: dict[str, str] = {}

    async def of(keys: Sequence[str]) -> None:
        try:
            answered = await ask(" or ".join(_marked(number, expressions[key]) for number, key in enumerate(keys)))
        except (RefusedQueryError, TimeoutError) as error:
            if len(keys) == 1:
                said = error.said if isinstance(error, RefusedQueryError) else f"no answer in {LONGEST_QUESTION:.0f} s"
                problems[keys[0]] = f"The server does not answer for {keys[0]}: {said}."
                return
            await of(keys[: len(keys) // 2])
            await of(keys[len(keys) // 2 :])
            return
        for labels, value in answered:
            found.setdefault(keys[int(labels[_OF])], []).append((labels, value))

    for keys in _pieces(expressions):
        await of(keys)
    return found, problems


def _marked(number: int, expression: str) -> str:
    return f'label_replace({expression},"{_OF}","{number}","","")'


def _pieces(expressions: Mapping[str, str]) -> Iterator[list[str]]:
    """Yield the keys of what is asked at once: no more than servers take in one question."""
    piece: list[str] = []
    length = 0
    for key, expression in expressions.items():
        if piece and (length + len(expression) > LONGEST_TEXT or len(piece) >= _MOST_AT_ONCE):
            yield piece
            piece, length = [], 0
        piece.append(key)
        length += len(expression) + len(_marked(0, ""))
    if piece:
        yield piece


def _without_bound(selector: Selector) -> str:
    return promql.selector(selector.metric, [each for each in selector.matchers if each.label != _BUCKET])
