"""An organisation that uses every kind of document, with fields changed: it is read, and what lints clean answers every question."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.org.test_folder import SOUND
from watchbill.cli.fault_formats import as_github, as_json, as_sarif, as_text
from watchbill.org.authority import Action, decide
from watchbill.org.charters import AlertClass
from watchbill.org.coverage import coverage
from watchbill.org.documents import read_documents
from watchbill.org.faults import FaultList
from watchbill.org.folder import files, read
from watchbill.org.in_force import Reading
from watchbill.org.nodes import to_data
from watchbill.org.organization import Organization
from watchbill.org.recognition import KINDS, Family
from watchbill.org.standing import check_standing
from watchbill.teams.explain import as_json as explained
from watchbill.teams.explain import explain_page
from watchbill.teams.show import show

MORE = """
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: selling}
spec: {owner: developers}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: cart-api}
spec: {type: openapi, lifecycle: production, owner: developers, system: shop, definition: none}
---
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: front-with-developers, title: The shop}
spec:
  sre: front
  partner: group:developers
  covers: {systems: [shop], except: ["resource:cart-db"]}
  practices: {capacity: partner}
  pager: {primary: sre, hours: office, respondWithin: 5m, classes: {workflow: partner}, escalation: standard, partnerShare: 20%}
  authority: [changeConfig, silence]
  agreement:
    leads: {sre: "user:raj", partner: "user:ana"}
    goals: [it sells]
    sreShare: 40%
    budgetPolicy: standard
    escalateTo: "user:ana"
    repositories: {harbour/cart: [changeCode]}
    onboarding: [{step: a week beside a developer, due: 2026-03-20, done: 2026-03-27}]
    feedback: {how: a talk, every: 3M}
    maturity: [{on: 2026-03-01, observability: 2, capacity: 1, change: 3, incidents: 2}]
    selectedBy: revenue
    reviewEvery: 3M
    handBackWhen: [all is calm]
    handBack: [{step: a last week together, due: 2027-03-20, done: 2027-03-27}]
  life:
    - {state: proposed, on: 2026-01-12, by: "user:ana", why: third outage}
    - {state: preparing, on: 2026-02-01, by: "user:ana", why: review begins}
    - {state: active, on: 2026-04-01, by: "user:ana", why: review passed}
  ends: 2027-03-31
  extensions: [{on: 2026-09-01, until: 2027-03-31, by: "user:ana", why: not calm yet}]
  reviews: [{on: 2026-07-01, by: "user:ana", verdict: continue, note: well begun}]
---
apiVersion: watchbill/v1
kind: ReadinessReview
metadata: {name: front-with-developers}
spec:
  engagement: front-with-developers
  date: 2026-03-30
  reviewers: ["user:ana"]
  outcome: ready
  items: [{area: goals, question: Has it goals, status: "yes", evidence: three, owner: "user:ana", due: 2026-04-01}]
---
apiVersion: watchbill/v1
kind: ServiceProfile
metadata: {name: cart}
spec:
  for: component:cart
  tier: critical
  phase: limited
  runbook: https://docs.harbour.example/cart
  dependencies: [{on: "resource:cart-db", critical: true, fallback: none, redundancy: {copies: 2, sharedFate: [dns]}}]
---
apiVersion: watchbill/v1
kind: ServiceProfile
metadata: {name: all}
spec: {for: {everything: true}, tier: high}
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: own}
spec: {type: scrape, connectionDetails: {interval: 15s, targets: [{name: a, url: "http://127.0.0.1:1", labels: {job: a}}]}}
---
apiVersion: openslo/v1
kind: AlertCondition
metadata: {name: fast}
spec: {severity: page, condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h}}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: quick}
spec: {alertWhenBreaching: true, conditions: [{conditionRef: fast}]}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: cart-speed, displayName: Cart is fast, annotations: {watchbill.dev/budget-policy: strict}}
spec:
  service: cart
  indicator:
    metadata: {name: cart-speed}
    spec:
      ratioMetric:
        counter: true
        bad: {metricSource: {metricSourceRef: own, spec: {query: 'sum(slow_total{service="cart"})'}}}
        total: {metricSource: {metricSourceRef: own, spec: {query: 'all_total{service="cart"}'}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{displayName: fast enough, target: 0.99}]
  alertPolicies: [quick]
---
apiVersion: watchbill/v1
kind: BudgetPolicy
metadata: {name: strict}
spec:
  owner: user:ana
  states: [{name: spent, remainingAtMost: 0%, releases: approval, approvers: ["user:raj"]}, {name: healthy, releases: open}]
---
apiVersion: watchbill/v1
kind: Exclusion
metadata: {name: sundays, title: Sundays at night}
spec:
  goals: [cart-availability]
  services: [cart]
  timeZone: Europe/Berlin
  from: "2026-03-01T02:00"
  lasts: 2h
  repeats: FREQ=WEEKLY;BYDAY=SU
  cap: 8h
  why: the database is looked after
  by: user:raj
  approved: {by: user:ana, on: 2026-02-20}
---
apiVersion: watchbill/v1
kind: Exclusion
metadata: {name: new-disks}
spec: {goals: [cart-speed], from: "2026-03-01T22:00", until: "2026-03-02T01:30", why: new disks, by: user:raj}
"""


def plain_values(node: Any) -> Any:
    """A document's data as YAML can be written from: numbers as floats."""
    if isinstance(node, dict):
        return {key: plain_values(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain_values(item) for item in node]
    return float(node) if isinstance(node, Decimal) else node


WHOLE: list[Any] = [
    plain_values(to_data(one.document.root))
    for text in [*(path.read_text() for path in files(SOUND)), MORE]
    for one in read_documents(text, "whole.yaml", FaultList())
]
INSTANTS = (
    datetime(1990, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 12, tzinfo=UTC),
    datetime(2026, 5, 3, 12, tzinfo=UTC),
    datetime(2200, 12, 31, 23, tzinfo=UTC),
)
REFERENCES = (
    "user:ana",
    "group:core",
    "group:guests",
    "group:nowhere",
    "component:cart",
    "system:shop",
    "resource:cart-db",
)
NAMES = (
    "channel:ops",
    "schedule:primary",
    "schedule:nothing",
    "user:raj",
    "standard",
    "front",
    "core",
    "nobody",
    "page",
)
DURATIONS = ("0s", "0d", "1s", "10Y", "11Y", "99999999999d", "9" * 5000 + "s", "99999Y", "3653d", "5M", "-1m")
TURNS = ("1 hour", "9999 weeks", "9999 hours", "0 days", "1 month")
DATES = ("0001-01-01", "1969-12-31", "1970-01-01", "2199-12-31", "9999-12-31", "2026-02-30", "2026-05-03")
LOCAL_TIMES = ("0001-01-01T00:00", "1970-01-01T00:00", "2199-12-31T23:59", "9999-12-31T23:59", "2026-03-29T02:30")
SHARES = ("0%", "100%", "100.0000001%", "99999999999999999999%", "25%")
TIMES = ("00:00", "24:00", "24:01", "sun 23:59", "fri 18:00", "08:00")
NUMBERS = (0, 1, -1, 2, 2**63, 10**40, 0.5, 0.8, 99, 1e308, 1e-308, float("inf"), float("nan"))
ODD: tuple[Any, ...] = (
    *("", " ", "x" * 5000, "\u202e", "*", "a/b:c", ":", "/", "\n", "null", "$text", "fri-mon"),
    *("UTC", "Europe", "../../etc/passwd", "America/New_York", "Africa/Monrovia"),
    *("rate(a[5m])", 'a{b="', "sum(a)/sum(b)", "http://[", "http://u:p@h", "http://h:99999"),
    *(True, False, None, [], {}, [[]], [None], {"": None}, {"name": "ana"}, {"everything": True}, ["nobody"], [{}]),
)
FITTING: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (r"\d{4}-\d\d-\d\dT.*", LOCAL_TIMES),
    (r"\d{4}-\d\d-\d\d", DATES),
    (r"\d\d:\d\d", TIMES),
    (r"\d+ \w+", TURNS),
    (r"\d+[smhdwMY]", DURATIONS),
    (r"\d+%", SHARES),
    (r"[\d.]+", NUMBERS),
    (r"[\w:-]+", (*REFERENCES, *NAMES)),
)
EXTREMES = (*ODD, *(value for _, values in FITTING for value in values))


def extremes_like(value: Any) -> tuple[Any, ...]:
    """Extreme values of the kind that stands there, so that they get past the shapes and reach the linker."""
    return next((values for pattern, values in FITTING if re.fullmatch(pattern, str(value))), ODD)


def paths_in(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document, its root aside."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from paths_in(child, (*path, key))


PLACES = [(number, path) for number, document in enumerate(WHOLE) for path in paths_in(document)]


def value_at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def mutated(number: int, path: tuple[Any, ...], how: str, value: Any) -> list[Any]:
    """The whole organisation with one field changed."""
    documents = copy.deepcopy(WHOLE)
    around = documents[number]
    for key in path[:-1]:
        around = around[key]
    last = path[-1]
    if how == "drop":
        del around[last]
    elif how == "duplicate":
        (around if isinstance(around, list) else documents).append(
            copy.deepcopy(around[last] if isinstance(around, list) else documents[number])
        )
    elif how == "wrap":
        around[last] = value([around[last]])
    else:
        around[last] = value
    return documents


@st.composite
def mutations(draw: st.DrawFn) -> list[Any]:
    """The sound organisation with one field dropped, duplicated, retyped or replaced by something extreme."""
    number, path = draw(st.sampled_from(PLACES))
    how = draw(st.sampled_from(["drop", "duplicate", "wrap", "replace", "fit", "fit"]))
    if how == "fit":
        return mutated(number, path, how, draw(st.sampled_from(extremes_like(value_at(WHOLE[number], path)))))
    value = draw(
        st.sampled_from([list, lambda inner: {"name": inner[0]}, str]) if how == "wrap" else st.sampled_from(EXTREMES)
    )
    return mutated(number, path, how, value)


def written(root: Path, documents: list[Any]) -> Path:
    root.mkdir(exist_ok=True)
    text = yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False)
    (root / "whole.yaml").write_text(text, encoding="utf-8")
    return root


def check(root: Path, reading: Reading) -> None:
    """Every fault stands at a place that is there and can be written; what lints clean answers every question."""
    assert (reading.organization is None) == bool(reading.errors)
    for fault in reading.faults:
        for place in (fault.place, *fault.related):
            assert (root / place.file).exists(), fault
            if place.file != ".":
                assert 1 <= place.line <= (root / place.file).read_text().count("\n") + 1, fault
            assert place.column >= 1
        assert fault.message.endswith((".", "?")), fault
    for form in (
        as_text(reading, root),
        as_json(reading, INSTANTS[0]),
        as_github(reading, root),
        as_sarif(reading, root),
    ):
        form.encode()
    if reading.organization is not None:
        for at in INSTANTS:
            ask_everything(reading.organization, at)


def ask_everything(organization: Organization, at: datetime) -> None:
    json.dumps(show(organization, at))
    check_standing(organization, at)
    assert len(coverage(organization, at)) == len(organization.things)
    for thing in organization.things:
        for alert_class in AlertClass:
            json.dumps(explained(explain_page(organization, thing, alert_class, at)))
        for person in organization.users:
            decide(organization, person, Action.SILENCE, thing, at)


def test_the_whole_organisation_that_is_mutated_is_sound(tmp_path: Path) -> None:
    root = written(tmp_path / "whole", WHOLE)
    reading = read(root, INSTANTS[2])
    assert reading.faults == ()
    assert {document["kind"] for document in WHOLE} >= set(KINDS[Family.WATCHBILL])
    check(root, reading)


@settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutations(), st.sampled_from(INSTANTS))
def test_one_field_changed_anywhere_is_read_without_an_exception(
    tmp_path: Path, documents: list[Any], at: datetime
) -> None:
    root = written(tmp_path / "whole", documents)
    check(root, read(root, at))


@pytest.mark.parametrize("seed", range(4))
def test_several_fields_changed_at_once_are_read_without_an_exception(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        documents = copy.deepcopy(WHOLE)
        for number, path in sorted(chance.sample(PLACES, 5), key=lambda place: len(place[1])):
            around = documents[number]
            for key in path[:-1]:
                around = around[key] if isinstance(around, dict | list) and key in range_of(around) else None
            if isinstance(around, dict | list) and path[-1] in range_of(around):
                around[path[-1]] = chance.choice(extremes_like(around[path[-1]]))
        root = written(tmp_path / "whole", documents)
        check(root, read(root, INSTANTS[2]))


def range_of(node: Any) -> Any:
    return range(len(node)) if isinstance(node, list) else node
