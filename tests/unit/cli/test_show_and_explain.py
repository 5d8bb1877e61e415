"""`watchbill show` and `watchbill explain page`, as typed: from files alone, and from a server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from tests.organizations import SMALL
from watchbill.cli.explain import explain
from watchbill.cli.instants import read_instant
from watchbill.cli.show import show
from watchbill.lib.errors import Invalid, NotFound, Refused, Unavailable
from watchbill.web.api.explain import PageExplained

ACME = str(Path(__file__).parents[3] / "examples" / "acme")


def run(command: Any, *arguments: str) -> str:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_explain_page_names_the_person_the_way_and_each_line_that_led_there() -> None:
    output = run(explain, "page", "cart", "--org", ACME, "--at", "2026-05-03")
    assert "Ana Ferreira (user:ana)" in output
    assert "email ana@acme.example" in output
    assert "sre/checkout.yaml:" in output
    assert "engagement-before-charter" in output


def test_explain_page_takes_a_class_of_alert() -> None:
    output = run(explain, "page", "cart", "--org", ACME, "--at", "2026-05-03", "--class", "platform")
    assert "Owen Hughes" in output
    assert "told    group:sre-checkout" in output


def test_explain_page_prints_json_for_programs() -> None:
    answer = json.loads(
        run(explain, "page", "payroll", "--org", ACME, "--at", "2026-05-03T14:00:00Z", "--format", "json")
    )
    assert answer["schema"] == "watchbill/explain/v1"
    assert (answer["advisers"], answer["gap"]) == (["advisers"], None)
    assert answer["pager"].keys() == {"alertClass", "holder", "team", "engagement", "policy", "told"}


def test_explain_page_of_an_unknown_service_offers_the_nearest() -> None:
    with pytest.raises(NotFound, match="Did you mean “cart”"):
        run(explain, "page", "carrt", "--org", ACME)


def test_a_folder_with_errors_is_not_explained(tmp_path: Path) -> None:
    (tmp_path / "org.yaml").write_text("apiVersion: watchbill/v1\nkind: Organization\nmetadata: {name: x}\nspec: {}\n")
    with pytest.raises(Invalid, match="lists them all"):
        run(explain, "page", "cart", "--org", str(tmp_path))


def test_a_folder_whose_pager_nobody_can_be_paged_for_is_neither_shown_nor_explained(tmp_path: Path) -> None:
    for file in SMALL.iterdir():
        text = file.read_text()
        (tmp_path / file.name).write_text(text.partition("---\napiVersion: watchbill/v1\nkind: EscalationPolicy")[0])
    for command in ((show, str(tmp_path)), (explain, "page", "api", "--org", str(tmp_path))):
        with pytest.raises(Invalid, match="Nobody can be paged") as refused:
            run(*command, "--at", "2026-05-03")
        assert "--at 2026-05-03T12:00:00Z" in refused.value.mend


@pytest.mark.parametrize("at", ["tomorrow", "2026-13-01", "9999-12-31T00:00:00Z"])
def test_a_time_that_is_none_is_refused_with_an_example(at: str) -> None:
    result = CliRunner().invoke(explain, ["page", "cart", "--org", ACME, "--at", at])
    assert result.exit_code == 2
    assert "write 2026-05-03 (its noon in UTC) or 2026-05-03T14:00:00Z, from 1990 to 2200" in result.output


def test_show_prints_teams_services_goals_and_who_is_on_call() -> None:
    output = run(show, ACME, "--at", "2026-11-25")
    for expected in (
        "Checkout SRE",
        "component:payments",
        "99.9\u202f% over 28\u202fd",
        "Ana Ferreira",
        "active since 2026-04-01",
    ):
        assert expected in output


def test_what_the_files_alone_answer_fits_the_description_of_the_servers_answer() -> None:
    answer = json.loads(run(explain, "page", "cart", "--org", ACME, "--at", "2026-05-03", "--format", "json"))
    assert set(answer) == {field.alias or name for name, field in PageExplained.model_fields.items()}
    assert PageExplained.model_validate_json(json.dumps(answer)).model_dump(mode="json", by_alias=True) == answer


def test_show_says_that_an_engagement_has_not_begun() -> None:
    assert "not begun" in run(show, ACME, "--at", "2020-01-01")


ASKED = ["proposed, on: 2026-01-01"]
ACTIVE = [*ASKED, "preparing, on: 2026-01-02", "active, on: 2026-01-05"]
ENDED = [*ACTIVE, "handingBack, on: 2026-02-01", "ended, on: 2026-03-01"]


@pytest.mark.parametrize(
    ("life", "ends", "shown"),
    [
        (ACTIVE, None, "active since 2026-01-05"),
        (ACTIVE, "2026-12-31", "active since 2026-01-05, ends 2026-12-31"),
        (ACTIVE, "2026-03-31", "ended 2026-03-31"),
        (ENDED, "2026-03-31", "ended 2026-03-01"),
        (ENDED, None, "ended 2026-03-01"),
        ([*ASKED, "declined, on: 2026-01-02"], "2026-03-31", "declined 2026-01-02"),
    ],
)
def test_show_says_on_which_day_an_engagement_ended_or_ends(
    tmp_path: Path, life: list[str], ends: str | None, shown: str
) -> None:
    moves = "".join(f"\n    - {{state: {move}, by: user:dora, why: agreed}}" for move in life)
    for file in SMALL.iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "engagement.yaml").write_text(
        "apiVersion: watchbill/v1\nkind: Engagement\nmetadata: {name: core-with-shop}\nspec:\n  sre: core\n"
        f"  partner: shop-developers\n  covers: {{components: [api]}}\n  life:{moves}\n"
        + (f"  ends: {ends}\n" if ends else "")
    )
    (line,) = (line for line in run(show, str(tmp_path), "--at", "2026-04-05").splitlines() if "core-with-shop" in line)
    assert line == f"  core-with-shop  {shown}  core with group:shop-developers"


def test_show_prints_json_for_programs() -> None:
    assert json.loads(run(show, ACME, "--format", "json"))["schema"] == "watchbill/show/v1"


def test_a_day_alone_is_that_day_in_every_time_zone() -> None:
    assert read_instant("2026-05-03").isoformat() == "2026-05-03T12:00:00+00:00"
    assert read_instant("2026-05-03T14:00").isoformat() == "2026-05-03T14:00:00+00:00"
    assert read_instant("2026-05-03T14:00:00+02:00").isoformat() == "2026-05-03T14:00:00+02:00"


class _Server(BaseHTTPRequestHandler):
    """Answers every request with `status` and `body`, and keeps what it was asked."""

    status: ClassVar[int] = 200
    body: ClassVar[str] = ""
    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization")))
        content = self.body.encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        pass


@contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    _Server.status, _Server.body, _Server.asked = status, body, []
    server = HTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_without_a_folder_the_server_is_asked_with_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    body = run(explain, "page", "cart", "--org", ACME, "--at", "2026-05-03", "--format", "json")
    monkeypatch.setenv("WATCHBILL_TOKEN", "secret")
    with answering(200, body) as server:
        output = run(explain, "page", "cart", "--server", server, "--at", "2026-05-03", "--class", "application")
        assert "Ana Ferreira (user:ana)" in output
        (asked,) = _Server.asked
    assert asked == (
        "/api/v1/explain/page?at=2026-05-03T12%3A00%3A00Z&service=cart&class=application",
        "Bearer secret",
    )


@pytest.mark.parametrize(("status", "error"), [(401, Refused), (404, NotFound), (422, Invalid), (503, Unavailable)])
def test_what_the_server_refuses_is_said_in_its_words(status: int, error: type[Exception]) -> None:
    body = json.dumps({"title": "No", "detail": "It is not to be."})
    with answering(status, body) as server, pytest.raises(error, match="It is not to be"):
        run(explain, "page", "cart", "--server", server)


def test_who_has_no_token_is_told_how_a_command_gives_one_and_of_the_files() -> None:
    body = json.dumps({"detail": "Nobody is signed in.", "mend": "Sign in at /sign-in."})
    with answering(401, body) as server, pytest.raises(Refused) as refusal:
        run(explain, "page", "cart", "--server", server)
    assert "WATCHBILL_TOKEN" in refusal.value.mend
    assert "--org DIR" in refusal.value.mend


def test_a_server_that_does_not_answer_is_named_with_what_to_do() -> None:
    with pytest.raises(Unavailable, match="give --org DIR"):
        run(explain, "page", "cart", "--server", "http://127.0.0.1:9")
