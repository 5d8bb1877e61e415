"""Where a thing, a team or a goal is shown, from the way in which a finding names it."""

from __future__ import annotations

import pytest

from tests.organizations import SMALL
from watchbill.org.folder import read
from watchbill.web.show.names import subject_path


@pytest.mark.parametrize(
    ("subject", "path"),
    [
        ("component:api", "/services/api"),
        ("resource:database", "/services/resource%3Adatabase"),
        ("SRETeam core", "/teams/core"),
        ("goal api-availability", "/goals/api-availability"),
        ("user:ana", ""),
        ("component:gone", ""),
        ("EscalationPolicy core in Europe/Berlin", ""),
        ("component:web on component:api", ""),
    ],
)
def test_the_subject_of_a_finding_is_a_link_where_it_has_a_page(subject: str, path: str) -> None:
    organization = read(SMALL).organization
    assert organization is not None
    assert subject_path(organization, subject) == path
