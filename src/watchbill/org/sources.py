"""OpenSLO DataSource documents → servers of counters: `prometheus` with a url, `scrape` with targets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from .faults import Level
from .nodes import Path
from .objectives import DataSource, ScrapeTarget, SourceKind
from .recognition import Declared, Family
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape
from .values import Duration

DEFAULT_INTERVAL = timedelta(seconds=15)
_DETAILS = ("spec", "connectionDetails")


def link_sources(register: Register) -> dict[str, DataSource]:
    """Return the data sources by name; types that are not read yet are a warning and are left out."""
    sources: dict[str, DataSource] = {}
    for one, shape in register.each(Family.OPENSLO, "DataSource", openslo.DataSource):
        source = _link_source(register, one, shape.spec)
        if source is not None:
            sources[one.name] = source
    return sources


def _link_source(register: Register, one: Declared[Shape], spec: openslo.DataSourceSpec) -> DataSource | None:
    kind = spec.type.lower()
    if kind == SourceKind.PROMETHEUS:
        url, interval = _url(register, one, (*_DETAILS, "url")), _interval(register, one)
        return DataSource(one.name, SourceKind.PROMETHEUS, url, (), interval, one.place) if url else None
    if kind == SourceKind.SCRAPE:
        targets = _targets(register, one, spec.connection_details.get("targets"))
        return DataSource(one.name, SourceKind.SCRAPE, "", targets, _interval(register, one), one.place)
    register.faults.warning(
        "source-not-supported",
        one.document.place("spec", "type"),
        f"Data sources of the type “{spec.type}” are not read by this version of watchbill.",
        "Use prometheus (any server with its HTTP API) or scrape.",
    )
    return None


def _interval(register: Register, one: Declared[Shape]) -> timedelta:
    path = (*_DETAILS, "interval")
    text = one.document.text(*path)
    if not text:
        return DEFAULT_INTERVAL
    try:
        duration = Duration.parse(text)
    except ValueError as error:
        register.faults.error("bad-duration", one.document.place(*path), f"{error}.", "")
        return DEFAULT_INTERVAL
    if not timedelta(seconds=1) <= duration.span <= timedelta(minutes=5) or duration.months:
        register.faults.error(
            "out-of-range",
            one.document.place(*path),
            f"An interval of “{text}” is out of range.",
            "Targets are scraped every 1s to 5m; 15s is a good start.",
        )
        return DEFAULT_INTERVAL
    return duration.span


def _targets(register: Register, one: Declared[Shape], written: Any) -> tuple[ScrapeTarget, ...]:
    path = (*_DETAILS, "targets")
    if not isinstance(written, list) or not written:
        register.faults.error(
            "missing-field",
            one.document.parent_place(*path),
            "“targets” is missing: there is nothing to scrape.",
            "Add “targets”, a list of {name, url}.",
        )
        return ()
    found = (_target(register, one, (*path, position), target) for position, target in enumerate(written))
    targets: dict[str, ScrapeTarget] = {}
    for target in found:
        if target is None:
            continue
        first = targets.setdefault(target.name, target)
        if first is not target:
            register.faults.error(
                "duplicate-name",
                target.place,
                f"There is already a target “{target.name}”.",
                "Give one of the two another name.",
                [first.place],
            )
    return tuple(targets.values())


def _target(register: Register, one: Declared[Shape], path: Path, written: Any) -> ScrapeTarget | None:
    place = one.document.place(*path)
    if not isinstance(written, dict):
        register.faults.error("wrong-type", place, "A target should be a mapping.", "Write {name: …, url: …}.")
        return None
    for name in sorted(set(written) - {"name", "url", "labels"}):
        register.faults.add(
            Level.NOTE, "unknown-field", one.document.key_place(*path, name), f"There is no field “{name}” here."
        )
    url = _url(register, one, (*path, "url"))
    labels = _labels(register, one, path, written.get("labels", {}))
    name = one.document.text(*path, "name") or (urlsplit(url).netloc if url else "")
    return ScrapeTarget(name, url, labels, place) if url else None


def _labels(register: Register, one: Declared[Shape], path: Path, written: Any) -> dict[str, str]:
    if not isinstance(written, dict) or not all(isinstance(value, str) for value in written.values()):
        register.faults.error(
            "wrong-type",
            one.document.place(*path, "labels"),
            "Labels should be texts by name.",
            "Put numbers in quotes: {code: “200”}.",
        )
        return {}
    return dict(written)


def _url(register: Register, one: Declared[Shape], path: Path) -> str:
    """Return the address at a path, or the empty text with a fault."""
    document = one.document
    text = document.text(*path).strip()
    if not text:
        register.faults.error(
            "missing-field",
            document.parent_place(*path),
            "“url” is missing.",
            "Add “url”, as in http://prometheus:9090.",
        )
        return ""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_address = False
    if not is_address or any(character.isspace() for character in text):
        register.faults.error(
            "bad-url", document.place(*path), f"“{text}” is not an address.", "Write http:// or https:// and a host."
        )
        return ""
    if parts.username or parts.password:
        register.faults.error(
            "secret-in-file",
            document.place(*path),
            "This address holds a user name or password; secrets are never in the files.",
            "Take it out of the address.",
        )
        return ""
    return text
