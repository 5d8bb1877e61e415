"""Selectors whose series another selector of the same call brings too: they need no question of their own. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from watchbill.org.objectives import Matcher, Selector

from .batches import is_read_alike

Key = tuple[str, Matcher | None]


def covers(selectors: Sequence[Selector]) -> dict[Selector, Selector]:
    """Return for each selector the one to ask for: itself, or the widest that it is a part of.

    A narrower selector has all matchers of the wider one and more, and those can be tested here.
    """
    distinct = sorted(dict.fromkeys(selectors), key=lambda one: len(one.matchers))
    count = Counter(chain.from_iterable(one.matchers for one in distinct))
    wide: dict[Key, list[Selector]] = {}
    found: dict[Selector, Selector] = {}
    for selector in distinct:
        keys: list[Key] = [(selector.metric, None), *((selector.metric, one) for one in selector.matchers)]
        candidates = chain.from_iterable(wide.get(key, ()) for key in keys)
        found[selector] = next((one for one in candidates if _is_part(selector, one)), selector)
        if found[selector] is selector:
            rarest = min(selector.matchers, key=lambda one: count[one], default=None)
            wide.setdefault((selector.metric, rarest), []).append(selector)
    return found


def _is_part(narrow: Selector, wide: Selector) -> bool:
    more = set(narrow.matchers) - set(wide.matchers)
    return len(more) == len(narrow.matchers) - len(wide.matchers) and _all_read_alike(more)


def _all_read_alike(matchers: Iterable[Matcher]) -> bool:
    return all(map(is_read_alike, matchers))
