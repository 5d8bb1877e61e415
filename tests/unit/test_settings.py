"""Settings: what wins, what is refused, and that secrets stay hidden."""

from pathlib import Path

import pytest

from watchbill.lib.errors import Invalid
from watchbill.settings import in_force, load


def _file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "watchbill.toml"
    file.write_text(text)
    return file


def test_options_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, 'port = 1\nhost = "a"\nsmtp_host = "file"\n')
    settings = load(file, {"WATCHBILL_PORT": "2", "WATCHBILL_HOST": "b"}, {"port": 3, "host": None})
    assert (settings.port, settings.host, settings.smtp_host) == (3, "b", "file")


def test_a_secret_may_come_from_a_file_and_is_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    settings = load(None, {"WATCHBILL_SMTP_PASSWORD_FILE": str(secret)})
    assert settings.smtp_password == "hunter2"
    assert in_force(settings)["smtp_password"] == "set"
    assert "hunter2" not in str(in_force(settings))


def test_the_database_url_is_hidden_since_it_may_hold_a_password() -> None:
    settings = load(None, {"WATCHBILL_DATABASE": "postgresql://w:hunter2@db/w"})
    assert settings.database_url == "postgresql://w:hunter2@db/w"
    assert "hunter2" not in str(in_force(settings))


def test_rooms_are_named_places_with_a_kind(tmp_path: Path) -> None:
    settings = load(_file(tmp_path, '[rooms.ops]\nkind = "webhook"\naddress = "https://chat.example/h"\n'), {})
    assert [(room.name, room.kind, room.address) for room in settings.rooms] == [
        ("ops", "webhook", "https://chat.example/h")
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("port = ", "not TOML"),
        ('port = "many"', "not a whole number"),
        ("colour = 1", "no setting “colour”"),
        ('[rooms.ops]\nkind = "pigeon"\naddress = "x"', "needs a kind"),
        ('[rooms.ops]\nkind = "webhook"\naddress = "x"\nspeed = 1', "no “speed”"),
        ('smtp_starttls = "maybe"', "not true or false"),
    ],
)
def test_a_bad_file_is_a_clear_error(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(Invalid, match=what):
        load(_file(tmp_path, text), {})


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(Invalid, match="cannot be read"):
        load(None, {"WATCHBILL_SMTP_PASSWORD_FILE": str(tmp_path / "none")})
