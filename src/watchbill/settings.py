"""What an operator sets: defaults, then one TOML file, then `WATCHBILL_…` in the environment, then options of the command.

A setting may be given as `WATCHBILL_NAME_FILE`, the path of a file that holds it, and a secret as `name_file` in the TOML file
too; secrets are never printed. A key of the file that is none is an error. A variable that is none is not: whoever runs
watchbill does not always choose its environment (Kubernetes sets `NAME_SERVICE_HOST` for each service, for one).
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from watchbill.lib.errors import Invalid
from watchbill.lib.text_files import read_value

from . import source_settings
from .source_settings import SourceSettings

PREFIX = "WATCHBILL_"
_BESIDE_SETTINGS = frozenset({"CONFIG", "DEBUG", "SERVER", "SHOP", "TOKEN", "TOKEN_FILE"})
"""What else commands read from the environment."""
_SECRET = {"secret": True}
_TABLES = ("rooms", "sources")
_MOST_OF_A_PORT = 65535
_PORT = {"least": 1, "most": _MOST_OF_A_PORT}
_NEAR = 0.7


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
    """What is in force. Durations are in seconds; `mail_sink_port` 0 means that there is no mail sink."""

    host: str = "127.0.0.1"
    port: int = field(default=8400, metadata=_PORT)
    data: Path = field(default_factory=_default_data)
    database: str = field(default="", repr=False, metadata=_SECRET)
    base_url: str = ""
    secret_key: str = field(default="", repr=False, metadata=_SECRET)
    tick_seconds: float = field(default=15.0, metadata={"least": 1.0, "most": 3600.0})
    smtp_host: str = ""
    smtp_port: int = field(default=25, metadata=_PORT)
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False, metadata=_SECRET)
    smtp_sender: str = "watchbill@localhost"
    smtp_starttls: bool = False
    mail_sink_port: int = field(default=0, metadata={"least": 0, "most": _MOST_OF_A_PORT})
    log_format: str = "console"
    rooms: tuple[RoomSettings, ...] = ()
    sources: tuple[SourceSettings, ...] = ()

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
    of_sources = source_settings.from_environment(environment, PREFIX)
    found["sources"] = source_settings.joined(found.get("sources", {}), of_sources)
    given = {name: value for name, value in (options or {}).items() if value is not None}
    found |= {name: _typed(name, value, f"--{name.replace('_', '-')}") for name, value in given.items()}
    return replace(Settings(), **found)


def unknown_variables(environment: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Return the variables that begin as ours do and set nothing, each with the nearest one that does, None where none is near."""
    environment = os.environ if environment is None else environment
    settable = {setting.name.upper() for setting in fields(Settings) if setting.name not in _TABLES}
    known = settable | {f"{name}_FILE" for name in settable} | _BESIDE_SETTINGS
    set_here = {name.removeprefix(PREFIX) for name, value in environment.items() if name.startswith(PREFIX) and value}
    unknown = {}
    for name in sorted(set_here - known):
        if source_settings.is_source_variable(name):
            continue
        near = _nearest(name, [each for each in known if each.endswith("_FILE") == name.endswith("_FILE")])
        unknown[f"{PREFIX}{name}"] = f"{PREFIX}{near}" if near else None
    return unknown


def _nearest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, sorted(known), 1, _NEAR)), None)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"The settings file cannot be read: {error.strerror}.", "Check --config.", str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The settings file is not TOML: {error}.", "Mend the line that it names.", str(path)) from error
    rooms = values.pop("rooms", {})
    if not isinstance(rooms, dict):
        raise Invalid("Rooms are tables.", "As in: [rooms.ops]", f"{path}: rooms")
    sources = source_settings.from_file(values.pop("sources", {}), f"{path}: sources")
    known = {setting.name for setting in fields(Settings) if setting.name not in _TABLES}
    in_files = {f"{setting.name}_file": setting.name for setting in fields(Settings) if setting.metadata.get("secret")}
    unknown = sorted(set(values) - known - set(in_files))
    if unknown:
        raise Invalid(f"There is no setting “{unknown[0]}”.", _settings_near(unknown[0], {*known, *_TABLES}), str(path))
    read = {name: _typed(name, values[name], f"{path}: {name}") for name in known & set(values)}
    for name in sorted(set(in_files) & set(values)):
        read[in_files[name]] = read_value(str(values[name]), f"{path}: {name}")
    return read | {"rooms": tuple(_room(name, entry, path) for name, entry in rooms.items()), "sources": sources}


def _settings_near(name: str, known: Iterable[str]) -> str:
    near = _nearest(name, known)
    return (f"Did you mean “{near}”? " if near else "") + f"Settings are: {', '.join(sorted(known))}."


def _room(name: str, entry: Any, path: Path) -> RoomSettings:
    where = f"{path}: rooms.{name}"
    if not isinstance(entry, dict) or entry.get("kind") not in {"webhook", "email"} or not entry.get("address"):
        raise Invalid("A room needs a kind (webhook or email) and an address.", 'As in: kind = "webhook"', where)
    unknown = sorted(set(entry) - {"kind", "address", "secret", "secret_file"})
    if unknown:
        raise Invalid(f"A room has no “{unknown[0]}”.", "It has kind, address, secret and secret_file.", where)
    secret = read_value(entry["secret_file"], where) if entry.get("secret_file") else str(entry.get("secret", ""))
    return RoomSettings(name, entry["kind"], str(entry["address"]), secret)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for setting in fields(Settings):
        variable = PREFIX + setting.name.upper()
        if setting.name in _TABLES:
            continue
        if environment.get(f"{variable}_FILE"):
            written = read_value(environment[f"{variable}_FILE"], f"{variable}_FILE")
            found[setting.name] = _typed(setting.name, written, f"{variable}_FILE")
        elif environment.get(variable):
            found[setting.name] = _typed(setting.name, environment[variable], variable)
    return found


def _typed(name: str, value: Any, where: str) -> Any:
    default = getattr(Settings(), name)
    try:
        if isinstance(default, bool):
            return _boolean(value)
        if isinstance(default, Path):
            return Path(str(value)).expanduser()
        typed = type(default)(value)
    except (TypeError, ValueError) as error:
        kind = {bool: "true or false", int: "a whole number", float: "a number"}.get(type(default), "text")
        raise Invalid(f"“{value}” is not {kind}.", "", where) from error
    _refuse_out_of_range(name, typed, where)
    return typed


def _refuse_out_of_range(name: str, value: Any, where: str) -> None:
    limits = next(setting.metadata for setting in fields(Settings) if setting.name == name)
    if "least" in limits and not limits["least"] <= value <= limits["most"]:
        raise Invalid(f"“{value}” is out of range.", f"From {limits['least']:g} to {limits['most']:g}.", where)


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
        elif setting.name == "sources":
            value = [source.shown() for source in value]
        shown[setting.name] = str(value) if isinstance(value, Path) else value
    return shown
