"""What documents were linked to, kept from one reading of a folder to the next.

A document is linked anew where it changed, where something that it asked the register for is another document by now, and where
a fault was found in it. So a folder that is read again is linked to the same as one that is read for the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from .recognition import Declared
from .register import Answers, Register
from .shapes.fields import Shape

Linked = TypeVar("Linked")


class _Kept(NamedTuple):
    """What a document was linked to beside a context, and what the register answered meanwhile."""

    one: Declared[Shape]
    context: object
    answers: Answers
    linked: Any


class Links:
    """The links of one kind in one reading; `context` is what all of them depend on beside their documents."""

    def __init__(self, register: Register, context: object, before: Mapping[int, _Kept]) -> None:
        self.context = context
        self.kept: dict[int, _Kept] = {}
        self._register = register
        self._before = before

    def of(self, one: Declared[Shape], make: Callable[[], Linked], context: object = None) -> Linked:
        """Return what `make` does, or did: it may depend on the document, what it asks the register for, and contexts by value."""
        known = self._before.get(id(one))
        if known is None or known.one is not one or known.context != context or not self._register.gives(known.answers):
            faults = len(self._register.faults)
            linked, answers = self._register.overheard(make)
            if len(self._register.faults) > faults:
                return linked
            known = _Kept(one, context, answers, linked)
        self.kept[id(one)] = known
        kept: Linked = known.linked
        return kept


class KeptLinks:
    """The links of the last reading, by kind; nothing is kept of documents that are gone."""

    def __init__(self) -> None:
        self._links: dict[str, Links] = {}

    def links(self, register: Register, kind: str, context: object) -> Links:
        """Return the links of a kind for the reading of a register: those of the reading before count where the context is equal."""
        before = self._links.get(kind)
        is_usable = before is not None and before.context == context
        found = self._links[kind] = Links(register, context, before.kept if before is not None and is_usable else {})
        return found
