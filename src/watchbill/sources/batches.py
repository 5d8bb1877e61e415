"""Which questions answer many selectors at once. Pure.

Selectors that differ in one label alone are asked as one, `label=~"a|b"`, and those again with others, as long as they differ in one
label, or in the metric's name, alone. So a batch matches exactly the series that its selectors match: nothing is read in vain.
Patterns that servers and Python may read differently are asked for one by one, and never tested here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from watchbill.org.objectives import Matcher, Selector

LONGEST_TEXT = 15_000
NAME = "__name__"
_NOT_ALIKE = re.compile(r"\\[A-Za-z0-9]|\(\?|[*+?}]\+|\{,|\[\[|(?<!\[)\^|\$|&&|--|~~|\|\|")
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")

Places = Mapping[str, Matcher]
"""The one matcher of each label, and of the metric's name, in which a selector may differ from the others of its batch."""


@dataclass(frozen=True)
class Batch:
    """Selectors that one question answers: `members` by the matcher of each label in which they may differ, `shared` by all."""

    members: Sequence[tuple[Selector, Places]]
    shared: frozenset[Matcher]

    @property
    def selectors(self) -> list[Selector]:
        """What is asked for."""
        return [selector for selector, _ in self.members]

    @property
    def text(self) -> str:
        """The selector in PromQL that matches what its members match."""
        if len(self.members) == 1:
            return self.members[0][0].text
        names, *labels = [(label, self._choices(label)) for label in self._labels]
        is_one_name = len(names[1]) == 1
        written = [_written(*place) for place in (labels if is_one_name else [names, *labels])]
        written += sorted(f"{one.label}{one.operator}{_quoted(one.value)}" for one in self.shared)
        return f"{names[1][0].value if is_one_name else ''}{{{','.join(written)}}}"

    def pieces(self, count: int) -> list[Batch]:
        """Return the same selectors in up to that many smaller batches; two at least, where there are two selectors."""
        label = max(self._labels, key=lambda each: len(self._choices(each)))
        choices = self._choices(label)
        size = -(-len(choices) // count)
        piece_of = {choice: position // size for position, choice in enumerate(choices)}
        pieces: dict[int, list[tuple[Selector, Places]]] = {}
        for selector, places in self.members:
            pieces.setdefault(piece_of[places[label]], []).append((selector, places))
        return [Batch(members, self.shared) for _, members in sorted(pieces.items())]

    @property
    def _labels(self) -> list[str]:
        return [NAME, *sorted(self.members[0][1].keys() - {NAME})]

    def _choices(self, label: str) -> list[Matcher]:
        return sorted({places[label] for _, places in self.members}, key=lambda one: (one.operator, one.value))


def batches(selectors: Iterable[Selector]) -> list[Batch]:
    """Return the fewest batches that ask for these selectors, each below the longest text that servers take."""
    alone: list[Batch] = []
    together: list[Batch] = []
    for selector in selectors:
        batch = _single(selector)
        (together if all(map(is_read_alike, selector.matchers)) else alone).append(batch)
    while (joined := _joined(together)) is not None:
        together = joined
    return [piece for batch in together for piece in _short(batch)] + alone


def is_read_alike(matcher: Matcher) -> bool:
    """Tell whether every server and Python mean the same by a matcher."""
    return matcher.operator in {"=", "!="} or _NOT_ALIKE.search(matcher.value) is None


def _single(selector: Selector) -> Batch:
    count = Counter(matcher.label for matcher in selector.matchers)
    places = {one.label: one for one in selector.matchers if count[one.label] == 1 and one.operator in {"=", "=~"}}
    shared = frozenset(one for one in selector.matchers if places.get(one.label) != one)
    return Batch([(selector, {NAME: Matcher(NAME, "=", selector.metric), **places})], shared)


def _joined(found: Sequence[Batch]) -> list[Batch] | None:
    """Join batches that differ in one label alone, the label by which the fewest are left; None where there is no such label."""
    shapes = [
        (batch, batch.shared, {label: frozenset(p[label] for _, p in batch.members) for label in batch.members[0][1]})
        for batch in found
    ]
    best: dict[object, list[Batch]] | None = None
    for label in sorted({label for _, _, shape in shapes for label in shape}):
        groups: dict[object, list[Batch]] = {}
        for batch, shared, shape in shapes:
            rest = frozenset((name, choices) for name, choices in shape.items() if name != label)
            groups.setdefault((shared, rest, label in shape), []).append(batch)
        if len(groups) < len(best or found):
            best = groups
    if best is None:
        return None
    return [Batch([one for batch in group for one in batch.members], group[0].shared) for group in best.values()]


def _short(batch: Batch) -> Iterator[Batch]:
    length = len(batch.text.encode())
    if length <= LONGEST_TEXT or len(batch.members) == 1:
        yield batch
        return
    for piece in batch.pieces(-(-length // LONGEST_TEXT) + 1):
        yield from _short(piece)


def _written(label: str, choices: Sequence[Matcher]) -> str:
    if len(choices) == 1:
        return f"{label}{choices[0].operator}{_quoted(choices[0].value)}"
    any_of = "|".join(
        f"(?:{one.value})" if one.operator == "=~" else _SPECIAL.sub(r"\\\1", one.value) for one in choices
    )
    return f"{label}=~{_quoted(any_of)}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
