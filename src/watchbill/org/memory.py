"""What has been worked out from an organisation, kept as long as the organisation is: it never changes, so nothing goes stale."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Kept = TypeVar("Kept")

_MOST = 12


class Memory:
    """Remembers the results last asked for, by key. Threads may ask at once: at worst something is worked out twice."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def recall(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Return what is kept under a key, or make it and keep it; a key stands for one type of result."""
        kept: Kept | None = self._kept.pop(key, None)
        if kept is None:
            kept = make()
        self._kept[key] = kept
        while len(self._kept) > _MOST:
            self._forget_oldest()
        return kept

    def forget(self) -> None:
        """Forget everything: what is kept holds the organisation itself, and would keep it from being freed at once."""
        self._kept.clear()

    def _forget_oldest(self) -> None:
        try:
            self._kept.popitem(last=False)
        except KeyError:  # another thread was first
            return
