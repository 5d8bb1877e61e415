"""What an operator sets: defaults, then one TOML file, then `WATCHBILL_…` in the environment, then options of the command.

A setting may be given as `WATCHBILL_NAME_FILE`, the path of a file that holds it, and a secret as `name_file` in the TOML file
too; secrets are never printed.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from watchbill.lib.errors import Invalid

PREFIX = "WATCHBILL_"
_SECRET = {"secret": True}


def _default_data() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "watchbill"


@dataclass(frozen=True)
class RoomSettings:
    """A named place that escalation steps may notify (`channel:NAME`): kind `webhook` (address is a URL) or `email`."""

    name: str
    kind: str
    address: str = field(repr=False)
    secret: str = field(default="", repr=False, metadata=_SECRET)


@dataclass(frozen=True)
class Settings:
    """What is in force. Durations are in seconds."""

    host: str = "127.0.0.1"
    port: int = 8400
    data: Path = field(default_factory=_default_data)
    database: str = field(default="", repr=False, metadata=_SECRET)
    base_url: str = ""
    secret_key: str = field(default="", repr=False, metadata=_SECRET)
    tick_seconds: float = 15.0
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False, metadata=_SECRET)
    smtp_sender: str = "watchbill@localhost"
    smtp_starttls: bool = False
    mail_sink_port: int = 0
    log_format: str = "console"
    rooms: tuple[RoomSettings, ...] = ()

    @property
    def database_url(self) -> str:
        """The database's URL: SQLite in the data folder where none is set."""
        return self.database or f"sqlite:///{(self.data / 'watchbill.db').resolve()}"

    @property
    def public_url(self) -> str:
        """Where people reach watchbill, without a slash at the end."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


def load(
    file: Path | None = None, environment: Mapping[str, str] | None = None, options: Mapping[str, Any] | None = None
) -> Settings:
    """Return the settings in force. Raises Invalid with what is wrong and where it was set."""
    environment = os.environ if environment is None else environment
    found: dict[str, Any] = {}
    path = file or (Path(environment[f"{PREFIX}CONFIG"]) if environment.get(f"{PREFIX}CONFIG") else None)
    if path is not None:
        found |= _from_file(path)
    found |= _from_environment(environment)
    found |= {name: value for name, value in (options or {}).items() if value is not None}
    return replace(Settings(), **found)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"The settings file cannot be read: {error.strerror}.", "Check --config.", str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The settings file is not TOML: {error}.", "Mend the line that it names.", str(path)) from error
    rooms = values.pop("rooms", {})
    known = {setting.name for setting in fields(Settings)} - {"rooms"}
    in_files = {f"{setting.name}_file": setting.name for setting in fields(Settings) if setting.metadata.get("secret")}
    unknown = sorted(set(values) - known - set(in_files))
    if unknown:
        raise Invalid(f"There is no setting “{unknown[0]}”.", f"Settings are: {', '.join(sorted(known))}.", str(path))
    read = {name: _typed(name, values[name], f"{path}: {name}") for name in known & set(values)}
    for name in sorted(set(in_files) & set(values)):
        read[in_files[name]] = _read_file(str(values[name]), f"{path}: {name}")
    return read | {"rooms": tuple(_room(name, entry, path) for name, entry in rooms.items())}


def _room(name: str, entry: Any, path: Path) -> RoomSettings:
    where = f"{path}: rooms.{name}"
    if not isinstance(entry, dict) or entry.get("kind") not in {"webhook", "email"} or not entry.get("address"):
        raise Invalid("A room needs a kind (webhook or email) and an address.", 'As in: kind = "webhook"', where)
    unknown = sorted(set(entry) - {"kind", "address", "secret", "secret_file"})
    if unknown:
        raise Invalid(f"A room has no “{unknown[0]}”.", "It has kind, address, secret and secret_file.", where)
    secret = _read_file(entry["secret_file"], where) if entry.get("secret_file") else str(entry.get("secret", ""))
    return RoomSettings(name, entry["kind"], str(entry["address"]), secret)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for setting in fields(Settings):
        variable = PREFIX + setting.name.upper()
        if setting.name == "rooms":
            continue
        if environment.get(f"{variable}_FILE"):
            written = _read_file(environment[f"{variable}_FILE"], f"{variable}_FILE")
            found[setting.name] = _typed(setting.name, written, f"{variable}_FILE")
        elif environment.get(variable):
            found[setting.name] = _typed(setting.name, environment[variable], variable)
    return found


def _read_file(path: str, where: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Invalid(f"The file “{path}” cannot be read: {error.strerror}.", "Check the path.", where) from error
    except UnicodeDecodeError as error:
        raise Invalid(f"The file “{path}” is not text.", "It must hold the value alone, in UTF-8.", where) from error


def _typed(name: str, value: Any, where: str) -> Any:
    default = getattr(Settings(), name)
    try:
        if isinstance(default, bool):
            return _boolean(value)
        if isinstance(default, Path):
            return Path(str(value)).expanduser()
        return type(default)(value)
    except (TypeError, ValueError) as error:
        kind = {bool: "true or false", int: "a whole number", float: "a number"}.get(type(default), "text")
        raise Invalid(f"“{value}” is not {kind}.", "", where) from error


def _boolean(value: Any) -> bool:
    written = str(value).lower()
    if written not in {"true", "false", "1", "0", "yes", "no"}:
        raise ValueError(written)
    return written in {"true", "1", "yes"}


def in_force(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain values for people: secrets are hidden, but whether they are set is shown."""
    shown: dict[str, Any] = {}
    for setting in fields(settings):
        value = getattr(settings, setting.name)
        if setting.metadata.get("secret"):
            value = "set" if value else "not set"
        elif setting.name == "rooms":
            value = [{"name": room.name, "kind": room.kind} for room in value]
        shown[setting.name] = str(value) if isinstance(value, Path) else value
    return shown
