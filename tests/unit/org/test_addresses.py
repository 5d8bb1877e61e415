"""Whom a page may call and how they are told: people without an e-mail address, and rooms that the settings have to know."""

from __future__ import annotations

from pathlib import Path

from tests.unit.org.test_folder import organisation
from watchbill.org.faults import Level
from watchbill.org.folder import read


def test_a_room_is_noted_once_however_many_policies_call_it_first(tmp_path: Path) -> None:
    policy = """
apiVersion: watchbill/v1
kind: EscalationPolicy
metadata: {{name: {name}}}
spec: {{for: [group:{name}], steps: [{{notify: ["channel:bridge", "channel:deck", "user:ana"]}}]}}
"""
    root = organisation(tmp_path, one=policy.format(name="guests"), two=policy.format(name="advisers"))
    found = [(fault.code, fault.level, fault.place.file) for fault in read(root).faults]
    assert found == [("room-from-settings", Level.NOTE, "one.yaml")] * 2


def test_people_whom_a_page_may_call_are_those_of_watches_steps_and_groups_in_steps(tmp_path: Path) -> None:
    root = organisation(
        tmp_path,
        more="""
apiVersion: watchbill/v1
kind: Schedule
metadata: {name: spare}
spec: {timeZone: UTC, layers: [{name: weekly, start: "2026-01-05T09:00", turn: 1 week, people: [[ada, bo]]}]}
---
apiVersion: watchbill/v1
kind: EscalationPolicy
metadata: {name: guests}
spec: {for: [group:guests], steps: [{notify: ["user:cy", "group:crew"]}]}
"""
        + "".join(
            f"---\napiVersion: backstage.io/v1alpha1\nkind: User\nmetadata: {{name: {name}}}\nspec: {spec}\n"
            for name, spec in {
                "ada": "{}",
                "bo": "{profile: {email: bo@harbour.example}}",
                "cy": '{profile: {email: ""}}',
                "di": "{memberOf: [crew]}",
                "ed": "{memberOf: [guests]}",
            }.items()
        )
        + "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: crew}\nspec: {type: team, children: []}\n",
    )
    faults = read(root).faults
    assert {(fault.code, fault.level) for fault in faults} == {("person-without-email", Level.NOTE)}
    assert [fault.message.split(",")[0] for fault in faults] == [
        f"Pages call user:{name}" for name in ("ada", "cy", "di")
    ]
