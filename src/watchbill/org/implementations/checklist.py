"""What a readiness review asks. The implementations choose from here; nothing is decided about the answers.

A question is blocking where the pager should not change hands before it is answered with yes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """One question of a readiness review, and the area that it belongs to."""

    area: str
    text: str
    blocking: bool = False


_GOALS = (
    Question("goals", "Are its goals approved by both sides, together with a budget policy?", blocking=True),
    Question("goals", "Is every indicator behind a goal shown on a dashboard that both sides use?"),
)
_OBSERVABILITY = (
    Question("observability", "Does every way in which users can notice a failure raise an alert?", blocking=True),
    Question("observability", "Are errors collected in one place where they can be searched?"),
    Question("observability", "Is every page about a symptom, with something for a person to do?", blocking=True),
)
_INCIDENTS = (
    Question("incidents", "Does every page lead to a runbook that its readers have tried?", blocking=True),
    Question("incidents", "Has everybody who will stand the watch been trained, and stood it beside someone?"),
    Question("incidents", "Is every action left open by past postmortems done, or planned with a day?"),
)
_CHANGE = (
    Question("change", "Does a change reach a small part of the users before it reaches all of them?"),
    Question("change", "Has going back to the version before been tried?", blocking=True),
    Question("change", "Is a wrong configuration refused before it can do harm?"),
)
_CAPACITY = (
    Question("capacity", "Does the peak fit with the two largest instances gone?"),
    Question("capacity", "Is the last load test younger than the last large change?"),
)
_DESIGN = (
    Question("design", "Is everything that it depends on listed, with the goal each of them has?"),
    Question("design", "Is it known what happens under overload, and do callers wait longer between tries?"),
    Question("design", "Is it known how much fails at once when one step of a change goes wrong?"),
)
_DATA = (Question("data", "Has data been brought back from a backup, and how long did it take?"),)
_SECURITY = (Question("security", "Has its security been reviewed by those who answer for it?"),)

TAKING_THE_PAGER = (*_GOALS, *_OBSERVABILITY, *_INCIDENTS, *_CHANGE, *_CAPACITY, *_DESIGN, *_DATA, *_SECURITY)
JOINING_A_WATCH = (*_GOALS, *_OBSERVABILITY, *_INCIDENTS)
FIRST_LOOK = (
    Question("known faults", "Are the known faults listed, with what users notice of each?"),
    Question("goals", "Can the partner say what its users need, as goals with numbers?"),
    Question("observability", "Do the advisers see the dashboards and alerts that the partner sees?"),
    Question("observability", "Which alerts say something about a goal, and which do not?"),
    Question("reliability", "Have the risks been ranked by the budget that they are expected to use up?"),
    Question("automation", "Is the work that comes back by hand listed, with the hours it takes?"),
)
