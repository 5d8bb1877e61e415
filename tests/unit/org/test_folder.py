"""Reading a folder: what counts, how it is linked, and that its layout changes nothing."""

from __future__ import annotations

import os
import random
import shutil
import socket
import time
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from watchbill.lib.errors import NotFound, Unavailable
from watchbill.org import folder
from watchbill.org.faults import Level
from watchbill.org.folder import FilesRead, files, read
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


def test_a_reading_that_knows_the_one_before_is_the_reading_of_the_files_as_they_are(tmp_path: Path) -> None:
    root, known = organisation(tmp_path, extra="kind: Group\n"), FilesRead()
    at = datetime(2026, 5, 6, tzinfo=UTC)
    assert read(root, at, known) == read(root, at)
    (root / "extra.yaml").write_text("apiVersion: watchbill/v1\nkind: SRETeam\nmetadata: {name: x}\nspec: {}\n")
    (root / "moved.yaml").write_text((root / "catalog.yaml").read_text())
    (root / "catalog.yaml").unlink()
    for _ in range(2):
        assert read(root, at, known) == read(root, at)
    (root / "extra.yaml").unlink()
    again = read(root, at, known)
    assert again == read(root, at)
    assert linked(again).groups[EntityRef("group", "default", "core")].place.file == "moved.yaml"


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


def test_a_folder_that_may_not_be_looked_into_is_unavailable(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    root.chmod(0)
    try:
        if os.access(root, os.R_OK):
            pytest.skip("this user may read everything")
        with pytest.raises(Unavailable, match="cannot be read"):
            read(root)
        with pytest.raises(Unavailable, match="cannot be read"):
            read(root / "below")
    finally:
        root.chmod(0o700)


def test_a_name_that_is_not_utf8_is_read_and_shown_in_printable_letters(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    before = read(root).revision
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.yaml")).write_text("kind: Schedule\nspec: {}\n")
    reading = read(root)
    assert [(fault.code, fault.place.file) for fault in reading.faults] == [("missing-api-version", "caf\\xe9.yaml")]
    assert reading.revision != before


def test_pipes_sockets_and_devices_are_not_read(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    os.mkfifo(root / "pipe.yaml")
    (root / "zero.yaml").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(root / "socket.yaml"))
        reading = read(root)
    assert [(fault.code, fault.level, fault.place.file) for fault in reading.faults] == [
        ("not-a-file", Level.WARNING, name) for name in ("pipe.yaml", "socket.yaml", "zero.yaml")
    ]
    assert linked(reading)
    assert {path.name for path in files(root)} == {"catalog.yaml", "goals.yaml", "organisation.yaml"}


def test_a_file_that_vanishes_while_the_folder_is_read_was_never_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = organisation(tmp_path)
    listed = [*files(root), root / "zz.yaml"]  # what a listing says of a file that is removed right after it
    monkeypatch.setattr(folder, "_yaml_paths", lambda _root: listed)
    assert read(root).faults == ()


def test_linked_folders_are_read_and_the_place_is_the_name_by_which_they_were_reached(tmp_path: Path) -> None:
    root = organisation(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (root / "catalog.yaml").rename(elsewhere / "deep" / "catalog.yaml")
    (root / "shared").symlink_to(elsewhere)
    reading = read(root)
    assert reading.faults == ()
    assert linked(reading).users[EntityRef("user", "default", "ana")].place.file == "shared/deep/catalog.yaml"


def test_links_that_lead_in_circles_or_to_what_was_read_already_add_nothing(tmp_path: Path) -> None:
    root = organisation(tmp_path, deep__extra="a: 1\n")
    before = [path.relative_to(root) for path in files(root)]
    (root / "again").symlink_to(root / "deep")
    (root / "deep" / "loop").symlink_to(root)
    (root / "above").symlink_to(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "other.yaml").write_text("a: 2\n")
    (other / "back").symlink_to(root / "away")
    (root / "away").symlink_to(other)
    (root / "zz-away").symlink_to(other)
    found = [path.relative_to(root) for path in files(root)]
    assert found == sorted([*before, Path("away/other.yaml")])
    assert read(root / "again").revision == read(root / "deep").revision


def test_an_empty_folder_declares_nothing(tmp_path: Path) -> None:
    assert codes(read(tmp_path)) == ["no-documents"]


def test_a_catalog_alone_is_an_organisation_without_watches(tmp_path: Path) -> None:
    shutil.copyfile(SOUND / "catalog.yaml", tmp_path / "catalog.yaml")
    reading = read(tmp_path)
    assert reading.faults == ()
    assert linked(reading).time_zone == "UTC"


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


OPENED = """
  agreement: {leads: {sre: ana, partner: mei}, goals: [it sells], budgetPolicy: standard, escalateTo: ana, handBackWhen: [calm]}
---
apiVersion: watchbill/v1
kind: ReadinessReview
metadata: {name: NAME}
spec:
  engagement: NAME
  date: 2026-03-30
  reviewers: [ana]
  outcome: ready
  items: [{area: goals, question: Are there any?, status: yes, evidence: three}]
"""


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
    root = organisation(tmp_path, engagement=engagement + OPENED.replace("NAME", "front-with-developers"))
    text = (root / "organisation.yaml").read_text()
    (root / "organisation.yaml").write_text(text.replace(", group:front]", "]"))
    assert codes(read(root)) == []
    assert codes(read(root, datetime(2026, 3, 31, tzinfo=UTC))) == ["holder-without-policy"]


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
    one, two = (engagement.format(name=name) + OPENED.replace("NAME", name) for name in ("one", "two"))
    root = organisation(tmp_path, one=one, two=two)
    (tie,) = read(root, datetime(2026, 3, 31, tzinfo=UTC)).faults
    assert (tie.code, tie.place.file, [place.file for place in tie.related]) == ("tie", "one.yaml", ["two.yaml"])
    assert codes(read(root, datetime(2026, 6, 1, tzinfo=UTC))) == []


def bare(value: Any) -> Any:
    """An organisation without its places, for comparing what two folders declare."""
    if isinstance(value, Place):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        counted = [field.name for field in fields(value) if field.compare and field.name != "revision"]
        return {name: bare(getattr(value, name)) for name in counted}
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
    text = "".join(component.format(n=n, m=(n + 7) % 1091) for n in range(1091))
    assert text.count("\n") > 12_000 - 11
    root = organisation(tmp_path, things=text)
    began = time.process_time()
    reading = read(root)
    assert reading.faults == ()
    assert time.process_time() - began < 1.0
