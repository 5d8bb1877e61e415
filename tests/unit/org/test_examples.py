"""The example organisations: a company with a kitchen sink alone, and the same one later with all six implementations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchbill.org.charters import EngagementState, Implementation, SRETeam
from watchbill.org.folder import read
from watchbill.org.organization import Organization
from watchbill.org.roles import people_of

EXAMPLES = Path(__file__).parents[3] / "examples"
TODAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


def organization(name: str) -> Organization:
    found = read(EXAMPLES / name, TODAY).organization
    assert found is not None
    return found


def of(acme: Organization, implementation: Implementation) -> list[SRETeam]:
    return [team for team in acme.sre_teams.values() if team.implementation == implementation]


@pytest.mark.parametrize("name", ["acme", "startup"])
@pytest.mark.parametrize("at", [datetime(2026, 5, 3, 12, tzinfo=UTC), TODAY])
def test_an_example_has_no_fault(name: str, at: datetime) -> None:
    assert read(EXAMPLES / name, at).faults == ()


def test_the_startup_has_a_kitchen_sink_alone() -> None:
    startup = organization("startup")
    assert [team.implementation for team in startup.sre_teams.values()] == [Implementation.KITCHEN_SINK]
    assert not startup.engagements


def test_acme_has_two_product_teams_one_of_them_still_preparing() -> None:
    acme = organization("acme")
    assert len(of(acme, Implementation.PRODUCT)) == 2
    loyalty = acme.engagements["loyalty-sre-with-growth"]
    assert loyalty.state_at(TODAY.date()) is EngagementState.PREPARING


def test_acmes_infrastructure_team_is_paired_with_platform_engineers_and_its_embedded_one_is_a_pair() -> None:
    acme = organization("acme")
    (platform,) = of(acme, Implementation.INFRASTRUCTURE)
    assert [str(group) for group in platform.partners] == ["group:platform"]
    (embedded,) = of(acme, Implementation.EMBEDDED)
    assert [user.name for user in people_of(acme, embedded, TODAY.date())] == ["ada", "mei"]


def test_acmes_consultants_advise_a_team_of_the_company_and_a_customer() -> None:
    acme = organization("acme")
    (advisers,) = of(acme, Implementation.CONSULTING)
    partners = [each.partner for each in acme.engagements.values() if each.sre == advisers.name]
    assert sorted(acme.groups[partner].type for partner in partners) == ["customer", "team"]
    assert all(membership.experience for membership in advisers.members)


def test_who_left_a_host_and_is_still_on_its_watch_is_named_once_with_the_last_engagement() -> None:
    faults = read(EXAMPLES / "acme", datetime(2027, 5, 1, 12, tzinfo=UTC)).faults
    assert [(fault.code, fault.message.split()[0]) for fault in faults] == [
        ("ended-and-on-watch", "user:ada"),
        ("ended-and-on-watch", "user:mei"),
    ]
    assert all("mei-with-mobile-passkeys" in fault.message for fault in faults)
