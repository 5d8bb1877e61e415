"""What the server's log shows of a failure."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from watchbill.serve import renderers


def failed(form: str) -> str:
    """Return the line of an event that was logged where something failed."""
    line: Any = {"event": "the step failed", "exc_info": None}
    password = "correct horse"  # noqa: F841 - it is there to be looked for
    try:
        1 / 0  # noqa: B018 - it is what fails
    except ZeroDivisionError:
        line["exc_info"] = sys.exc_info()
    for renderer in renderers(form, colors=False):
        line = renderer(None, "error", line)
    return str(line)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_failure_is_logged_with_its_traceback_and_never_with_the_values_of_variables(form: str) -> None:
    line = failed(form)
    assert "the step failed" in line
    assert "ZeroDivisionError: division by zero" in line
    assert "correct horse" not in line


def test_a_traceback_in_json_is_text() -> None:
    assert json.loads(failed("json"))["exception"].startswith("Traceback (most recent call last):")
