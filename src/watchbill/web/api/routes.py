"""Every route of the API in one place."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from . import (
    advice,
    allowed,
    audit,
    break_glass,
    budgets,
    coverage,
    explain,
    findings,
    fleet,
    goals,
    hooks,
    incidents,
    oncall,
    organization,
    pages,
    platform,
    rebookings,
    services,
    teams,
    tokens,
)


def routers() -> Sequence[APIRouter]:
    """Return the routers of the API, in the order in which its description lists them."""
    subjects = (
        organization,
        teams,
        budgets,  # its addresses begin as those of services do
        services,
        coverage,
        explain,
        allowed,
        advice,
        break_glass,
        platform,
        findings,
        fleet,
        goals,
        rebookings,
        incidents,
        pages,
        oncall,
        hooks,
        tokens,
        audit,
    )
    return [subject.router for subject in subjects]
