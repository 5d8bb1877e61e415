"""What to do about a goal that is met or missed: it depends on the toil that this takes and on how content its users are. Pure.

Advice for people, who know toil and users; nothing here decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Advice:
    """What to do where toil is high or low, and users are content or not."""

    high_toil: bool
    content_users: bool
    action: str


_TIGHTEN = "Tighten the goal: it is kept, and users still suffer."
_LOOSEN = "Loosen the goal: it is missed, and users do not mind."
_ADVICE: Mapping[bool, tuple[Advice, ...]] = {
    True: (
        Advice(
            high_toil=False,
            content_users=True,
            action="Release faster with fewer checks, or step back from the engagement: reliability is more than enough.",
        ),
        Advice(high_toil=False, content_users=False, action=_TIGHTEN),
        Advice(
            high_toil=True,
            content_users=True,
            action="Have fewer false alerts; else loosen the goal or hand toil over for a while, then mend and automate its causes.",
        ),
        Advice(high_toil=True, content_users=False, action=_TIGHTEN),
    ),
    False: (
        Advice(high_toil=False, content_users=True, action=_LOOSEN),
        Advice(
            high_toil=False, content_users=False, action="Alert sooner: failures reach users before they reach you."
        ),
        Advice(high_toil=True, content_users=True, action=_LOOSEN),
        Advice(
            high_toil=True,
            content_users=False,
            action="Hand toil over, and use the time to mend the product or to automate what mitigates its failures.",
        ),
    ),
}


def advice(*, met: bool, high_toil: bool | None = None, content_users: bool | None = None) -> tuple[Advice, ...]:
    """Return what to do about a goal that is met or missed, for what is known of toil and users; None is not known."""
    return tuple(
        each
        for each in _ADVICE[met]
        if high_toil in {None, each.high_toil} and content_users in {None, each.content_users}
    )
