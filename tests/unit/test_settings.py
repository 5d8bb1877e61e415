"""Settings: what wins, what is refused, and that secrets stay hidden."""

import re
from pathlib import Path

import pytest

from watchbill.lib.errors import Invalid
from watchbill.settings import in_force, load, unknown_variables

CLI = Path(__file__).parents[2] / "src" / "watchbill" / "cli"


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
        ("rooms = 1", "Rooms are tables"),
        ("port = 65536", "“65536” is out of range"),
        ("tick_seconds = nan", "“nan” is out of range"),
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


@pytest.mark.parametrize("name", ["database", "secret_key", "smtp_password"])
def test_a_secret_may_be_named_by_its_file_in_the_settings_file_too(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2\n")
    assert getattr(load(_file(tmp_path, f'{name}_file = "{secret}"\n'), {}), name) == "hunter2"


def test_what_is_read_from_a_file_has_the_type_of_its_setting(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("8500\n")
    assert load(None, {"WATCHBILL_PORT_FILE": str(file)}).port == 8500
    file.write_text("many\n")
    with pytest.raises(Invalid, match="not a whole number"):
        load(None, {"WATCHBILL_PORT_FILE": str(file)})


def test_rooms_are_no_setting_of_the_environment(tmp_path: Path) -> None:
    assert load(None, {"WATCHBILL_ROOMS_FILE": str(tmp_path / "none"), "WATCHBILL_ROOMS": "x"}).rooms == ()


def test_settings_that_are_printed_by_mistake_show_no_secret(tmp_path: Path) -> None:
    text = (
        'database = "hunter2"\nsecret_key = "hunter2"\nsmtp_password = "hunter2"\n'
        '[rooms.ops]\nkind = "webhook"\naddress = "https://chat.example/hunter2"\nsecret = "hunter2"\n'
    )
    assert "hunter2" not in repr(load(_file(tmp_path, text), {}))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WATCHBILL_PORT", "0"),
        ("WATCHBILL_PORT", "70000"),
        ("WATCHBILL_SMTP_PORT", "0"),
        ("WATCHBILL_MAIL_SINK_PORT", "-1"),
    ],
)
def test_a_port_that_is_none_is_refused_with_where_it_was_set(variable: str, value: str) -> None:
    with pytest.raises(Invalid, match="out of range") as refused:
        load(None, {variable: value})
    assert refused.value.where == variable
    assert refused.value.mend.endswith("to 65535.")


def test_a_port_given_as_an_option_is_checked_too_and_0_turns_the_mail_sink_off() -> None:
    with pytest.raises(Invalid, match="--port: “70000” is out of range"):
        load(None, {}, {"port": 70000})
    assert load(None, {"WATCHBILL_MAIL_SINK_PORT": "0"}).mail_sink_port == 0


def test_a_key_that_is_none_is_answered_with_the_nearest_and_all_of_them(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        load(_file(tmp_path, "[room.ops]\n"), {})
    assert refused.value.mend.startswith("Did you mean “rooms”? Settings are: base_url, ")
    assert "rooms, secret_key" in refused.value.mend


def test_a_variable_that_sets_nothing_is_named_with_the_nearest_that_does() -> None:
    environment = {
        "WATCHBILL_PROT": "8500",
        "WATCHBILL_DATABASE_URL": "sqlite:///w.db",
        "WATCHBILL_SERVICE_HOST": "10.0.0.1",
        "WATCHBILL_ROOMS": "x",
        "WATCHBILL_PORT": "8500",
        "WATCHBILL_SECRET_KEY_FILE": "/etc/watchbill/key",
        "WATCHBILL_EMPTY": "",
        "HOME": "/root",
    }
    assert unknown_variables(environment) == {
        "WATCHBILL_DATABASE_URL": "WATCHBILL_DATABASE",
        "WATCHBILL_PROT": "WATCHBILL_PORT",
        "WATCHBILL_ROOMS": None,
        "WATCHBILL_SERVICE_HOST": None,
    }


def test_every_variable_that_commands_name_is_known() -> None:
    named = {name for file in CLI.glob("*.py") for name in re.findall(r"WATCHBILL_[A-Z_]+", file.read_text())}
    assert {"WATCHBILL_TOKEN", "WATCHBILL_SHOP", "WATCHBILL_SERVER"} <= named
    assert unknown_variables(dict.fromkeys(named, "set")) == {}
