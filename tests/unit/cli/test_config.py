"""`watchbill config`, and what every command that reads settings says of variables that set nothing."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from watchbill.cli.main import cli


def test_a_variable_that_sets_nothing_is_named_beside_what_is_in_force(tmp_path: Path) -> None:
    environment = {"WATCHBILL_PROT": "8500", "WATCHBILL_FAULTY": "1", "WATCHBILL_SMTP_HOST": "mail.example"}
    done = CliRunner(env=environment).invoke(cli, ["config", "--data", str(tmp_path)])
    assert done.exit_code == 0
    assert "watchbill: WATCHBILL_FAULTY sets nothing\n" in done.stderr
    assert "watchbill: WATCHBILL_PROT sets nothing; did you mean WATCHBILL_PORT?\n" in done.stderr
    shown = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert (shown["port"], shown["smtp_host"]) == ("8400", "mail.example")
