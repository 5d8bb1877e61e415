"""Whatever stands in a folder, reading it ends in a Reading: never in an exception."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.org.test_folder import organisation
from watchbill.org.folder import files, read
from watchbill.org.recognition import KINDS, Family
from watchbill.org.schemas import kinds, schema_of

plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
words = st.sampled_from(
    [
        "ana",
        "core",
        "cart",
        "user:ana",
        "group:core",
        "5m",
        "1 week",
        "2026-01-05",
        "50%",
        "mon-fri",
        "09:00",
        "standard",
    ]
)


def fields_of(shape: Any) -> set[str]:
    """Every name of a field anywhere in a JSON Schema."""
    if isinstance(shape, list):
        return {name for item in shape for name in fields_of(item)}
    if not isinstance(shape, dict):
        return set()
    own = set(shape.get("properties", {}))
    return own | {name for item in shape.values() for name in fields_of(item)}


keys = st.sampled_from(sorted({name for family, kind in kinds() for name in fields_of(schema_of(family, kind))}))
trees = st.recursive(
    plain | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(max_size=5), inner, max_size=5),
)
versions = {
    Family.BACKSTAGE: "backstage.io/v1alpha1",
    Family.OPENSLO: "openslo/v1",
    Family.WATCHBILL: "watchbill/v1",
}
headed = st.sampled_from([(versions[family], kind) for family in KINDS for kind in KINDS[family]])


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document of a known kind with anything in it."""
    version, kind = draw(headed)
    metadata = draw(st.fixed_dictionaries({"name": st.sampled_from(["ana", "core", "cart", "x"])}) | trees)
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": draw(trees)}


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(documents() | trees, max_size=4))
def test_any_documents_are_read_without_an_exception(tmp_path: Path, contents: list[Any]) -> None:
    root = organisation(tmp_path)
    (root / "any.yaml").write_text(yaml.safe_dump_all(contents, allow_unicode=True), encoding="utf-8")
    reading = read(root, datetime(2026, 5, 3, tzinfo=UTC))
    assert (reading.organization is None) == bool(reading.errors)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.integers(min_value=0), st.integers(min_value=0, max_value=40))
def test_a_file_damaged_anywhere_is_read_without_an_exception(
    tmp_path: Path, noise: bytes, position: int, length: int
) -> None:
    root = organisation(tmp_path)
    for path in files(root):
        content = path.read_bytes()
        at = position % len(content)
        path.write_bytes(content[:at] + noise + content[at + length :])
    read(root)
