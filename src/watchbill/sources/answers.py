"""What a server answered in one call, taken apart: which of the series belong to which selector. Asks nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from watchbill.org.objectives import Selector
from watchbill.org.selectors import matches
from watchbill.practices.goals.model import SourceReading

from .batches import NAME, Batch
from .prometheus_api import Found


class Answers:
    """The answers over (`since`, `until`], as they come in."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since, self.until = since, until
        self._found: dict[Selector, _Series] = {}
        self._problems: dict[Selector, str] = {}

    def take(self, batch: Batch, found: Sequence[Found]) -> None:
        """Take in what was answered to a batch."""
        series = _Series(found, of_one=batch.selectors[0] if len(batch.members) == 1 else None)
        self._found |= dict.fromkeys(batch.selectors, series)

    def fail(self, selectors: Iterable[Selector], problem: str) -> None:
        """Keep why these selectors have no answer."""
        self._problems |= dict.fromkeys(selectors, problem)

    @property
    def are_there(self) -> bool:
        """Whether anything was answered at all."""
        return bool(self._found)

    def has(self, selector: Selector) -> bool:
        """Tell whether a selector that was asked for was answered."""
        return selector in self._found

    def reading(self, selector: Selector, asked: Selector, server: str) -> SourceReading:
        """Return the reading of a selector, out of the answer to the one that was asked for in its place."""
        if asked not in self._found:
            return self._unanswered(selector, self._problems[asked])
        found = self._found[asked].of(selector)
        fault = next((one.fault for one in found if one.fault), "")
        if fault:
            return self._unanswered(selector, f"“{server}” refused {selector.text}: the answer holds {fault}")
        return SourceReading(selector.text, [one.series for one in found], self.since, self.until)

    def _unanswered(self, selector: Selector, problem: str) -> SourceReading:
        return SourceReading(selector.text, (), self.since, self.until, problem, answered=False)


class _Series:
    """The series of one answer, found by label. Those `of_one` selector are its own as the server says, without another test."""

    def __init__(self, found: Sequence[Found], of_one: Selector | None) -> None:
        self._found = found
        self._of_one = of_one
        self._by_label: dict[str, dict[str, list[Found]]] = {}

    def of(self, selector: Selector) -> Sequence[Found]:
        if selector == self._of_one:
            return self._found
        values = [(NAME, selector.metric), *((m.label, m.value) for m in selector.matchers if m.operator == "=")]
        fewest = min((self._with(label, value) for label, value in values), key=len)
        return [one for one in fewest if matches(selector, selector.metric, one.metric)]

    def _with(self, label: str, value: str) -> Sequence[Found]:
        if label not in self._by_label:
            by_value: dict[str, list[Found]] = {}
            for one in self._found:
                by_value.setdefault(one.metric.get(label, ""), []).append(one)
            self._by_label[label] = by_value
        return self._by_label[label].get(value, ())
