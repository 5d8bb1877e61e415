"""Makes the folder of an organisation of any size, in the proportions of a company with many SRE teams. Names are numbers.

A team has a file of its own: its people, what it owns with a goal each, its watch; an SRE team its charter and engagements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PEOPLE_OF_A_TEAM = 5
KINDS = ("infrastructure", "tools", "consulting", "embedded", *["product"] * 6)


@dataclass(frozen=True)
class Size:
    """How much there is: by the number of components, a tenth of that in teams and a fifth in engagements."""

    components: int

    @property
    def teams(self) -> int:
        """The groups, three in ten of which practise SRE."""
        return self.components // 10

    @property
    def developers(self) -> int:
        """The groups that own components."""
        return self.teams * 7 // 10

    @property
    def sre_teams(self) -> int:
        """The groups that practise SRE."""
        return self.teams - self.developers

    @property
    def systems(self) -> int:
        """The Systems, each with twenty components and one active engagement of a product team."""
        return self.components // 20

    @property
    def engagements(self) -> int:
        """The engagements: active, preparing, ended and of advisers."""
        return self.components // 5


def write(folder: Path, size: Size) -> None:
    """Write the files below an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "organization.yaml").write_text(_joined(_organization(size)))
    (folder / "systems.yaml").write_text(_joined(_systems(size)))
    for number in range(size.developers):
        (folder / f"dev-{number}.yaml").write_text(_joined(_developers(size, number)))
    for number in range(size.sre_teams):
        (folder / f"sre-{number}.yaml").write_text(_joined(_sre_team(size, number)))


def _joined(documents: Iterator[str]) -> str:
    return "---\n".join(documents)


def _organization(size: Size) -> Iterator[str]:
    yield (
        "apiVersion: watchbill/v1\nkind: Organization\nmetadata: {name: large, title: Large}\n"
        "spec: {timeZone: Europe/Berlin, catchAll: group:sre-0, admins: ['user:sre-0-0']}\n"
    )
    yield (
        "apiVersion: openslo/v1\nkind: DataSource\nmetadata: {name: metrics}\n"
        "spec: {type: prometheus, connectionDetails: {url: 'http://127.0.0.1:9090'}}\n"
    )
    yield (
        "apiVersion: watchbill/v1\nkind: BudgetPolicy\nmetadata: {name: standard}\nspec:\n  owner: user:sre-0-0\n"
        "  states:\n    - {name: spent, remainingAtMost: 0%, releases: blocked}\n    - {name: healthy, releases: open}\n"
    )


def _systems(size: Size) -> Iterator[str]:
    for number in range(max(1, size.systems // 25)):
        yield (
            f"apiVersion: backstage.io/v1alpha1\nkind: Domain\nmetadata:\n  name: domain-{number}\n"
            f"spec:\n  owner: dev-{number % size.developers}\n"
        )
    for number in range(size.systems):
        yield (
            f"apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata:\n  name: system-{number}\n"
            f"spec:\n  owner: dev-{number % size.developers}\n  domain: domain-{number // 25 % max(1, size.systems // 25)}\n"
        )


def _group(name: str, people: int = PEOPLE_OF_A_TEAM) -> Iterator[str]:
    yield f"apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata:\n  name: {name}\nspec:\n  type: team\n  children: []\n"
    for number in range(people):
        person = f"{name}-{number}"
        yield (
            f"apiVersion: backstage.io/v1alpha1\nkind: User\nmetadata:\n  name: {person}\nspec:\n"
            f"  profile:\n    displayName: Person {person}\n    email: {person}@large.example\n  memberOf: [{name}]\n"
        )
    turns = ", ".join(f"{name}-{number}" for number in range(people))
    yield (
        f"apiVersion: watchbill/v1\nkind: Schedule\nmetadata: {{name: {name}}}\nspec:\n  timeZone: Europe/Berlin\n  layers:\n"
        f"    - {{name: weekly, start: '2026-01-05T09:00', turn: 1 week, people: [{turns}]}}\n"
    )
    yield (
        f"apiVersion: watchbill/v1\nkind: EscalationPolicy\nmetadata: {{name: {name}}}\nspec:\n  for: ['group:{name}']\n"
        f"  steps:\n    - {{notify: ['schedule:{name}'], wait: 5m}}\n    - {{notify: ['group:{name}']}}\n"
    )


def _developers(size: Size, number: int) -> Iterator[str]:
    yield from _group(f"dev-{number}")
    for component in range(number, size.components, size.developers):
        yield from _component(size, component, f"dev-{number}")


def _component(size: Size, number: int, owner: str) -> Iterator[str]:
    name = f"service-{number}"
    needs = "".join(f"    - component:service-{on}\n" for on in {number // 2, number // 3} - {number})
    yield (
        f"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n"
        f"  description: Does what number {number} is for.\nspec:\n  type: {'workflow' if number % 10 == 0 else 'service'}\n"
        f"  lifecycle: production\n  owner: {owner}\n  system: system-{number % size.systems}\n"
        + (f"  dependsOn:\n{needs}" if needs else "")
    )
    counted = f'http_requests_total{{service="{name}"'
    yield (
        f"apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: {name}-availability\nspec:\n  service: {name}\n"
        "  indicator:\n    metadata:\n"
        f"      name: {name}-errors\n    spec:\n      ratioMetric:\n        counter: true\n"
        f"        bad:\n          metricSource:\n            metricSourceRef: metrics\n"
        f"            spec:\n              query: '{counted},code=~\"5..\"}}'\n"
        f"        total:\n          metricSource:\n            metricSourceRef: metrics\n"
        f"            spec:\n              query: '{counted}}}'\n"
        "  timeWindow:\n    - duration: 28d\n      isRolling: true\n  budgetingMethod: Occurrences\n"
        "  objectives:\n    - target: 0.999\n"
    )


def _sre_team(size: Size, number: int) -> Iterator[str]:
    name = f"sre-{number}"
    kind = "kitchenSink" if number == 0 else KINDS[number % len(KINDS)]
    yield from _group(name, 1 if kind == "embedded" else PEOPLE_OF_A_TEAM)
    if kind == "infrastructure":
        yield (
            f"apiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata:\n  name: cluster-{number}\n"
            f"spec:\n  type: cluster\n  owner: {name}\n"
        )
    yield _charter(size, number, name, kind)
    if kind in {"product", "consulting", "embedded"}:
        yield from _engagements(size, number, name, kind)


def _charter(size: Size, number: int, name: str, kind: str) -> str:
    partner = f"dev-{number % size.developers}"
    scope = {
        "kitchenSink": "scope: {everything: true}",
        "infrastructure": f"scope: {{resources: [cluster-{number}]}}",
        "tools": f"scope: {{ownedBy: ['group:{name}']}}",
        "product": f"scope: {{systems: [system-{number % size.systems}]}}",
    }.get(kind, "")
    past = "experience: [{implementation: infrastructure, from: 2020-01-01, to: 2024-12-31}]"
    members = {
        "consulting": "".join(f"    - {{user: {name}-{person}, {past}}}\n" for person in range(PEOPLE_OF_A_TEAM)),
        "embedded": f"    - {{user: {name}-0, share: 80%}}\n",
        "kitchenSink": "".join(
            f"    - {{user: sre-{guest}-0, share: 20%}}\n"
            for guest in range(1, size.sre_teams)
            if KINDS[guest % len(KINDS)] == "embedded"
        ),
    }.get(kind, "")
    return (
        f"apiVersion: watchbill/v1\nkind: SRETeam\nmetadata: {{name: {name}}}\nspec:\n  group: {name}\n  implementation: {kind}\n"
        f"  charter:\n    mission: What number {number} answers for does not fail its users.\n"
        + (f"    {scope}\n" if scope else "")
        + f"    partners: ['group:{partner}']\n    approved: {{by: 'user:{name}-0', on: 2025-06-01}}\n"
        + (f"  members:\n{members}" if members else "")
    )


def _engagements(size: Size, number: int, name: str, kind: str) -> Iterator[str]:
    """Yield the engagements of a team: a product team's active ones have a System each, whoever else is engaged a component."""
    teams = [
        each for each in range(1, size.sre_teams) if KINDS[each % len(KINDS)] in {"product", "consulting", "embedded"}
    ]
    product = [each for each in teams if KINDS[each % len(KINDS)] == "product"]
    if kind == "embedded":
        yield _engagement(
            f"{name}-host",
            name,
            f"dev-{number % size.developers}",
            f"{{components: [service-{number}]}}",
            active=True,
            ends="2027-03-31",
        )
        return
    others = size.engagements - size.systems - sum(KINDS[each % len(KINDS)] == "embedded" for each in teams)
    sharing = [each for each in teams if KINDS[each % len(KINDS)] != "embedded"]
    if kind == "product":
        for system in range(product.index(number), size.systems, len(product)):
            engagement = f"{name}-system-{system}"
            yield _engagement(
                engagement, name, f"dev-{system % size.developers}", f"{{systems: [system-{system}]}}", active=True
            )
            yield _review(engagement, name)
    for other in range(sharing.index(number), others, len(sharing)):
        component = other * 7 % size.components
        covers = f"{{components: [service-{component}]}}"
        yield _engagement(
            f"{name}-other-{other}", name, f"dev-{component % size.developers}", covers, active=kind == "consulting"
        )


def _engagement(engagement: str, sre: str, partner: str, covers: str, *, active: bool, ends: str = "") -> str:
    moves = [("proposed", "2025-11-03"), ("preparing", "2026-01-12"), ("active", "2026-03-02")][: 3 if active else 1]
    life = "".join(
        f"    - {{state: {state}, on: {day}, by: 'user:{sre}-0', why: agreed by both}}\n" for state, day in moves
    )
    return (
        f"apiVersion: watchbill/v1\nkind: Engagement\nmetadata: {{name: {engagement}}}\nspec:\n  sre: {sre}\n"
        f"  partner: group:{partner}\n  covers: {covers}\n"
        "  agreement:\n    goals: [99.9 % of requests succeed in every quarter]\n    budgetPolicy: standard\n"
        "    feedback: {how: a form to both leads, every: 3M}\n"
        "    maturity: [{on: 2026-03-02, observability: 2, capacity: 1, change: 2, incidents: 2}]\n"
        f"    leads: {{sre: 'user:{sre}-0', partner: 'user:{partner}-0'}}\n"
        f"    escalateTo: user:{sre}-0\n    handBackWhen: [operations over the limit for two quarters]\n"
        f"  life:\n{life}" + (f"  ends: {ends}\n" if ends else "")
    )


def _review(engagement: str, sre: str) -> str:
    return (
        f"apiVersion: watchbill/v1\nkind: ReadinessReview\nmetadata: {{name: {engagement}-review}}\nspec:\n"
        f"  engagement: {engagement}\n  date: 2026-02-23\n  reviewers: ['user:{sre}-0', 'user:{sre}-1']\n  outcome: ready\n"
        "  items:\n    - {area: goals, question: Are its goals approved by both sides?, status: yes, evidence: its goals}\n"
    )
