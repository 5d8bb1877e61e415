"""To whom an address is open, before anybody asked who it is."""

import pytest

from watchbill.web.gate import Admission, admission


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", Admission.SIGNED_IN),
        ("GET", "/goals/api-availability", Admission.SIGNED_IN),
        ("POST", "/sign-out", Admission.SIGNED_IN),
        ("GET", "/nothing-of-this-name", Admission.SIGNED_IN),
        ("GET", "/sign-in", Admission.EVERYBODY),
        ("GET", "/sign-in/else", Admission.SIGNED_IN),
        ("POST", "/welcome/t0ken", Admission.EVERYBODY),
        ("GET", "/welcome", Admission.SIGNED_IN),
        ("POST", "/acknowledge/t0ken", Admission.EVERYBODY),
        ("GET", "/static/dist/app.css", Admission.EVERYBODY),
        ("GET", "/staticfile", Admission.SIGNED_IN),
        ("GET", "/healthz", Admission.EVERYBODY),
        ("GET", "/metrics", Admission.METRICS_READERS),
        ("GET", "/api/v1/openapi.json", Admission.EVERYBODY),
        ("GET", "/api/v1/goals", Admission.READERS),
        ("HEAD", "/api/v1/goals", Admission.READERS),
        ("DELETE", "/api/v1/tokens/1", Admission.WRITERS),
        ("BREW", "/api/v1/goals", Admission.WRITERS),
        ("GET", "/api/v2/anything", Admission.READERS),
        ("POST", "/api/v1/hooks/alertmanager", Admission.ALERT_SENDERS),
        ("GET", "/api/v1/hooks/alertmanager", Admission.ALERT_SENDERS),
    ],
)
def test_what_is_not_listed_as_open_is_closed(method: str, path: str, expected: Admission) -> None:
    assert admission(method, path) is expected
