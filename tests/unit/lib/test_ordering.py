"""Names in the order in which people count."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from watchbill.lib.ordering import as_counted


def test_numbers_in_names_count() -> None:
    names = ["sre-10", "sre-2", "sre-1", "sre", "sre-2-b", "sre-02-a", "Ops 3", "ops 12"]
    assert sorted(names, key=as_counted) == [
        "Ops 3",
        "ops 12",
        "sre",
        "sre-1",
        "sre-2",
        "sre-02-a",
        "sre-2-b",
        "sre-10",
    ]


def test_a_number_may_be_longer_than_any_machine_word() -> None:
    assert as_counted("a" + "9" * 5000) < as_counted("a" + "1" * 5001)


@given(st.sets(st.text(alphabet="aB0123- é٣")), st.randoms())
def test_every_order_of_the_same_names_gives_the_same_list(names: set[str], chance: random.Random) -> None:
    mixed = sorted(names)
    chance.shuffle(mixed)
    assert sorted(mixed, key=as_counted) == sorted(names, key=as_counted)
