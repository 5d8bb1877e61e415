"""What the program says when it starts: where to look, how to sign in, and that nobody can be mailed where that is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.organizations import SMALL
from tests.program import Program


@pytest.mark.parametrize("mail", [None, "mail.example"], ids=["without a mail server", "with one"])
def test_the_start_says_where_to_look_and_whether_anybody_can_be_mailed(tmp_path: Path, mail: str | None) -> None:
    program = Program(SMALL, tmp_path / "data", environment={"WATCHBILL_SMTP_HOST": mail} if mail else {})
    program.start()
    try:
        said = program.log()
    finally:
        program.stop()
    assert f"at {program.url}" in said
    assert f"sign in for the first time with {program.url}/welcome/" in said
    assert ("no mail server is set (WATCHBILL_SMTP_HOST)" in said) is (mail is None)
