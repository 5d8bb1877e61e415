"""Where browsers may be sent, which forms come from elsewhere, and how the session's cookie is set."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers
from starlette.responses import Response

from watchbill.web.security import comes_from_elsewhere, keep_session, safe_path, session_cookie_name

BASE = "https://watch.example"


@pytest.mark.parametrize(
    "text", ["//evil.example", "/\\evil.example", "https://evil.example", "", None, "goals", "/a\nb"]
)
def test_nobody_is_sent_to_another_site(text: str | None) -> None:
    assert safe_path(text) == "/"


@pytest.mark.parametrize("text", ["/", "/goals/api", "/incidents?state=open#top"])
def test_a_path_of_our_own_is_followed(text: str) -> None:
    assert safe_path(text) == text


@given(st.text())
def test_where_somebody_is_sent_always_starts_with_exactly_one_slash(text: str) -> None:
    path = safe_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"origin": "https://watch.example"}, False),
        ({"origin": "https://watch.example", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "http://127.0.0.1:8400", "host": "127.0.0.1:8400"}, False),
        ({"origin": "https://evil.example", "host": "watch.example"}, True),
        ({"origin": "null"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site", "origin": "https://watch.example"}, True),
    ],
)
def test_a_form_from_another_site_is_known_by_what_the_browser_says(headers: dict[str, str], expected: bool) -> None:
    assert comes_from_elsewhere(Headers(headers), BASE) is expected


@pytest.mark.parametrize("is_https", [True, False])
def test_the_session_is_out_of_reach_of_scripts_and_other_sites(is_https: bool) -> None:
    response = Response()
    keep_session(response, "s3cret", is_https=is_https, lasts=timedelta(days=14))
    cookie = response.headers["set-cookie"]
    assert cookie.startswith(f"{session_cookie_name(is_https=is_https)}=s3cret;")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age=1209600" in cookie
    assert ("Secure" in cookie) is is_https
    assert cookie.startswith("__Host-") is is_https
