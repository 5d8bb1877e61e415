"""Writes the reference from the code before each build: commands, kinds of documents, settings and states, none kept by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import click
import reference_documents
from sphinx.application import Sphinx

from watchbill.cli.main import COMMANDS, cli
from watchbill.org.engagements import MOVES as ENGAGEMENT_MOVES
from watchbill.org.faults import Level
from watchbill.org.findings import RULES
from watchbill.org.implementations import ImplementationRules, Reach, all_rules
from watchbill.practices.advice import rules as advice_rules
from watchbill.practices.incidents import rules as incident_rules
from watchbill.practices.oncall import rules as page_rules
from watchbill.settings import PREFIX, Settings

FOLDER = Path(__file__).parent / "reference"


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages when a build begins."""
    app.connect("builder-inited", lambda _: write())
    return {"parallel_read_safe": True}


def write() -> None:
    """Write all generated pages; a page whose text did not change is left alone."""
    pages = {
        "commands.md": _commands(),
        "documents.overview.inc": reference_documents.overview(),
        "documents.metadata.inc": reference_documents.metadata(),
        "documents.annotations.inc": reference_documents.annotations(),
        "documents.kinds.inc": reference_documents.kinds(),
        "implementations.md": _implementations(),
        "rules.md": _rules(),
        "settings.md": _settings(),
        "states.md": _states(),
    }
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages.items():
        file = FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def _commands() -> str:
    parts = ["# Commands\n", f"```\n{_help(cli, 'watchbill')}\n```\n"]
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        parts += _command(f"watchbill {name}", command)
    return "\n".join(parts)


def _command(name: str, command: click.Command) -> list[str]:
    parts = [f"## {name}\n", f"```\n{_help(command, name)}\n```\n"]
    if isinstance(command, click.Group):
        for sub_name in command.list_commands(click.Context(command)):
            parts += _command(f"{name} {sub_name}", command.commands[sub_name])
    return parts


def _help(command: click.Command, name: str) -> str:
    return command.get_help(click.Context(command, info_name=name, max_content_width=100, terminal_width=100))


def _implementations() -> str:
    parts = [
        "# Implementations\n",
        "What each way of practising SRE may and must do, from the code that decides by it.\n",
    ]
    for rules in all_rules():
        parts += [f"## {rules.title}\n", f"`implementation: {rules.implementation.value}`: {rules.summary}.\n"]
        parts += ["| | |", "|---|---|", *(f"| {what} | {value} |" for what, value in _implementation(rules)), ""]
    return "\n".join(parts)


def _implementation(rules: ImplementationRules) -> list[tuple[str, str]]:
    demands = [
        f"charter: {_demands(rules.charter_demands)}",
        f"active engagement: {_demands(rules.engagement_demands)}",
    ]
    demands += [f"with a customer: {_demands(rules.customer_demands)}"] if rules.customer_demands else []
    hours = f"operations up to {rules.terms.operations_limit * 100} %, reviewed every {rules.terms.review_every.text}"
    return [
        ("scope", ", ".join(f"`{form}`" for form in sorted(rules.scope_forms))),
        ("partners", rules.partners),
        ("staffing", rules.staffing),
        ("changes code and configuration of", _REACHES[rules.changes]),
        ("other authority by default", ", ".join(f"`{action}`" for action in sorted(rules.authority)) or "none"),
        ("pager", rules.pager),
        ("practices", ", ".join(f"{name}: {each.value}" for name, each in rules.practices.items())),
        ("documents must say", "; ".join(demands)),
        ("terms unless agreed otherwise", hours),
        (
            "goes wrong as",
            "; ".join(
                f"{sign.words} ({', '.join(f'`{rule}`' for rule in sign.rules)})" for sign in rules.goes_wrong_as
            ),
        ),
    ]


_REACHES = {Reach.NOTHING: "nobody", Reach.OWN: "its own things", Reach.COVERED: "all that it covers"}


def _demands(demands: Mapping[str, Level]) -> str:
    return ", ".join(f"`{field}` ({level.value})" for field, level in demands.items()) or "nothing"


def _rules() -> str:
    parts = [
        "# Rules\n",
        "What `watchbill check` holds an organisation against. A limit is changed, or a rule switched off, in `rules` of the",
        "Organization document, never without a reason; each such change is listed with the findings.\n",
    ]
    for rule in RULES.values():
        limit = rule.threshold_said() or "none"
        rows = [
            ("level", f"`{rule.level.value}`"),
            ("limit", limit),
            ("source", rule.source),
            ("what to do", rule.remedy),
        ]
        rows += [("not judged from files: takes", rule.needs)] if rule.needs else []
        parts += [f"## {rule.id}\n", f"{rule.asks}.\n", "| | |", "|---|---|"]
        parts += [*(f"| {what} | {value} |" for what, value in rows), ""]
    return "\n".join(parts)


_ACCESS_TO_SOURCES = """
## How a server of counters lets watchbill in

For a DataSource of type `prometheus`, in a table `[sources.NAME]` of the file or in variables. `NAME` is the source's; in variables it
is in capitals, with `_` for every other sign: `metrics-eu` is `METRICS_EU`. Nothing of it is sent to another address than `url`.

| in the table | variable `WATCHBILL_SOURCE_NAME_…` | meaning |
|---|---|---|
| `url` | `URL` | the address that all this is for; needed |
| `bearer_token` or `bearer_token_file` | `BEARER_TOKEN` or `BEARER_TOKEN_FILE` | sent as `Authorization: Bearer …` |
| `user`, `password` or `password_file` | `USER`, `PASSWORD` or `PASSWORD_FILE` | basic authentication |
| `ca_file` | `CA_FILE` | certificate authorities in PEM, trusted instead of the machine's |
| `certificate_file`, `key_file` | `CERTIFICATE_FILE`, `KEY_FILE` | the client certificate and its key in PEM |
| `headers = {X-Scope-OrgID = "acme", X-Key = {file = "/run/key"}}` | `HEADER_X_SCOPE_ORGID` or `HEADER_X_KEY_FILE` | more headers |
"""


def _settings() -> str:
    rows = [
        "# Settings\n",
        "Set in a TOML file (`--config`), in the environment, or as an option of a command; the later wins. Every variable can be",
        "given as `…_FILE`, the path of a file that holds the value; so can a secret in the TOML file: `smtp_password_file`,",
        "`secret_key_file`, `database_file`. `watchbill config` prints what is in force. A key of the file that is no setting is an",
        "error; a variable that begins with `WATCHBILL_` and sets nothing is named on stderr. Ports are from 1 to 65535; with",
        "`mail_sink_port` 0 there is no mail sink.\n",
        "| setting | variable | default |",
        "|---|---|---|",
    ]
    for setting in dataclasses.fields(Settings):
        if setting.name in ("rooms", "sources"):
            continue
        default = "the user's data folder" if setting.name == "data" else getattr(Settings(), setting.name)
        shown = f"`{default}`" if default not in ("", "the user's data folder") else default or "none"
        rows.append(f"| `{setting.name}` | `{PREFIX}{setting.name.upper()}` | {shown} |")
    rows.append(
        "\nRooms are tables of the file, `[rooms.NAME]` with `kind`, `address` and `secret` or `secret_file`.\n"
    )
    rows.append(_ACCESS_TO_SOURCES)
    return "\n".join(rows)


def _states() -> str:
    page = [(old, new, move) for old, moves in page_rules.MOVES.items() for move, new in moves.items()]
    incident = [(old, new, None) for old, news in incident_rules.INCIDENT_MOVES.items() for new in news]
    engagement = [(old, new, None) for old, news in ENGAGEMENT_MOVES.items() for new in sorted(news)]
    alert = [(old, state, status) for (old, status), state in incident_rules.ALERT_MOVES.items()]
    advice = [(old, new, by) for old, moves in advice_rules.RECOMMENDATION_MOVES.items() for by, new in moves.items()]
    glass = [(old, new, by) for old, moves in advice_rules.GLASS_MOVES.items() for by, new in moves.items()]
    return "\n".join(
        [
            "# States\n",
            "From the tables of allowed moves in the code; every other move is refused.\n",
            "## Page\n",
            *_moves(page),
            "## Incident\n",
            *_moves(incident),
            "## Alert\n",
            "What a signal does to an alert in a state.\n",
            *_moves(alert),
            "## Recommendation\n",
            *_moves(advice),
            "## Break-glass\n",
            *_moves(glass),
            "## Engagement\n",
            "What may follow in `life`; an engagement begins with “proposed”.\n",
            *_moves([move for move in engagement if move[0] is not None]),
        ]
    )


def _moves(moves: list[tuple[StrEnum | None, StrEnum, StrEnum | None]]) -> list[str]:
    rows = [f"| {old or 'unknown'} | {by or ''} | {new} |" for old, new, by in moves]
    return ["| in | by | becomes |", "|---|---|---|", *rows, ""]
