"""`watchbill invite`, `access` and `token` at the machine's console, on a database of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.servers import free_port
from watchbill.cli.main import cli
from watchbill.lib.errors import Invalid, NotFound, Unavailable

Run = Callable[..., str]
TOKEN = ("token", "create", "--name", "am", "--scope", "alerts")
ASKING = [
    ("access", "list"),
    ("access", "revoke", "ana@acme.example"),
    ("token", "list"),
    ("token", "revoke", "06h165ds20000ane23ypt09ze9"),
    (*TOKEN, "--as", "ana@acme.example"),
]


def done(*arguments: str) -> Result:
    """Return a command's end; raise what it raised."""
    ended = CliRunner().invoke(cli, arguments)
    if ended.exception is not None:
        raise ended.exception
    return ended


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return lambda *arguments: done(*arguments, "--data", str(tmp_path)).stdout


def test_an_invitation_is_listed_with_whom_it_names_and_can_be_taken_back(run: Run) -> None:
    assert "/welcome/" in run("invite", "Ana@acme.example", "--as", "user:ana", "--admin")
    listed = run("access", "list")
    assert listed.startswith("ana@acme.example  user:ana  administrator  invited until ")
    said = run("access", "revoke", "ana@acme.example")
    assert said == "ana@acme.example may not sign in any more. Ended: 0 sessions, 0 tokens, 1 one-time link.\n"
    with pytest.raises(NotFound, match="has no way in"):
        run("access", "revoke", "ana@acme.example")


def test_an_invitation_says_whose_address_its_link_has_while_none_is_set(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('base_url = "https://watch.acme.example"')
    unset = done("invite", "ana@acme.example", "--as", "user:ana", "--data", str(tmp_path))
    assert unset.stdout.startswith("http://127.0.0.1:8400/welcome/")
    assert "base_url is not set, so the link begins with http://127.0.0.1:8400." in unset.stderr
    is_set = done("invite", "ana@acme.example", "--as", "user:ana", "--data", str(tmp_path), "--config", str(file))
    assert is_set.stdout.startswith("https://watch.acme.example/welcome/")
    assert "base_url" not in is_set.stderr


@pytest.mark.parametrize("person", ["group:sre", "a b"])
def test_an_invitation_names_a_person(run: Run, person: str) -> None:
    with pytest.raises(Invalid, match=r"no person|not a reference"):
        run("invite", "ana@acme.example", "--as", person)


def test_a_token_is_made_with_an_end_listed_without_its_secret_and_revoked(run: Run) -> None:
    secret = run(*TOKEN, "--expires", "90d").strip()
    listed = run("token", "list")
    assert secret not in listed
    token_id, *words = listed.split()
    assert words[:5] == ["am", "alerts", "as", "nobody", "until"]
    assert run("token", "revoke", token_id) == "The token is worth nothing from now on.\n"
    with pytest.raises(NotFound):
        run("token", "revoke", token_id)


def test_a_token_whose_end_is_no_duration_is_refused(run: Run) -> None:
    with pytest.raises(Invalid, match="not a duration"):
        run(*TOKEN, "--expires", "soon")


def test_where_there_is_nothing_to_list_it_is_said_how_to_begin(run: Run) -> None:
    run(*TOKEN)
    assert run("access", "list").startswith("Nobody has access yet.")
    token_id = run("token", "list").split()[0]
    run("token", "revoke", token_id)
    assert run("token", "list").startswith("There is no token.")


@pytest.mark.parametrize("command", ASKING, ids=" ".join)
def test_what_asks_a_database_that_is_not_there_makes_none(tmp_path: Path, command: tuple[str, ...]) -> None:
    data = tmp_path / "data"
    with pytest.raises(NotFound) as refused:
        done(*command, "--data", str(data))
    assert refused.value.what == f"There is no watchbill database at {data / 'watchbill.db'}."
    assert "`watchbill up ORG_DIR` makes one" in refused.value.mend
    assert not data.exists()


@pytest.mark.parametrize("command", [TOKEN, ("invite", "ana@acme.example")], ids=" ".join)
def test_access_may_be_set_up_before_the_first_start_and_the_database_is_named(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    place = tmp_path / "data" / "watchbill.db"
    first, second = (done(*command, "--data", str(place.parent)) for _ in range(2))
    assert first.stderr.startswith(f"watchbill: made the database {place}, which no server uses yet\n")
    assert second.stderr.splitlines()[0] == f"watchbill: database {place}"
    assert "made" not in second.stderr
    assert len(first.stdout.splitlines()) == len(second.stdout.splitlines()) == 1


def test_an_invitation_of_what_is_no_address_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="not an e-mail address"):
        done("invite", "ana", "--data", str(tmp_path / "data"))
    assert not (tmp_path / "data").exists()


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    port = free_port()
    with pytest.raises(Unavailable, match="The database cannot be opened") as refused:
        done("token", "list", "--database", f"postgresql://ana:hunter2@127.0.0.1:{port}/w?password=hunter2")
    assert refused.value.where == f"postgresql://ana@127.0.0.1:{port}/w"
    assert "hunter2" not in str(refused.value)


def test_what_is_no_url_of_a_database_is_not_repeated() -> None:
    with pytest.raises(Invalid, match="URL cannot be read") as refused:
        done("token", "list", "--database", "hunter2")
    assert "hunter2" not in str(refused.value)
