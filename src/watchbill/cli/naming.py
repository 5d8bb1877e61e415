"""Goals by the names that a command was given."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from watchbill.lib.errors import NotFound

if TYPE_CHECKING:
    from watchbill.org.objectives import Goal
    from watchbill.org.organization import Organization


def named_goals(organization: Organization, names: Sequence[str]) -> list[Goal]:
    """Return the goals of these names, all where none is named. Raises NotFound, with the nearest name."""
    known = organization.goals
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise NotFound(f"There is no goal “{name}”.", f"Did you mean “{near[0]}”?" if near else "")
    return [known[name] for name in names or sorted(known)]
