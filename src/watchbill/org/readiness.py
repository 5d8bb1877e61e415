"""A readiness review to go through: the document for an engagement, with the questions that its implementation asks."""

from __future__ import annotations

from datetime import date
from typing import Any

from .charters import Engagement, ItemStatus, ReviewOutcome, SRETeam
from .implementations import Question, rules_of
from .organization import Organization

_LONGEST_NAME = 63


def review_to_go_through(organization: Organization, engagement: Engagement, day: date) -> dict[str, Any]:
    """Return a ReadinessReview document dated `day`: every question is answered with no, so that its outcome is `notReady`."""
    team = organization.sre_teams[engagement.sre]
    owner = engagement.agreement.partner_lead if engagement.agreement else None
    questions = rules_of(team.implementation).checklist
    return {
        "apiVersion": "watchbill/v1",
        "kind": "ReadinessReview",
        "metadata": {"name": _name(engagement, day), "title": f"Readiness for {engagement.title}"},
        "spec": {
            "engagement": engagement.name,
            "date": day.isoformat(),
            "reviewers": [_reviewer(engagement, team)],
            "outcome": ReviewOutcome.NOT_READY.value,
            "items": [_item(question, str(owner or engagement.partner)) for question in questions],
        },
    }


def _name(engagement: Engagement, day: date) -> str:
    suffix = f"-{day.isoformat()}"
    return f"{engagement.name[: _LONGEST_NAME - len(suffix)].rstrip('-_.')}{suffix}"


def _reviewer(engagement: Engagement, team: SRETeam) -> str:
    lead = engagement.agreement.sre_lead if engagement.agreement else None
    return str(lead or team.group)


def _item(question: Question, owner: str) -> dict[str, Any]:
    item: dict[str, Any] = {
        "area": question.area,
        "question": question.text,
        "status": ItemStatus.NO.value,
        "owner": owner,
    }
    return item | ({"blocking": True} if question.blocking else {})
