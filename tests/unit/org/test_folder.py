"""Reading a folder: what counts, how it is linked, and that its layout changes nothing."""

from __future__ import annotations

import random
import shutil
import time
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from watchbill.lib.errors import NotFound, Unavailable
from watchbill.org.faults import Level
from watchbill.org.folder import files, read
from watchbill.org.in_force import Reading
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef, Place

ROOT = Path(__file__).parents[3]
SOUND = ROOT / "tests" / "faults_corpus" / "sound"
FIXTURES = ROOT.parent / "shared" / "fixtures"


def organisation(tmp_path: Path, **documents: str) -> Path:
    """A copy of the sound organisation with more files; `a__b` names the file a/b.yaml."""
    root = tmp_path / "organisation"
    shutil.copytree(SOUND, root, dirs_exist_ok=True)
    for name, text in documents.items():
        path = root / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def codes(reading: Reading) -> list[str]:
    return [fault.code for fault in reading.faults]


def linked(reading: Reading) -> Organization:
    assert reading.organization is not None
    return reading.organization


def test_the_whole_is_linked() -> None:
    found = linked(read(SOUND))
    cart = found.things[EntityRef("component", "default", "cart")]
    ana, core = EntityRef("user", "default", "ana"), EntityRef("group", "default", "core")
    assert (found.name, found.time_zone, found.catch_all) == ("harbour", "Europe/Berlin", core)
    assert found.groups[core].members == {ana, EntityRef("user", "default", "raj")}
    assert found.users[ana].groups == {core}
    assert str(cart.system) == "system:shop"
    assert [str(dependency.on) for dependency in cart.dependencies] == ["resource:cart-db"]
    assert EntityRef("component", "default", "cart-library") not in found.things
    goal = found.goals["cart-availability"]
    assert (goal.target, goal.target_text, goal.window) == (Fraction(999, 1000), "99.9", timedelta(days=28))
    assert (goal.service, goal.source, goal.policy) == (cart.ref, "metrics", "standard")
    assert [len(turn) for turn in found.schedules["primary"].layers[0].turns] == [1, 2, 0]


def test_hidden_files_and_other_files_do_not_count(tmp_path: Path) -> None:
    root = organisation(tmp_path, **{".git__x": "a: [", "deep__.hidden": "a: [", "deep__seen": "a: 1"})
    (root / "notes.txt").write_text("a: [")
    assert [path.relative_to(root).as_posix() for path in files(root)] == [
        "catalog.yaml",
        "deep/seen.yaml",
        "goals.yaml",
        "organisation.yaml",
    ]
    assert codes(read(root)) == ["not-ours"]


def test_the_revision_is_of_names_and_contents_alone(tmp_path: Path) -> None:
    first = organisation(tmp_path / "a", extra="a: 1\n")
    second = organisation(tmp_path / "b", extra="a: 1\n")
    assert read(first).revision == read(second).revision
    (second / "extra.yaml").write_text("a: 2\n")
    assert read(first).revision != read(second).revision
    (second / "extra.yaml").rename(second / "other.yaml")
    (second / "other.yaml").write_text("a: 1\n")
    assert read(first).revision != read(second).revision


def test_a_folder_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        read(tmp_path / "nowhere")
    (tmp_path / "file.yaml").write_text("a: 1")
    with pytest.raises(NotFound):
        read(tmp_path / "file.yaml")


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    (root / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")
    with pytest.raises(Unavailable, match=r"gone\.yaml"):
        read(root)


def test_an_empty_folder_declares_nothing(tmp_path: Path) -> None:
    assert codes(read(tmp_path)) == ["no-documents"]


def test_a_catalog_alone_is_an_organisation_without_watches(tmp_path: Path) -> None:
    shutil.copyfile(SOUND / "catalog.yaml", tmp_path / "catalog.yaml")
    reading = read(tmp_path)
    assert reading.faults == ()
    assert linked(reading).time_zone == "UTC"


def test_without_an_organization_document_there_is_a_warning(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    text = (root / "organisation.yaml").read_text()
    (root / "organisation.yaml").write_text(text[text.index("---\n") :])
    assert codes(read(root)) == ["no-organization"]


def test_membership_and_parents_may_stand_on_either_side(tmp_path: Path) -> None:
    root = organisation(
        tmp_path,
        more="""
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: Quay, namespace: Ports}
spec: {type: team, parent: default/core, children: [pier], members: ["User:default/MEI"]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: pier, namespace: ports}
spec: {type: team, children: []}
""",
    )
    found = linked(read(root))
    quay, pier = EntityRef("group", "ports", "quay"), EntityRef("group", "ports", "pier")
    assert str(quay) == "group:ports/quay"
    assert found.groups[quay].members == {EntityRef("user", "default", "mei")}
    assert quay in found.users[EntityRef("user", "default", "mei")].groups
    assert found.groups[pier].parent == quay
    assert found.groups[EntityRef("group", "default", "core")].children == {quay}


def test_the_more_specific_profile_wins_field_by_field(tmp_path: Path) -> None:
    root = organisation(
        tmp_path,
        profiles="""
apiVersion: watchbill/v1
kind: ServiceProfile
metadata: {name: shop}
spec: {for: {systems: [shop]}, tier: high, runbook: "https://docs.harbour.example/shop"}
---
apiVersion: watchbill/v1
kind: ServiceProfile
metadata: {name: cart}
spec:
  for: component:cart
  tier: critical
  dependencies: [{on: "resource:cart-db", critical: true, fallback: none}]
""",
    )
    found = linked(read(root))
    cart = found.things[EntityRef("component", "default", "cart")]
    database = found.things[EntityRef("resource", "default", "cart-db")]
    assert (cart.tier, cart.runbook) == ("critical", "https://docs.harbour.example/shop")
    assert [(dependency.critical, dependency.fallback) for dependency in cart.dependencies] == [(True, "none")]
    assert database.tier == "high"


@pytest.mark.parametrize(
    ("written", "share", "text"),
    [
        ("targetPercent: 99.9", Fraction(999, 1000), "99.9"),
        ("targetPercent: 99.95", Fraction(9995, 10000), "99.95"),
        ("target: 0.999", Fraction(999, 1000), "99.9"),
        ("target: 0.9990", Fraction(999, 1000), "99.9"),
        ("targetPercent: 99", Fraction(99, 100), "99"),
        ("target: 9.99e-1", Fraction(999, 1000), "99.9"),
    ],
)
def test_targets_are_exact(tmp_path: Path, written: str, share: Fraction, text: str) -> None:
    root = organisation(tmp_path)
    goals = (root / "goals.yaml").read_text().replace("targetPercent: 99.9", written)
    (root / "goals.yaml").write_text(goals)
    goal = linked(read(root)).goals["cart-availability"]
    assert (goal.target, goal.target_text) == (share, text)


def test_the_annotation_says_which_entity_a_goal_is_about(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    goals = (root / "goals.yaml").read_text().replace("service: cart\n", "service: shopping-cart\n")
    service = (
        "apiVersion: openslo/v1\nkind: Service\nspec: {}\n"
        "metadata: {name: shopping-cart, annotations: {watchbill.dev/entity: 'component:cart'}}\n"
    )
    (root / "goals.yaml").write_text(f"{goals}---\n{service}")
    assert str(linked(read(root)).goals["cart-availability"].service) == "component:cart"


def test_alert_policies_make_the_tiers_of_a_goal(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    policy = """  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: burn}
      spec:
        alertWhenBreaching: true
        conditions:
          - kind: AlertCondition
            metadata: {name: fast}
            spec: {severity: page, condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h}}
        notificationTargets: []
"""
    with (root / "goals.yaml").open("a") as goals:
        goals.write(policy)
    (tier,) = linked(read(root)).goals["cart-availability"].tiers
    assert (tier.name, tier.severity, tier.factor) == ("fast", "page", Fraction(144, 10))
    assert (tier.long, tier.short) == (timedelta(hours=1), timedelta(minutes=5))


def test_a_holder_without_a_policy_is_found_when_the_instant_is_known(tmp_path: Path) -> None:
    engagement = """
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: front-with-developers}
spec:
  sre: front
  partner: developers
  covers: {systems: [shop]}
  life:
    - {state: proposed, on: 2026-01-12, by: user:ana, why: asked for}
    - {state: preparing, on: 2026-02-01, by: user:ana, why: review begins}
    - {state: active, on: 2026-04-01, by: user:ana, why: review passed}
"""
    root = organisation(tmp_path, engagement=engagement)
    text = (root / "organisation.yaml").read_text()
    (root / "organisation.yaml").write_text(text.replace(", group:front]", "]"))
    assert codes(read(root)) == []
    assert codes(read(root, datetime(2026, 3, 1, tzinfo=UTC))) == ["holder-without-policy"]


def test_two_engagements_over_the_same_thing_are_a_tie_in_the_days_in_which_both_are_active(tmp_path: Path) -> None:
    engagement = """
apiVersion: watchbill/v1
kind: Engagement
metadata: {{name: {name}}}
spec:
  sre: front
  partner: developers
  covers: {{components: [cart]}}
  life:
    - {{state: proposed, on: 2026-01-12, by: user:ana, why: asked for}}
    - {{state: preparing, on: 2026-02-01, by: user:ana, why: review begins}}
    - {{state: active, on: 2026-04-01, by: user:ana, why: review passed}}
  ends: 2026-05-31
"""
    root = organisation(tmp_path, one=engagement.format(name="one"), two=engagement.format(name="two"))
    (tie,) = read(root, datetime(2026, 3, 1, tzinfo=UTC)).faults
    assert (tie.code, tie.place.file, [place.file for place in tie.related]) == ("tie", "one.yaml", ["two.yaml"])
    assert codes(read(root, datetime(2026, 6, 1, tzinfo=UTC))) == []


def bare(value: Any) -> Any:
    """An organisation without its places, for comparing what two folders declare."""
    if isinstance(value, Place):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: bare(getattr(value, field.name)) for field in fields(value) if field.name != "revision"}
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [bare(item) for item in value]
    return value


@pytest.mark.parametrize("seed", range(5))
def test_how_documents_are_spread_over_files_changes_nothing(tmp_path: Path, seed: int) -> None:
    shuffler = random.Random(seed)
    documents = [text for path in files(SOUND) for text in path.read_text().split("---\n")]
    shuffler.shuffle(documents)
    while documents:
        count = shuffler.randint(1, 6)
        name = "".join(shuffler.choices("abcdefgh", k=8))
        (tmp_path / f"{name}.yml").write_text("---\n".join(documents[:count]))
        documents = documents[count:]
    assert bare(linked(read(tmp_path))) == bare(linked(read(SOUND)))


@pytest.mark.parametrize("name", ["backstage/demo", "backstage/create-app"])
def test_catalogs_of_others_load(name: str) -> None:
    reading = read(fixture(name))
    assert reading.errors == ()
    assert {fault.level for fault in reading.faults} <= {Level.NOTE, Level.WARNING}


@pytest.mark.parametrize(
    "name", ["openslo/examples/budgeting-method", "openslo/examples/treat-low-traffic-as-equally-important"]
)
def test_openslo_examples_load_and_say_what_is_not_measured(name: str) -> None:
    reading = read(fixture(name))
    assert reading.errors == ()
    assert "goal-not-measured" in codes(reading)
    if name.endswith("budgeting-method"):
        assert {"minute-or-month", "op-on-ratio"} <= set(codes(reading))


def fixture(name: str) -> Path:
    if not FIXTURES.is_dir():
        pytest.skip(f"{name}: the fixtures of other projects are not on this machine")
    return FIXTURES / name


def test_twelve_thousand_lines_are_read_well_under_a_second_of_cpu(tmp_path: Path) -> None:
    component = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: thing-{n}
  annotations: {{team/page: "https://harbour.example/{n}"}}
spec:
  type: service
  lifecycle: production
  owner: group:core
  dependsOn: [component:thing-{m}]
---
"""
    text = "".join(component.format(n=n, m=(n * 7) % 1091) for n in range(1091))
    assert text.count("\n") > 12_000 - 11
    root = organisation(tmp_path, things=text)
    began = time.process_time()
    reading = read(root)
    assert reading.faults == ()
    assert time.process_time() - began < 1.0
