"""Lists a page at a time: what their addresses ask for, read strictly, and the addresses of what comes before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from watchbill.lib.errors import Invalid

PAGE_LENGTH = 50
_LONGEST = 255
_Kind = TypeVar("_Kind", bound=StrEnum)
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Window(Generic[_Row]):
    """The part of a list that one page shows; `before` and `after` are where the neighbours begin, None where there are none."""

    rows: Sequence[_Row]
    start: int
    total: int

    @classmethod
    def of(cls, found: Sequence[_Row], start: int) -> Window[_Row]:
        """Return the part of a list that begins at a row."""
        return cls(found[start : start + PAGE_LENGTH], start, len(found))

    @property
    def before(self) -> int | None:
        """Where the page before this one begins."""
        return max(0, self.start - PAGE_LENGTH) if self.start else None

    @property
    def after(self) -> int | None:
        """Where the next page begins."""
        return self.start + PAGE_LENGTH if self.start + PAGE_LENGTH < self.total else None


def said_in(request: Request, names: Iterable[str]) -> dict[str, str]:
    """Return what an address says by the names that a page knows, empty values left out. Raises Invalid for another name."""
    known = list(names)
    for name, value in request.query_params.items():
        if name not in known:
            takes = f"It takes {', '.join(known)}." if known else "Leave it out."
            raise Invalid(f"This page does not know “{name[:40]}”.", takes, name[:40])
        if len(value) > _LONGEST:
            raise Invalid(f"“{name}” is longer than {_LONGEST} characters.", "Write less.", name)
    return {name: value for name in known if (value := request.query_params.get(name, "").strip())}


def one_of(kind: type[_Kind], said: Mapping[str, str], name: str) -> _Kind | None:
    """Return the value that an address names, None where it names none. Raises Invalid for one that does not exist."""
    text = said.get(name)
    if text is None or text in list(kind):
        return kind(text) if text is not None else None
    raise Invalid(f"There is no {name} “{text[:40]}”.", f"There is {', '.join(each.value for each in kind)}.", name)


def start_of(said: Mapping[str, str]) -> int:
    """Return the row at which a page begins (`from`), 0 where nothing is said. Raises Invalid."""
    text = said.get("from", "0")
    if not (text.isdecimal() and text.isascii() and len(text) < 8):
        raise Invalid(f"“{text[:40]}” is not the number of a row.", "Begin with from=0, or leave it out.", "from")
    return int(text)


def address(path: str, said: Mapping[str, object]) -> str:
    """Return the address of a list that asks for what is said; what is empty or None is left out."""
    query = urlencode({name: value for name, value in said.items() if value not in ("", None, 0)})
    return f"{path}?{query}" if query else path
