"""A catalog in all the ways in which Backstage lets one write it: it loads unchanged, and means the same however it is written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchbill.org.coverage import coverage
from watchbill.org.faults import Level
from watchbill.org.folder import read
from watchbill.org.in_force import Reading
from watchbill.org.organization import Organization
from watchbill.org.values import EntityRef

AT = datetime(2026, 5, 3, 12, tzinfo=UTC)
GROUPS = """---
# The tree of groups is written from above, from below, or both.
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: harbour, description: The whole company}
spec: {type: organization, ancestors: [], children: [docks], descendants: [docks, crane-drivers]}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: docks}
spec: {type: department, parent: harbour, children: [crane-drivers]}
---
apiVersion: backstage.io/v1beta1
kind: Group
metadata: {name: crane-drivers, annotations: {example.com/floor: "3", example.com/lifts: 2}, labels: {shift: late}}
spec:
  type: team
  profile: {displayName: Crane drivers, email: cranes@harbour.example, picture: "https://harbour.example/cranes.png"}
  children: []
  members: [olga, "user:default/pete"]
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: Pilots, namespace: sea}
spec: {type: team, parent: default/docks, children: []}
"""
USERS = """
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: olga}
spec: {profile: {displayName: Olga, email: olga@harbour.example}, memberOf: [docks, "group:sea/pilots"]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: pete.smith-2, namespace: sea}
spec: {memberOf: [pilots]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: pete}
spec: {profile: {}, memberOf: []}
"""
SOFTWARE = """
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: loading}
spec: {owner: user:olga}
---
apiVersion: backstage.io/v1alpha1
kind: Domain
metadata: {name: heavy-loading}
spec: {owner: docks, subdomainOf: loading, type: product-area}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: cranes}
spec: {owner: docks, domain: heavy-loading}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: lift
  title: Lift
  tags: [rust, go]
  links: [{url: "https://harbour.example/lift", title: Lift, icon: dashboard, type: runbook}]
  example.com/extra: {any: thing}
spec:
  type: service
  lifecycle: production
  owner: {kind: Group, namespace: default, name: crane-drivers}
  system: cranes
  providesApis: [lift-api]
  consumesApis: [{kind: API, name: lift-api}]
  dependsOn: ["resource:default/power", "Component:sea/radar"]
  subcomponentOf: hoist
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: hoist}
spec: {type: website, lifecycle: experimental, owner: user:default/olga, system: cranes}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: radar, namespace: sea}
spec: {type: service, lifecycle: deprecated, owner: pilots, system: default/cranes, dependsOn: ["component:beacon"]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: beacon, namespace: sea}
spec: {type: service, lifecycle: production, owner: group:default/docks}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: knots}
spec: {type: library, lifecycle: production, owner: olga-s-old-team}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: power}
spec: {type: database, owner: docks, dependencyOf: ["component:hoist"], system: cranes}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: lift-api}
spec: {type: openapi, lifecycle: production, owner: crane-drivers, system: cranes, definition: {$text: ./lift.json}}
"""
OTHERS = """
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: everything}
spec: {type: url, target: "https://harbour.example/all.yaml", targets: [./groups.yaml], presence: optional}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: new-crane, tags: [recommended]}
spec: {owner: docks, type: service, parameters: [], steps: []}
---
apiVersion: backstage.io/v1alpha1
kind: Environment
metadata: {name: prod}
spec: {lifecycle: production}
---
"""
FILES = {"groups": GROUPS, "users": USERS, "software": SOFTWARE, "others": OTHERS}


def written(root: Path, **files: str) -> Reading:
    root.mkdir(exist_ok=True)
    for name, text in files.items():
        (root / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read(root, AT)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return written(tmp_path_factory.mktemp("catalog"), **FILES)


@pytest.fixture(scope="module")
def harbour(reading: Reading) -> Organization:
    assert reading.organization is not None
    return reading.organization


def ref(text: str, kind: str) -> EntityRef:
    return EntityRef.parse(text, kind=kind)


def test_it_loads_and_says_what_it_leaves_alone(reading: Reading) -> None:
    assert reading.errors == ()
    notes = [(fault.code, fault.place.file) for fault in reading.faults if fault.level is Level.NOTE]
    assert notes.count(("unknown-kind", "others.yaml")) == 3
    assert ("placeholder", "software.yaml") in notes
    assert ("unknown-field", "software.yaml") in notes


def test_groups_have_their_parents_and_children_from_either_side(harbour: Organization) -> None:
    parents = {str(group.ref): str(group.parent) for group in harbour.groups.values()}
    assert parents == {
        "group:harbour": "None",
        "group:docks": "group:harbour",
        "group:crane-drivers": "group:docks",
        "group:sea/pilots": "group:docks",
    }
    assert harbour.groups[ref("docks", "group")].children == {ref("crane-drivers", "group"), ref("sea/pilots", "group")}


def test_people_are_in_several_groups_and_namespaces(harbour: Organization) -> None:
    olga = harbour.users[ref("olga", "user")]
    assert sorted(map(str, olga.groups)) == ["group:crane-drivers", "group:docks", "group:sea/pilots"]
    pilots = harbour.groups[ref("sea/pilots", "group")]
    assert sorted(map(str, pilots.members)) == ["user:olga", "user:sea/pete.smith-2"]
    assert [str(group) for group in harbour.users[ref("pete", "user")].groups] == ["group:crane-drivers"]


@pytest.mark.parametrize(
    ("thing", "owner"),
    [
        ("component:lift", "group:crane-drivers"),
        ("component:hoist", "user:olga"),
        ("component:sea/radar", "group:sea/pilots"),
        ("component:sea/beacon", "group:docks"),
        ("resource:power", "group:docks"),
    ],
)
def test_owners_are_groups_or_people_in_short_full_and_old_form(harbour: Organization, thing: str, owner: str) -> None:
    assert str(harbour.things[ref(thing, "component")].owner) == owner


def test_what_depends_on_what_is_read_from_either_side_and_defaults_to_the_own_namespace(harbour: Organization) -> None:
    needs = {str(each.ref): sorted(str(one.on) for one in each.dependencies) for each in harbour.things.values()}
    assert needs == {
        "component:lift": ["component:sea/radar", "resource:power"],
        "component:hoist": ["resource:power"],
        "component:sea/radar": ["component:sea/beacon"],
        "component:sea/beacon": [],
        "resource:power": [],
    }


def test_systems_and_domains_lie_in_each_other(harbour: Organization) -> None:
    assert str(harbour.things[ref("sea/radar", "component")].system) == "system:cranes"
    assert str(harbour.systems[ref("cranes", "system")].within) == "domain:heavy-loading"
    assert str(harbour.systems[ref("heavy-loading", "domain")].within) == "domain:loading"


def test_every_thing_of_a_catalog_alone_has_an_answer_on_its_pager(harbour: Organization) -> None:
    assert len(coverage(harbour, AT)) == len(harbour.things)


def test_a_group_that_two_say_is_theirs_stays_where_it_says_itself(tmp_path: Path) -> None:
    stolen = GROUPS.replace("descendants: [docks, crane-drivers]", "members: []").replace(
        "children: [docks]", "children: [docks, 'sea/pilots', crane-drivers]"
    )
    found = [
        written(tmp_path / name, **files)
        for name, files in {"a": {"a": stolen, "b": USERS}, "b": {"b": stolen, "a": USERS}}.items()
    ]
    for reading in found:
        assert reading.errors == ()
        assert [fault.code for fault in reading.faults].count("two-parents") == 2
        assert reading.organization is not None
        parents = {str(group.ref): str(group.parent) for group in reading.organization.groups.values()}
        assert parents["group:sea/pilots"] == "group:docks"
        assert parents["group:crane-drivers"] == "group:docks"


def test_watchbill_names_what_lies_in_another_namespace(tmp_path: Path) -> None:
    team = """
apiVersion: watchbill/v1
kind: SRETeam
metadata: {name: sea-sre}
spec:
  group: sea/pilots
  implementation: tools
  charter: {mission: Nobody runs aground., scope: {components: [sea/radar, "component:sea/beacon"]}}
---
apiVersion: watchbill/v1
kind: EscalationPolicy
metadata: {name: pilots}
spec: {for: [sea/pilots], steps: [{notify: ["user:sea/pete.smith-2", "group:sea/pilots"]}]}
"""
    reading = written(tmp_path, **FILES, team=team)
    assert reading.errors == ()
    found = reading.organization
    assert found is not None
    pager = {str(answer.thing): str(answer.holder) for answer in coverage(found, AT)}
    assert pager["component:sea/radar"] == "group:sea/pilots"
    assert str(found.sre_teams["sea-sre"].group) == "group:sea/pilots"
    scope = found.sre_teams["sea-sre"].scope
    assert scope is not None
    assert sorted(map(str, scope.things)) == ["component:sea/beacon", "component:sea/radar"]
