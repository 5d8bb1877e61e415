"""The map as it is drawn: a sketch laid out, its words cut to the room that they have, its lines as paths. Pixels only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from watchbill.org.organization import Organization
from watchbill.teams.map import OrganizationMap, Role
from watchbill.teams.map_products import products

from .map_boxes import by_product, one_by_one
from .map_groups import Groups
from .map_layout import Layout, Line, Placed, layout
from .map_overview import overview
from .map_sketch import HELD, Addresses, Sketch, Tie, Words

MOST_THINGS, MOST_TEAMS, MOST_GROUPS = 60, 40, 60
MOST_BOXES, MOST_OF_A_PRODUCT = 30, 40
_INSET = 10
_LETTER, _NARROW_LETTER, _WIDE_LETTER, _BOLD = 6.3, 3.6, 9.4, 1.08
_NARROW, _WIDE = frozenset("fijlrtI.,:;'’|()·- "), frozenset("mwMW@%")
_TWO_LINES = 30

_NEARNESS = {Role.HOLDS: 6, Role.TAKES_PART: 2, Role.ADVISES: 1}


@dataclass(frozen=True)
class Text:
    """A line of words at its place; `kind` is `ink` for a name, else empty."""

    x: int
    y: int
    words: str
    kind: str


@dataclass(frozen=True)
class Drawn:
    """A box, or the frame or heading of a lane, with its words; `says` has them whole.

    `near` are the boxes that it is tied to: each one's position among the boxes, and the kind of its line.
    """

    place: Placed
    href: str | None
    shape: str
    alarm: str
    texts: tuple[Text, ...]
    says: str
    is_framed: bool = True
    near: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Wire:
    """A line; `kind` is `holds`, `takesPart` or `advises`."""

    path: str
    kind: str
    says: str


@dataclass(frozen=True)
class Picture:
    """The whole map, `width` by `height` pixels: titles of its columns, lanes, boxes in reading order, and wires to lie below."""

    width: int
    height: int
    titles: tuple[Text, ...]
    lanes: tuple[Drawn, ...]
    boxes: tuple[Drawn, ...]
    wires: tuple[Wire, ...]


def is_one_by_one(found: OrganizationMap) -> bool:
    """Whether there is room for a box for every single thing, team and group."""
    return len(found.facts) <= MOST_THINGS and len(found.teams) <= MOST_TEAMS and len(found.groups) <= MOST_GROUPS


def picture(organization: Organization, found: OrganizationMap, addresses: Addresses) -> Picture:
    """Return the picture of a map: one by one where there is room for that, else things together as their products.

    Where teams, groups or products are too many for boxes of their own, they stand together as well; of a product that is
    asked for, as late as possible.
    """
    sketched = _sketched(organization, found, addresses)
    lines = [Line(tie.start, tie.end, _NEARNESS[tie.role]) for tie in sketched.ties]
    placed = layout(sketched.columns, [*lines, *(Line(start, end) for start, end in sketched.beside)])
    return Picture(
        placed.width,
        placed.height,
        tuple(Text(x, 16, title, "ink") for x, title in zip(placed.columns, sketched.titles, strict=True)),
        tuple(_lanes(sketched, placed)),
        tuple(_boxes(sketched, placed)),
        tuple(wire for tie in sorted(sketched.ties, key=lambda tie: -HELD[tie.role]) if (wire := _wire(tie, placed))),
    )


def _sketched(organization: Organization, found: OrganizationMap, addresses: Addresses) -> Sketch:
    if is_one_by_one(found):
        return one_by_one(organization, found, addresses)
    parts = products(organization, found.facts)
    most = MOST_BOXES if found.asked.product is None else MOST_OF_A_PRODUCT
    if max(len(parts), len(found.teams)) <= most and (found.asked.product or len(found.groups) <= MOST_BOXES):
        groups = Groups(found.groups) if len(found.groups) > MOST_BOXES else None
        return by_product(organization, found, parts, addresses, groups)
    return overview(organization, found, parts, addresses)


def _lanes(sketched: Sketch, placed: Layout) -> list[Drawn]:
    framed = {lane.key for column in sketched.columns for lane in column.lanes if lane.framed}
    return [
        _heading(place, sketched.headings[key], key in framed)
        for key, place in placed.lanes.items()
        if key in sketched.headings
    ]


def _heading(place: Placed, words: Words, is_framed: bool) -> Drawn:
    inset = _INSET if is_framed else 0
    first = 17 if is_framed else 13
    texts = [
        Text(place.x + inset, place.y + first + 15 * number, cut(line, place.width - 2 * inset, bold=number == 0), "")
        for number, line in enumerate(words.lines)
    ]
    if is_framed:
        texts[0] = Text(texts[0].x, texts[0].y, texts[0].words, "ink")
    return Drawn(place, words.href, words.shape, words.alarm, tuple(texts), ", ".join(words.lines), is_framed)


def _boxes(sketched: Sketch, placed: Layout) -> Iterator[Drawn]:
    numbers = {key: number for number, key in enumerate(placed.boxes)}
    near: dict[str, dict[int, str]] = {}
    for tie in sorted(sketched.near or sketched.ties, key=lambda tie: HELD[tie.role]):
        if tie.start in numbers and tie.end in numbers:
            near.setdefault(tie.start, {}).setdefault(numbers[tie.end], tie.role.value)
            near.setdefault(tie.end, {}).setdefault(numbers[tie.start], tie.role.value)
    for key, place in placed.boxes.items():
        yield _box(place, sketched.boxes[key], tuple(sorted(near.get(key, {}).items())))


def _box(place: Placed, words: Words, near: tuple[tuple[int, str], ...]) -> Drawn:
    room = place.width - 2 * _INSET
    says = ", ".join(words.lines)
    lines = (words.brief or words.lines)[: None if place.height >= _TWO_LINES else 1]
    texts = [
        Text(place.x + _INSET, place.y + 16 + 14 * number, cut(line, room, bold=number == 0), "" if number else "ink")
        for number, line in enumerate(lines)
    ]
    return Drawn(place, words.href, words.shape, words.alarm, tuple(texts), says, near=near)


def cut(text: str, room: int, *, bold: bool = False) -> str:
    """Return as much of a line as some pixels have room for; what is cut ends in an ellipsis."""
    widths = list(accumulate(_width_of(letter) * (_BOLD if bold else 1) for letter in text))
    if not widths or widths[-1] <= room:
        return text
    fitting = sum(width <= room - _LETTER for width in widths)
    return f"{text[:fitting].rstrip()}…"


def _width_of(letter: str) -> float:
    return _NARROW_LETTER if letter in _NARROW else _WIDE_LETTER if letter in _WIDE else _LETTER


def _wire(tie: Tie, placed: Layout) -> Wire | None:
    start, end = _place(placed, tie.start), _place(placed, tie.end)
    if start is None or end is None:
        return None
    leaves, arrives = (start.x + start.width, end.x) if start.x < end.x else (start.x, end.x + end.width)
    middle = (leaves + arrives) // 2
    path = f"M{leaves} {start.middle}C{middle} {start.middle} {middle} {end.middle} {arrives} {end.middle}"
    return Wire(path, tie.role.value, tie.says)


def _place(placed: Layout, key: str) -> Placed | None:
    return placed.boxes.get(key) or placed.lanes.get(key)
