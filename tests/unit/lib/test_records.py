"""Records are what frozen dataclasses are, whoever asks: equal by value, hashed, written, replaced, matched, and never changed."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field, replace
from functools import cached_property

import pytest

from watchbill.lib.records import dataclass


@dataclass(frozen=True)
class Berth:
    """A place in a harbour."""

    pier: str
    number: int
    tags: list[str] = field(default_factory=list)
    lit: bool = False

    @cached_property
    def sign(self) -> str:
        return f"{self.pier}{self.number}"


@dataclass(frozen=True)
class Moored(Berth):
    ship: str = ""
    seen: list[str] = field(default_factory=list, init=False, compare=False, repr=False)


@dataclass(frozen=True)
class Other:
    pier: str
    number: int


@dataclass(frozen=True)
class Nothing:
    pass


def test_records_are_equal_by_the_fields_that_are_compared() -> None:
    first, second = Moored("A", 1, ship="Ora"), Moored("A", number=1, ship="Ora")
    second.seen.append("once")
    assert first == second
    assert first != replace(first, ship="Una")
    assert Other("A", 1) != Berth("A", 1)
    assert len({Other("A", 1), Other("A", 1), Other("B", 1)}) == 2
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


def test_each_record_has_defaults_of_its_own() -> None:
    first, second = Berth("A", 1), Berth("A", 2)
    first.tags.append("deep")
    assert (second.tags, second.lit) == ([], False)


def test_records_are_never_changed_and_still_keep_what_is_worked_out_from_them() -> None:
    berth = Berth("A", 1)
    assert berth.sign == "A1"
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'pier'"):
        berth.pier = "B"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'pier'"):
        del berth.pier


def test_what_is_missing_or_too_much_is_refused_in_the_words_of_the_language() -> None:
    with pytest.raises(TypeError, match=r"Berth.__init__\(\) missing 1 required positional argument: 'number'"):
        Berth("A")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'depth'"):
        Berth("A", 1, depth=3)  # type: ignore[call-arg]


def test_records_are_written_matched_copied_and_listed_as_dataclasses_are() -> None:
    moored = Moored("A", 1, ship="Ora")
    assert repr(moored) == "Moored(pier='A', number=1, tags=[], lit=False, ship='Ora')"
    match moored:
        case Berth(pier, number):
            assert (pier, number) == ("A", 1)
        case _:
            pytest.fail("nothing matched")
    assert copy.deepcopy(moored) == moored == pickle.loads(pickle.dumps(moored))  # noqa: S301 - of our own making
    assert dataclasses.is_dataclass(moored)
    assert dataclasses.asdict(Other("A", 1)) == {"pier": "A", "number": 1}


def test_a_record_that_may_change_is_refused() -> None:
    with pytest.raises(TypeError, match="Records are frozen"):
        dataclass(frozen=False)
