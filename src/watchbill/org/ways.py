"""The way from a group to the escalation policy that pages it, or to the place where that way ends."""

from __future__ import annotations

from dataclasses import dataclass

from .because import Because
from .charters import EscalationPolicy
from .organization import Organization
from .values import EntityRef


@dataclass(frozen=True)
class Way:
    """The policy by which a holder is paged; `gap` says what is missing where there is none."""

    policy: str | None
    gap: str | None
    because: Because


class Ways:
    """The escalation policies of an organisation by group; built once, asked for any number of holders."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._by_group: dict[EntityRef, list[EscalationPolicy]] = {}
        self._ways: dict[tuple[EntityRef, str | None], Way] = {}
        for _, policy in sorted(organization.escalation_policies.items()):
            for group in policy.groups:
                self._by_group.setdefault(group, []).append(policy)

    def policies(self, group: EntityRef) -> tuple[EscalationPolicy, ...]:
        """Return the policies that are `for` a group, by name."""
        return tuple(self._by_group.get(group, ()))

    def to(self, holder: EntityRef, named: str | None = None) -> Way:
        """Return the way to a holder: by the policy that an engagement names, else by the first that is `for` the group."""
        way = self._ways.get((holder, named))
        if way is None:
            way = self._ways[holder, named] = self._way(holder, named)
        return way

    def _way(self, holder: EntityRef, named: str | None) -> Way:
        if named is not None and (policy := self._organization.escalation_policies.get(named)) is not None:
            text = f"The engagement names the policy {named}."
            return Way(named, None, Because("policy-of-engagement", text, policy.place, f"EscalationPolicy {named}"))
        policies = self.policies(holder)
        if policies:
            first = policies[0]
            text = f"Pages to {holder} follow the policy {first.title or first.name}."
            return Way(
                first.name, None, Because("policy-for-group", text, first.place, f"EscalationPolicy {first.name}")
            )
        gap = f"no EscalationPolicy is for {holder}"
        group = self._organization.groups.get(holder)
        place = group.place if group is not None else self._organization.place
        return Way(None, gap, Because("no-policy", f"The way ends here: {gap}.", place, f"Group {holder.name}"))

    def owners(self, owner: EntityRef) -> tuple[EntityRef, ...]:
        """Return the groups by which an owner can be paged: itself, or the groups of a person, as far as they have a policy."""
        user = self._organization.users.get(owner)
        groups = sorted(user.groups) if user is not None else [owner]
        return tuple(group for group in groups if group in self._by_group)
