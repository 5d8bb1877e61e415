"""What an operator sets so that servers of counters let watchbill in: tables `[sources.NAME]`, or `WATCHBILL_SOURCE_NAME_…`.

The organisation's files name a source and its address and never hold a secret. So that whoever changes those files cannot have a
secret sent elsewhere, each table names the address that it is for. No secret is ever printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from watchbill.lib.errors import Invalid
from watchbill.lib.text_files import read_value

_TEXTS = ("url", "user", "bearer_token", "password")
_SECRETS = ("bearer_token", "password")
_PATHS = ("ca_file", "certificate_file", "key_file")
_VARIABLE = re.compile(
    r"SOURCE_(?P<source>.+?)_(?:(?P<path>(?:CA|CERTIFICATE|KEY)_FILE)"
    r"|(?:(?P<text>URL|USER|BEARER_TOKEN|PASSWORD)|HEADER_(?P<header>.+?))(?P<in_file>_FILE)?)"
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e]*")
_OWN_HEADERS = frozenset({"connection", "content-length", "content-type", "host", "transfer-encoding"})

Found = dict[str, Any]


@dataclass(frozen=True)
class SourceSettings:
    """How the server behind a data source lets watchbill in; `headers` are sent with each request, by lower-case name.

    `name` is the source's as `source_key` writes it. A bearer token that was read from `bearer_token_file` may change there. Without
    `ca_file` the machine's certificate authorities are trusted.
    """

    name: str
    url: str
    user: str = ""
    bearer_token: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    bearer_token_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def shown(self) -> dict[str, Any]:
        """Return what is set, for people: of secrets and headers only that they are."""
        shown: dict[str, Any] = {"name": self.name, "url": self.url}
        shown |= {"user": self.user} if self.user else {}
        shown |= {name: "set" for name in _SECRETS if getattr(self, name)}
        shown |= {name: str(getattr(self, name)) for name in _PATHS if getattr(self, name)}
        return shown | ({"headers": dict.fromkeys(self.headers, "set")} if self.headers else {})


def source_key(name: str) -> str:
    """Return a source's name as settings know it: variables can tell neither case nor `-`, `_` and `.` apart."""
    return re.sub(r"[^a-z0-9]", "-", name.lower())


def is_source_variable(name: str) -> bool:
    """Tell whether a variable, without the prefix of all of ours, is one of a source."""
    return _VARIABLE.fullmatch(name) is not None


def from_environment(environment: Mapping[str, str], prefix: str) -> dict[str, Found]:
    """Return what variables set, by source. Raises Invalid."""
    found: dict[str, Found] = {}
    for variable, value in environment.items():
        match = _VARIABLE.fullmatch(variable.removeprefix(prefix)) if variable.startswith(prefix) else None
        if match is None or not value:
            continue
        source = found.setdefault(source_key(match["source"]), {"headers": {}})
        written = read_value(value, variable) if match["in_file"] else value
        if match["header"]:
            source["headers"][source_key(match["header"])] = written
        else:
            name = (match["path"] or match["text"]).lower()
            source |= {name: written} | _where_renewed(name, value if match["in_file"] else "")
    return found


def from_file(tables: Any, where: str) -> dict[str, Found]:
    """Return what the tables of the settings file set, by source. Raises Invalid."""
    if not isinstance(tables, dict):
        raise Invalid("Sources are tables.", "As in: [sources.metrics]", where)
    found: dict[str, Found] = {}
    for name, table in tables.items():
        if source_key(name) in found:
            raise Invalid(f"“{name}” is set twice: case, “-”, “_” and “.” are one here.", "Keep one.", where)
        found[source_key(name)] = dict(_of_table(table, f"{where}.{name}"))
    return found


def _of_table(table: Any, where: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(table, dict):
        raise Invalid("A source is a table.", "As in: [sources.metrics]", where)
    known = {*_TEXTS, *_PATHS, "headers", *(f"{name}_file" for name in _SECRETS)}
    if unknown := sorted(set(table) - known):
        raise Invalid(f"A source has no “{unknown[0]}”.", f"It has {', '.join(sorted(known))}.", where)
    headers = table.get("headers", {})
    if not isinstance(headers, dict):
        raise Invalid("Headers are a table.", 'As in: headers = {X-Scope-OrgID = "acme"}', where)
    yield "headers", {name.lower(): _header(value, f"{where}.headers.{name}") for name, value in headers.items()}
    for name in table.keys() - {"headers"}:
        value = _text(table[name], f"{where}.{name}")
        is_in_file = name.removesuffix("_file") in _SECRETS and name.endswith("_file")
        secret = name.removesuffix("_file") if is_in_file else name
        yield secret, read_value(value, f"{where}.{name}") if is_in_file else value
        yield from _where_renewed(secret, value if is_in_file else "").items()


def _where_renewed(name: str, file: str) -> Found:
    """Return the file in which a bearer token may be renewed; an empty one takes the place of a file that was named below."""
    return {"bearer_token_file": file} if name == "bearer_token" else {}


def _header(value: Any, where: str) -> str:
    if isinstance(value, dict) and set(value) == {"file"}:
        return read_value(_text(value["file"], where), where)
    return _text(value, where)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value:
        raise Invalid("This is not a text.", "Put it in quotes.", where)
    return value


def joined(file: Mapping[str, Found], environment: Mapping[str, Found]) -> tuple[SourceSettings, ...]:
    """Return the sources' settings, by name, the environment over the file. Raises Invalid where they cannot be used."""
    found = []
    for name in sorted({*file, *environment}):
        below, above = file.get(name, {}), environment.get(name, {})
        headers = {**below.get("headers", {}), **above.get("headers", {})}
        values = {**below, **above, "headers": headers}
        _check(values, f"sources.{name}")
        named = {key: values[key] for key in ("bearer_token_file", *_PATHS) if key in values}
        paths = {key: Path(value).expanduser() if value else None for key, value in named.items()}
        found.append(SourceSettings(name, **values | paths))
    return tuple(found)


def _check(values: Found, where: str) -> None:
    parts = urlsplit(values.get("url", ""))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.password:
        raise Invalid(
            "The address is missing that this is sent to, and to no other.",
            'As in: url = "https://metrics.example:9090", without a user in it.',
            f"{where}.url",
        )
    if bool(values.get("user")) != bool(values.get("password")):
        raise Invalid("User and password go together.", "Set both, or neither.", where)
    if values.get("user") and values.get("bearer_token"):
        raise Invalid("It cannot have both a user and a bearer token.", "Keep the one that the server asks for.", where)
    if ":" in values.get("user", ""):
        raise Invalid("A user's name cannot hold “:” here.", "", f"{where}.user")
    if values.get("key_file") and not values.get("certificate_file"):
        raise Invalid("There is a key and no certificate.", "Set certificate_file too.", where)
    if not _VALUE.fullmatch(values.get("bearer_token", "")):
        raise Invalid("A bearer token is one line of plain letters and signs.", "", f"{where}.bearer_token")
    _check_headers(values, where)


def _check_headers(values: Found, where: str) -> None:
    own = _OWN_HEADERS | ({"authorization"} if values.get("user") or values.get("bearer_token") else set())
    for name, value in values["headers"].items():
        if not _HEADER.fullmatch(name) or not _VALUE.fullmatch(value):
            raise Invalid(
                "This cannot be sent as a header.", "One line of plain letters and signs.", f"{where}: {name}"
            )
        if name in own:
            raise Invalid("watchbill sets this header itself.", "Take it out.", f"{where}: {name}")
