"""`watchbill invite`, `access` and `token` at the machine's console, on a database of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbill.cli.main import cli
from watchbill.lib.errors import Invalid, NotFound

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_command(*arguments: str) -> str:
        done = CliRunner().invoke(cli, [*arguments, "--data", str(tmp_path)])
        if done.exception is not None:
            raise done.exception
        return done.output

    return run_command


def test_an_invitation_is_listed_with_whom_it_names_and_can_be_taken_back(run: Run) -> None:
    assert run("access", "list").startswith("Nobody has access yet.")
    assert "/welcome/" in run("invite", "Ana@acme.example", "--as", "user:ana", "--admin")
    listed = run("access", "list")
    assert listed.startswith("ana@acme.example  user:ana  administrator  invited until ")
    said = run("access", "revoke", "ana@acme.example")
    assert said == "ana@acme.example may not sign in any more. Ended: 0 sessions, 0 tokens, 1 one-time link.\n"
    with pytest.raises(NotFound, match="has no way in"):
        run("access", "revoke", "ana@acme.example")


@pytest.mark.parametrize("person", ["group:sre", "a b"])
def test_an_invitation_names_a_person(run: Run, person: str) -> None:
    with pytest.raises(Invalid, match=r"no person|not a reference"):
        run("invite", "ana@acme.example", "--as", person)


def test_a_token_is_made_with_an_end_listed_without_its_secret_and_revoked(run: Run) -> None:
    assert run("token", "list").startswith("There is no token.")
    secret = run("token", "create", "--name", "am", "--scope", "alerts", "--expires", "90d").strip()
    listed = run("token", "list")
    assert secret not in listed
    token_id, *words = listed.split()
    assert words[:5] == ["am", "alerts", "as", "nobody", "until"]
    assert run("token", "revoke", token_id) == "The token is worth nothing from now on.\n"
    with pytest.raises(NotFound):
        run("token", "revoke", token_id)


def test_a_token_whose_end_is_no_duration_is_refused(run: Run) -> None:
    with pytest.raises(Invalid, match="not a duration"):
        run("token", "create", "--name", "am", "--scope", "alerts", "--expires", "soon")
