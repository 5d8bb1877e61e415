"""What to do about a goal: by whether it is met, by toil, and by how content its users are."""

from __future__ import annotations

import pytest

from watchbill.practices.goals.budgets.decisions import advice


@pytest.mark.parametrize(
    ("met", "high_toil", "content_users", "begins"),
    [
        (True, False, True, "Release faster"),
        (True, False, False, "Tighten the goal"),
        (True, True, True, "Have fewer false alerts"),
        (True, True, False, "Tighten the goal"),
        (False, False, True, "Loosen the goal"),
        (False, False, False, "Alert sooner"),
        (False, True, True, "Loosen the goal"),
        (False, True, False, "Hand toil over"),
    ],
)
def test_each_of_the_eight_cases_has_its_advice(
    *, met: bool, high_toil: bool, content_users: bool, begins: str
) -> None:
    (found,) = advice(met=met, high_toil=high_toil, content_users=content_users)
    assert found.action.startswith(begins)


def test_what_is_not_known_leaves_the_choice_to_people() -> None:
    assert len(advice(met=True)) == 4
    assert [each.content_users for each in advice(met=False, high_toil=True)] == [True, False]
