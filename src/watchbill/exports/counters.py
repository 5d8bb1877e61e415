"""What goals count, recorded once and shared: how many events each counter grew by, over each window that a goal looks at.

Selectors of one metric that differ in the value of one label make a family, which one rule reads, or several where it is
large. Windows of up to an hour are read from the counters themselves; longer ones are sums of five minutes as recorded, and
never read the counters again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from watchbill.org import promql
from watchbill.org.objectives import Matcher, Selector

from .rule_text import Rule, record

STEP = timedelta(minutes=5)
_EVALUATED_EVERY = timedelta(minutes=1)
LONGEST_READ = timedelta(hours=1)
_MOST_VALUES = 100
_OWN_LABELS = frozenset({"counter", "part", "source"})


@dataclass(frozen=True)
class Family:
    """Selectors that are alike but for the value of the label `pivot`; without one, a single selector."""

    metric: str
    matchers: tuple[Matcher, ...]
    pivot: str

    @property
    def name(self) -> str:
        """What the label `counter` says."""
        text = promql.selector(self.metric, self.matchers)
        return f"{text} by {self.pivot}" if self.pivot else text


class Counters:
    """The counters of one source with the windows that goals look at, and the names of what is recorded of them."""

    def __init__(self, source: str, windows_of: Mapping[Selector, frozenset[timedelta]]) -> None:
        self._source = source
        self._member = _families(windows_of)
        self._windows: defaultdict[Family, set[timedelta]] = defaultdict(lambda: {STEP})
        self._values: defaultdict[Family, set[str]] = defaultdict(set)
        for selector, (family, value) in self._member.items():
            self._windows[family] |= windows_of[selector]
            self._values[family].add(value)

    def events(self, selector: Selector, window: timedelta) -> str:
        """Return the expression of how many events a selector counted in a window."""
        return self._sum(_events(window), selector)

    def measured(self, selector: Selector, window: timedelta) -> str:
        """Return the expression of the share of a window in which a selector had samples."""
        return self._sum(_measured(window), selector)

    def reading(self) -> Iterator[Rule]:
        """Yield the rules that read the counters, over windows of up to an hour."""
        for family in sorted(self._windows, key=lambda each: each.name):
            labels = {"source": self._source, "counter": family.name}
            by = f" by ({family.pivot}) " if family.pivot else ""
            for window in sorted(each for each in self._windows[family] if each <= LONGEST_READ):
                for part, selector in enumerate(self._selectors(family)):
                    expression = f"sum{by}(increase({selector}[{promql.window(window)}]))"
                    yield record(_events(window), expression, {**labels, "part": str(part)} if part else labels)

    def summing(self, windows: Iterable[timedelta]) -> Iterator[Rule]:
        """Yield the rules that sum up what is recorded, one for each window over an hour; each is for all counters of the source."""
        for window in windows:
            if window > LONGEST_READ:
                yield record(_events(window), f"sum_over_time({self._steps}[{promql.window(window)}:5m])", {})

    def covering(self, windows: Iterable[timedelta]) -> Iterator[Rule]:
        """Yield the rules of how much of each window was measured, one for each; each is for all counters of the source."""
        for window in windows:
            span = promql.window(window)
            per, looked_at = (STEP, f"{span}:5m") if window > LONGEST_READ else (_EVALUATED_EVERY, span)
            whole = promql.number(Fraction(window // timedelta(seconds=1), per // timedelta(seconds=1)))
            yield record(_measured(window), f"clamp_max(count_over_time({self._steps}[{looked_at}]) / {whole}, 1)", {})

    @property
    def _steps(self) -> str:
        return promql.series(_events(STEP), source=self._source)

    def _sum(self, name: str, selector: Selector) -> str:
        family, value = self._member[selector]
        pivot = {family.pivot: value} if family.pivot else {}
        return f"sum({promql.series(name, source=self._source, counter=family.name, **pivot)})"

    def _selectors(self, family: Family) -> Iterator[str]:
        if not family.pivot:
            yield promql.selector(family.metric, family.matchers)
            return
        values = sorted(self._values[family])
        for first in range(0, len(values), _MOST_VALUES):
            chunk = values[first : first + _MOST_VALUES]
            chosen = Matcher(family.pivot, "=~", promql.either_of(chunk))
            yield promql.selector(family.metric, (*family.matchers, chosen))


def _events(window: timedelta) -> str:
    return f"watchbill:events:increase{promql.window(window)}"


def _measured(window: timedelta) -> str:
    return f"watchbill:measured:ratio{promql.window(window)}"


def _families(selectors: Iterable[Selector]) -> dict[Selector, tuple[Family, str]]:
    """Return the family of each selector, and the value by which it is told apart there."""
    of_metric: defaultdict[str, list[Selector]] = defaultdict(list)
    for selector in selectors:
        of_metric[selector.metric].append(selector)
    found: dict[Selector, tuple[Family, str]] = {}
    for alike in of_metric.values():
        pivot = _best_pivot(alike)
        placed = {selector: _placed(selector, pivot) for selector in alike}
        sizes: defaultdict[Family, int] = defaultdict(int)
        for family, _ in placed.values():
            sizes[family] += 1
        for selector, place in placed.items():
            found[selector] = place if sizes[place[0]] > 1 else _placed(selector, "")
    return found


def _best_pivot(alike: list[Selector]) -> str:
    """Return the label that leaves the fewest families, or nothing where none makes them fewer."""
    labels = {matcher.label for each in alike for matcher in each.matchers if matcher.operator == "="} - _OWN_LABELS
    left = {label: len({_placed(each, label)[0] for each in alike}) for label in sorted(labels)}
    best = min(left, key=lambda label: left[label], default="")
    return best if best and left[best] < len(alike) else ""


def _placed(selector: Selector, pivot: str) -> tuple[Family, str]:
    chosen = [each for each in selector.matchers if each.label == pivot and each.operator == "="]
    if len(chosen) != 1:
        return Family(selector.metric, selector.matchers, ""), ""
    rest = tuple(each for each in selector.matchers if each is not chosen[0])
    return Family(selector.metric, rest, pivot), chosen[0].value
