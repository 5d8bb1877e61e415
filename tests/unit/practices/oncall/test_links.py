"""The links of a page: whom they speak for, and what becomes of one that was changed."""

from __future__ import annotations

import pytest

from tests.small_org import ANA
from watchbill.lib.errors import Invalid
from watchbill.lib.signing import Signer
from watchbill.practices.oncall.links import AcknowledgeLinks

SIGNER = Signer(b"k" * 32)
LINKS = AcknowledgeLinks(SIGNER, "https://watch.acme.example/")


def token_of(url: str) -> str:
    return url.removeprefix("https://watch.acme.example/acknowledge/")


def test_a_link_speaks_for_one_person_and_one_page() -> None:
    assert LINKS.read(token_of(LINKS.url("page1", ANA))) == ("page1", ANA)
    assert LINKS.incident_url(12) == "https://watch.acme.example/incidents/12"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        token_of(LINKS.url("page1", ANA))[:-1],
        SIGNER.sign("sign-in", {"page": "page1", "user": "user:ana"}),
        SIGNER.sign("acknowledge", {"page": "page1"}),
        SIGNER.sign("acknowledge", {"page": "page1", "user": "no reference"}),
    ],
    ids=["empty", "nonsense", "cut", "made for something else", "nobody in it", "no reference in it"],
)
def test_a_link_that_was_cut_changed_or_made_for_something_else_is_refused(token: str) -> None:
    with pytest.raises(Invalid):
        LINKS.read(token)
