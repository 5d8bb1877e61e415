"""What an operator sets to be let in by servers of counters: where it may stand, what is refused, and that it stays hidden."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from watchbill.cli.main import cli
from watchbill.lib.errors import Invalid
from watchbill.settings import in_force, load, unknown_variables

URL = 'url = "https://metrics.example"\n'
SECRET = "hunter2-of-the-metrics"


def _file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "watchbill.toml"
    file.write_text(text)
    return file


def test_secrets_are_named_by_source_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n")
    settings = load(
        _file(
            tmp_path,
            f'[sources.metrics-eu]\n{URL}bearer_token_file = "{tmp_path}/token"\nca_file = "/etc/ca.pem"\n'
            f'headers = {{X-Scope-OrgID = "acme", X-Key = {{file = "{tmp_path}/token"}}}}\n',
        ),
        {},
    )
    (source,) = settings.sources
    assert (source.name, source.bearer_token, source.ca_file) == ("metrics-eu", SECRET, Path("/etc/ca.pem"))
    assert source.bearer_token_file == tmp_path / "token"
    assert source.headers == {"x-scope-orgid": "acme", "x-key": SECRET}


def test_variables_win_over_the_file_for_the_same_source(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    environment = {
        "WATCHBILL_SOURCE_METRICS_EU_PASSWORD_FILE": str(tmp_path / "key"),
        "WATCHBILL_SOURCE_METRICS_EU_HEADER_X_API_KEY_FILE": str(tmp_path / "key"),
        "WATCHBILL_SOURCE_METRICS_EU_KEY_FILE": "/etc/client.key",
        "WATCHBILL_SOURCE_METRICS_EU_CERTIFICATE_FILE": "/etc/client.pem",
        "WATCHBILL_SOURCE_OTHER_URL": "http://other.example",
    }
    text = f'[sources.metrics-eu]\n{URL}user = "watch"\npassword = "old"\nheaders = {{X-Scope-OrgID = "acme"}}\n'
    settings = load(_file(tmp_path, text), environment)
    source, other = settings.sources
    assert (source.user, source.password, source.key_file) == ("watch", SECRET, Path("/etc/client.key"))
    assert source.headers == {"x-scope-orgid": "acme", "x-api-key": SECRET}
    assert other.url == "http://other.example"
    assert unknown_variables(environment) == {}


def test_a_token_of_the_environment_takes_the_place_of_a_file_with_one(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("old")
    text = f'[sources.metrics]\n{URL}bearer_token_file = "{tmp_path}/token"\n'
    (source,) = load(_file(tmp_path, text), {"WATCHBILL_SOURCE_METRICS_BEARER_TOKEN": SECRET}).sources
    assert (source.bearer_token, source.bearer_token_file) == (SECRET, None)


def test_a_variable_that_is_none_of_a_source_is_named() -> None:
    assert list(unknown_variables({"WATCHBILL_SOURCE_METRICS_COLOUR": "red"})) == ["WATCHBILL_SOURCE_METRICS_COLOUR"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_config_says_that_they_are_set_and_shows_none(tmp_path: Path, form: str) -> None:
    environment = {
        "WATCHBILL_SOURCE_METRICS_URL": "https://metrics.example",
        "WATCHBILL_SOURCE_METRICS_BEARER_TOKEN": SECRET,
        "WATCHBILL_SOURCE_METRICS_HEADER_X_KEY": SECRET,
    }
    done = CliRunner(env=environment).invoke(cli, ["config", "--data", str(tmp_path), "--format", form])
    assert done.exit_code == 0
    assert SECRET not in done.output
    settings = load(None, environment)
    assert SECRET not in repr(settings)
    assert SECRET not in json.dumps(in_force(settings))
    shown = {"name": "metrics", "url": "https://metrics.example", "bearer_token": "set", "headers": {"x-key": "set"}}
    assert in_force(settings)["sources"] == [shown]


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("sources = 1", "Sources are tables", "sources"),
        ("[sources]\nmetrics = 1", "A source is a table", "sources.metrics"),
        ('[sources.m]\nbearer_token = "x"', "The address is missing", "sources.m.url"),
        ('[sources.m]\nurl = "https://u:p@h"', "The address is missing", "sources.m.url"),
        (f"[sources.m]\n{URL}colour = 1", "A source has no “colour”", "sources.m"),
        (f"[sources.m]\n{URL}bearer_token = 1", "not a text", "sources.m.bearer_token"),
        (f'[sources.m]\n{URL}bearer_token = "a\\nb"', "one line", "sources.m.bearer_token"),
        (f'[sources.m]\n{URL}bearer_token_file = "/none"', "cannot be read", "sources.m.bearer_token_file"),
        (f'[sources.m]\n{URL}user = "u"', "go together", "sources.m"),
        (f'[sources.m]\n{URL}user = "u:v"\npassword = "p"', "cannot hold “:”", "sources.m.user"),
        (f'[sources.m]\n{URL}user = "u"\npassword = "p"\nbearer_token = "t"', "both a user and", "sources.m"),
        (f'[sources.m]\n{URL}key_file = "k"', "a key and no certificate", "sources.m"),
        (f"[sources.m]\n{URL}headers = 1", "Headers are a table", "sources.m"),
        (f'[sources.m]\n{URL}headers = {{a = "x\\r\\nb: c"}}', "cannot be sent as a header", "sources.m: a"),
        (f'[sources.m]\n{URL}headers = {{Host = "elsewhere"}}', "sets this header itself", "sources.m: host"),
        (f'[sources.m-m]\n{URL}[sources.M_m]\n{URL}', "is set twice", "sources"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_a_clear_error(tmp_path: Path, text: str, what: str, where: str) -> None:
    with pytest.raises(Invalid, match=what) as refused:
        load(_file(tmp_path, text), {})
    assert refused.value.where.endswith(where)
