"""An escalation policy frozen into a page at its birth, as plain JSON: later edits of the documents do not touch the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from watchbill.org.charters import EscalationPolicy, EscalationStep, Hours, Target
from watchbill.org.values import EntityRef, Place


@dataclass(frozen=True)
class FrozenPolicy:
    """A policy as it was, with the zone that its steps' hours are read in."""

    policy: EscalationPolicy
    time_zone: ZoneInfo


def freeze(policy: EscalationPolicy, time_zone: str) -> dict[str, Any]:
    """Return the policy and its zone as plain JSON; durations in seconds."""
    expires = policy.acknowledgement_expires
    return {
        "name": policy.name,
        "title": policy.title,
        "groups": sorted(str(group) for group in policy.groups),
        "timeZone": time_zone,
        "steps": [_step_to_json(step) for step in policy.steps],
        "repeat": {"times": policy.repeat_times, "from": policy.repeat_from},
        "holdOnNobody": policy.hold_on_nobody,
        "acknowledgementExpiresSeconds": None if expires is None else expires.total_seconds(),
        "place": _place_to_json(policy.place),
    }


def thaw(frozen: Mapping[str, Any]) -> FrozenPolicy | None:
    """Return the policy that `freeze` wrote; None for the empty one of a page without a policy."""
    if not frozen:
        return None
    expires = frozen["acknowledgementExpiresSeconds"]
    policy = EscalationPolicy(
        frozen["name"],
        frozen["title"],
        frozenset(EntityRef.parse(group, kind="group") for group in frozen["groups"]),
        tuple(_step_from_json(step) for step in frozen["steps"]),
        frozen["repeat"]["times"],
        frozen["repeat"]["from"],
        frozen["holdOnNobody"],
        None if expires is None else timedelta(seconds=expires),
        Place(*frozen["place"]),
    )
    return FrozenPolicy(policy, ZoneInfo(frozen["timeZone"]))


def _step_to_json(step: EscalationStep) -> dict[str, Any]:
    return {
        "targets": [
            {"kind": target.kind, "name": target.name, "place": _place_to_json(target.place)} for target in step.targets
        ],
        "waitSeconds": step.wait.total_seconds(),
        "roundRobin": step.round_robin,
        "hours": [
            {"days": sorted(hours.days), "from": hours.start.isoformat(), "until": hours.until.isoformat()}
            for hours in step.when
        ],
        "place": _place_to_json(step.place),
    }


def _step_from_json(step: Mapping[str, Any]) -> EscalationStep:
    return EscalationStep(
        tuple(Target(target["kind"], target["name"], Place(*target["place"])) for target in step["targets"]),
        timedelta(seconds=step["waitSeconds"]),
        step["roundRobin"],
        tuple(
            Hours(frozenset(hours["days"]), time.fromisoformat(hours["from"]), time.fromisoformat(hours["until"]))
            for hours in step["hours"]
        ),
        Place(*step["place"]),
    )


def _place_to_json(place: Place) -> list[str | int]:
    return [place.file, place.line, place.column]
