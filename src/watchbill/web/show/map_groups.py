"""The groups beside the SRE teams, where they are too many for a box each: together by what they are to these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watchbill.lib.numbers import several
from watchbill.teams.map import Side
from watchbill.teams.map_parties import Party

from . import map_words as words
from .map_layout import Lane
from .map_sketch import Words

_HEIGHT = 38


def by_kind(groups: Iterable[Party]) -> list[tuple[str, list[Party]]]:
    """Return the groups beside SRE teams together by what they are to these, those that work with none last."""
    kinds: dict[str, list[Party]] = {}
    for group in groups:
        kinds.setdefault(words.kind_of(group), []).append(group)
    return sorted(kinds.items(), key=lambda pair: (pair[0] == words.OTHERS, pair[0]))


def anchor_of(kind: str) -> str:
    """Return where on the page the list of the groups of a kind begins."""
    return f"beside-{kind.replace(' ', '-')}"


class Groups:
    """The groups beside SRE teams, together by what they are to these."""

    def __init__(self, groups: Iterable[Party]) -> None:
        self._kinds = by_kind(groups)
        self._kind_of = {group.key: kind for kind, of_kind in self._kinds for group in of_kind}

    def lanes(self, boxes: dict[str, Words]) -> Iterator[Lane]:
        """Yield a lane with a box for each kind, and put the words of the boxes into `boxes`."""
        for kind, of_kind in self._kinds:
            key = f"groups {kind}"
            boxes[key] = Words((several(len(of_kind), "group"), words.of_kind(kind)), f"#{anchor_of(kind)}", "group")
            yield Lane(f"lane {key}", (key,), 0, _HEIGHT)

    def key_of(self, side: Side) -> str:
        """Return the key of the box in which a group or person stands."""
        return f"groups {self._kind_of.get(side.key, words.OTHERS)}"
