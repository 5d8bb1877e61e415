"""What goals count, recorded once and shared: how many events each counter grew by, over each window that a goal looks at.

Selectors of one metric that differ in the value of one label make a family, which one rule reads, or several where it is
large. Windows of up to an hour are read from the counters themselves; longer ones are sums of five minutes as recorded, and
never read the counters again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
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
_OWN_LABELS = frozenset({"counter", "family", "source"})
_HERE = "\x00"
_PLAIN = re.compile(r'[^"\\\n]*')


@dataclass(frozen=True)
class Family:
    """Selectors that are alike but for the value of the label `pivot`; without one, a single selector."""

    metric: str
    matchers: tuple[Matcher, ...]
    pivot: str

    @property
    def name(self) -> str:
        """What the label `family` says."""
        text = promql.selector(self.metric, self.matchers)
        return f"{text} by {self.pivot}" if self.pivot else text


class Counters:
    """The counters of one source with the windows that goals look at, and the names of what is recorded of them.

    A counter is recorded under the text of its selector, whichever family reads it: what other goals there are never changes
    its name, and so never cuts off what was recorded before.
    """

    def __init__(self, source: str, windows_of: Mapping[Selector, frozenset[timedelta]]) -> None:
        self._source = source
        self._members = _families(windows_of)
        self._windows: dict[Family, frozenset[timedelta]] = {
            family: frozenset({STEP}).union(*(windows_of[member] for member in members))
            for family, members in self._members.items()
        }

    def events(self, selector: Selector, window: timedelta) -> str:
        """Return the expression of how many events a selector counted in a window."""
        return self._sum(_events(window), selector)

    def measured(self, selector: Selector, window: timedelta) -> str:
        """Return the expression of the share of a window in which a selector had samples."""
        return self._sum(_measured(window), selector)

    def reading(self) -> Iterator[Rule]:
        """Yield the rules that read the counters, over windows of up to an hour."""
        for family in sorted(self._members, key=lambda each: each.name):
            for window in sorted(each for each in self._windows[family] if each <= LONGEST_READ):
                yield from self._read(family, window)

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
        return f"sum({promql.series(name, source=self._source, counter=selector.text)})"

    def _read(self, family: Family, window: timedelta) -> Iterator[Rule]:
        members, labels = self._members[family], {"source": self._source, "family": family.name}
        span = promql.window(window)
        if not family.pivot:
            (alone,) = members
            yield record(_events(window), f"sum(increase({alone.text}[{span}]))", {**labels, "counter": alone.text})
            return
        values = sorted(_placed(member, family.pivot)[1] for member in members)
        for part, first in enumerate(range(0, len(values), _MOST_VALUES), start=1):
            chosen = Matcher(family.pivot, "=~", promql.either_of(values[first : first + _MOST_VALUES]))
            counted = promql.selector(family.metric, (*family.matchers, chosen))
            named = promql.quoted(_template(members[0], family.pivot))
            expression = (
                f"label_replace(\n  sum by ({family.pivot}) (increase({counted}[{span}])),\n"
                f'  "counter", {named}, "{family.pivot}", "((?s:.*))"\n)'
            )
            numbered = {**labels, "family": f"{family.name}, {part}"} if len(values) > _MOST_VALUES else labels
            yield record(_events(window), expression, numbered)


def _events(window: timedelta) -> str:
    return f"watchbill:events:increase{promql.window(window)}"


def _measured(window: timedelta) -> str:
    return f"watchbill:measured:ratio{promql.window(window)}"


def _template(member: Selector, pivot: str) -> str:
    """Return the text of a family's selectors as a template that a value of the pivot is put into."""
    kept = (
        Matcher(each.label, each.operator, _HERE if (each.label, each.operator) == (pivot, "=") else each.value)
        for each in member.matchers
    )
    return promql.selector(member.metric, kept).replace("$", "$$").replace(_HERE, "${1}")


def _families(selectors: Iterable[Selector]) -> dict[Family, list[Selector]]:
    """Return the families that the selectors make: of each metric by one label, where that makes rules fewer."""
    of_metric: defaultdict[str, list[Selector]] = defaultdict(list)
    for selector in selectors:
        of_metric[selector.metric].append(selector)
    found: defaultdict[Family, list[Selector]] = defaultdict(list)
    for alike in of_metric.values():
        pivot = _best_pivot(alike)
        sizes = Counter(_placed(selector, pivot)[0] for selector in alike)
        for selector in alike:
            family, _ = _placed(selector, pivot)
            found[family if sizes[family] > 1 else _placed(selector, "")[0]].append(selector)
    return dict(found)


def _best_pivot(alike: list[Selector]) -> str:
    """Return the label that leaves the fewest families, or nothing where none makes them fewer."""
    labels = {matcher.label for each in alike for matcher in each.matchers if matcher.operator == "="} - _OWN_LABELS
    left = {label: len({_placed(each, label)[0] for each in alike}) for label in sorted(labels)}
    best = min(left, key=lambda label: left[label], default="")
    return best if best and left[best] < len(alike) else ""


def _placed(selector: Selector, pivot: str) -> tuple[Family, str]:
    """Return the family of a selector by a label, and its value there; a value that has to be escaped stands alone."""
    chosen = [each for each in selector.matchers if each.label == pivot and each.operator == "="]
    if len(chosen) != 1 or not _PLAIN.fullmatch(chosen[0].value):
        return Family(selector.metric, selector.matchers, ""), ""
    rest = tuple(each for each in selector.matchers if each is not chosen[0])
    return Family(selector.metric, rest, pivot), chosen[0].value
