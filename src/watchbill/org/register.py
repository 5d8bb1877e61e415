"""The register: everything that is declared, by kind and name; it resolves references and says what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from .faults import FaultList, Level
from .nodes import Document, Path
from .recognition import Declared, Family
from .shapes.fields import Shape
from .values import EntityRef, Place

if TYPE_CHECKING:
    from .kept_links import KeptLinks

ShapeT = TypeVar("ShapeT", bound=Shape)
Made = TypeVar("Made")
_Kind: TypeAlias = tuple[Family, str]
Answers: TypeAlias = dict[EntityRef | tuple[_Kind, str], Declared[Shape] | None]

_SPOKEN = {
    "sreteam": "SRE team",
    "slo": "SLO",
    "sli": "SLI",
    "datasource": "data source",
    "alertpolicy": "alert policy",
    "alertcondition": "alert condition",
    "alertnotificationtarget": "notification target",
    "escalationpolicy": "escalation policy",
    "budgetpolicy": "budget policy",
    "serviceprofile": "service profile",
    "readinessreview": "readiness review",
    "api": "API",
}
_MOST_COMPARISONS = 50_000
_CODES = {
    "sreteam": "sre-team",
    "datasource": "data-source",
    "alertpolicy": "alert-policy",
    "alertcondition": "alert-condition",
    "alertnotificationtarget": "notification-target",
    "escalationpolicy": "escalation-policy",
    "budgetpolicy": "budget-policy",
}


class Linker(Protocol):
    """Links a document by what makes the link, which may depend on a context."""

    def __call__(self, one: Declared[Shape], make: Callable[[], Made], context: object = None, /) -> Made:
        """Return the link."""
        ...


def spoken(kind: str) -> str:
    """Return a kind as people say it."""
    return _SPOKEN.get(kind.lower(), kind.lower())


class Register:
    """Everything declared in one folder. Two documents of one kind and name are a fault; the first one counts.

    `is_whole` says that no document of the folder stayed unread; `kept` is what documents were linked to before.
    """

    def __init__(
        self,
        declared: Iterable[Declared[Shape]],
        faults: FaultList,
        *,
        is_whole: bool = True,
        kept: KeptLinks | None = None,
    ) -> None:
        self.faults = faults
        self._is_whole = is_whole
        self._comparisons = _MOST_COMPARISONS
        self._kept = kept
        self._overheard: Answers | None = None
        self._entities: dict[EntityRef, Declared[Shape]] = {}
        self._documents: dict[_Kind, dict[str, Declared[Shape]]] = {}
        self._in_order: dict[_Kind, list[Declared[Shape]]] = {}
        for one in declared:
            self._enter(one)

    def _enter(self, one: Declared[Shape]) -> None:
        self._in_order.setdefault((one.family, one.kind), []).append(one)
        if one.family is Family.BACKSTAGE:
            first = self._entities.setdefault(one.ref, one)
        else:
            first = self._documents.setdefault((one.family, one.kind.lower()), {}).setdefault(one.name, one)
        if first is not one and one.kind != "Organization":
            self.faults.error(
                "duplicate-name",
                one.place,
                f"“{one.name}” is already the name of the {spoken(one.kind)} in {first.place}.",
                "Give one of the two another name, or remove it.",
                [first.place],
            )

    def each(self, family: Family, kind: str, _shape: type[ShapeT]) -> Iterator[tuple[Declared[Shape], ShapeT]]:
        """Yield every declaration of a kind whose fields could be read, with its shape; of one name several, where they are."""
        for one in self._in_order.get((family, kind), ()):
            if isinstance(one.shape, _shape):
                yield one, one.shape

    def first(self, family: Family) -> Declared[Shape] | None:
        """Return the first document of a family, by file and line."""
        return next((one for (of, _), found in self._in_order.items() if of is family for one in found), None)

    def lacks(self, family: Family, kind: str) -> bool:
        """Whether the folder surely has no document of a kind: none is declared, and none can stand in what stayed unread."""
        return self._is_whole and (family, kind) not in self._in_order

    def has_read(self, family: Family, kind: str) -> bool:
        """Whether every document of a kind could be read, and none can stand in what stayed unread."""
        return self._is_whole and all(one.shape is not None for one in self._in_order.get((family, kind), ()))

    def named(self, family: Family, kind: str, name: str) -> Declared[Shape] | None:
        """Return the document of a kind and name, if there is one."""
        key = ((family, kind.lower()), name.lower())
        found = self._documents.get(key[0], {}).get(key[1])
        if self._overheard is not None:
            self._overheard[key] = found
        return found

    def entity(self, ref: EntityRef) -> Declared[Shape] | None:
        """Return the Backstage entity of a reference, if it is declared."""
        found = self._entities.get(ref)
        if self._overheard is not None:
            self._overheard[ref] = found
        return found

    def linker(self, kind: str, context: object = None) -> Linker:
        """Return what links documents, given what makes a link: as `Links.of` does, or anew each time where nothing is kept."""
        return _linked_anew if self._kept is None else self._kept.links(self, kind, context).of

    def overheard(self, make: Callable[[], Made]) -> tuple[Made, Answers]:
        """Return what is made, and what this register answered meanwhile to questions for one document. Never called by `make`."""
        answers: Answers = {}
        self._overheard = answers
        try:
            return make(), answers
        finally:
            self._overheard = None

    def gives(self, answers: Answers) -> bool:
        """Whether this register gives the very answers that were overheard from another one."""
        for question, answer in answers.items():
            if isinstance(question, EntityRef):
                found = self._entities.get(question)
            else:
                kind, name = question
                found = self._documents.get(kind, {}).get(name)
            if found is not answer:
                return False
        return True

    def resolve(
        self,
        one: Declared[Shape],
        path: Path,
        kinds: Sequence[str],
        *,
        text: str | None = None,
        level: Level = Level.ERROR,
    ) -> EntityRef | None:
        """Return the entity that the text at `path` names, or None with a fault. The first of `kinds` is the default.

        In Backstage entities the namespace defaults to the entity's own.
        """
        ref = self.reference(one, path, kinds[0], text)
        if ref is None:
            return None
        if ref.kind not in kinds:
            allowed = " or ".join(spoken(kind) for kind in kinds)
            self.faults.add(
                level, "wrong-kind", one.document.place(*path), f"{ref} is no {allowed}.", f"Name a {allowed} here."
            )
            return None
        if self.entity(ref) is not None:
            return ref
        self._unknown_entity(ref, one.document.place(*path), kinds, level)
        return None

    def reference(self, one: Declared[Shape], path: Path, kind: str, text: str | None = None) -> EntityRef | None:
        """Return the text at `path` read as a reference, declared or not; None where it is none."""
        written = text if text is not None else reference_text(one.document, path)
        namespace = one.namespace if one.family is Family.BACKSTAGE else "default"
        try:
            return EntityRef.parse(written, kind=kind, namespace=namespace)
        except ValueError as error:
            self.faults.error(
                "bad-reference", one.document.place(*path), f"{error}.", "Write it as in user:ana or group:sre."
            )
            return None

    def resolve_name(self, one: Declared[Shape], path: Path, family: Family, kind: str, text: str = "") -> str | None:
        """Return the name of the watchbill or OpenSLO document that the text at `path` names, or None with a fault."""
        written = text or one.document.text(*path)
        name = written.lower()
        if self.named(family, kind, name) is not None:
            return name
        meant = self._meant(name, list(self._documents.get((family, kind.lower()), ())))
        self._unknown(kind, written, one.document.place(*path), Level.ERROR, meant)
        return None

    def _unknown_entity(self, ref: EntityRef, place: Place, kinds: Sequence[str], level: Level) -> None:
        known = [self._short(other, kinds) for other in self._entities if other.kind in kinds]
        meant = self._meant(self._short(ref, kinds), known)
        self._unknown(ref.kind, str(ref).partition(":")[2], place, level, meant)

    def _meant(self, written: str, known: Sequence[str]) -> str:
        """Return the known name that is closest, or the empty text; also once the folder has used up its comparisons."""
        self._comparisons -= len(known)
        close = difflib.get_close_matches(written, known, 1, 0.6) if self._comparisons > 0 else []
        return close[0] if close else ""

    @staticmethod
    def _short(ref: EntityRef, kinds: Sequence[str]) -> str:
        return str(ref).partition(":")[2] if ref.kind == kinds[0] else str(ref)

    def _unknown(self, kind: str, written: str, place: Place, level: Level, meant: str) -> None:
        hint = f"Did you mean “{meant}”?" if meant else f"Declare the {spoken(kind)}, or correct the name."
        code = f"unknown-{_CODES.get(kind.lower(), kind.lower())}"
        self.faults.add(level, code, place, f"There is no {spoken(kind)} “{written}”.", hint)


def _linked_anew(_one: Declared[Shape], make: Callable[[], Made], _context: object = None) -> Made:
    return make()


def reference_text(document: Document, path: Path) -> str:
    """Return the reference at a path as text; the old form of Backstage, a mapping of kind, namespace and name, included."""
    written = document.text(*path)
    if written or not document.has(*path, "name"):
        return written
    kind, namespace = document.text(*path, "kind"), document.text(*path, "namespace")
    return f"{f'{kind}:' if kind else ''}{f'{namespace}/' if namespace else ''}{document.text(*path, 'name')}"
