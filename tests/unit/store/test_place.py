"""Where a database is: what is read as one, and how it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from watchbill.lib.errors import Invalid
from watchbill.store import place


@pytest.mark.parametrize(
    "url", ["mysql://u:secret@127.0.0.1/x", "sqlit:///x", "postgresql+psycopg://u@h/x", "no address"]
)
def test_another_kind_of_database_is_refused_with_the_two_there_are_and_without_its_password(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        place.parsed(url)
    assert "sqlite:///path" in refusal.value.mend
    assert "postgresql://user@host" in refusal.value.mend
    assert "secret" not in refusal.value.what


def test_a_database_is_named_by_its_file_or_its_address_without_secrets(tmp_path: Path) -> None:
    assert place.named(place.parsed(f"sqlite:///{tmp_path}/watchbill.db")) == f"{tmp_path}/watchbill.db"
    assert place.named(place.parsed("postgresql://ana:secret@db/w?password=secret")) == "postgresql://ana@db/w"
    assert place.file_of(place.parsed("sqlite:///:memory:")) is None


def test_a_database_in_memory_is_named_as_what_it_is_and_not_as_a_file() -> None:
    assert place.named(place.parsed("sqlite:///:memory:")) == "sqlite:///:memory:"
    assert place.named(place.parsed("sqlite://")) == "sqlite:///:memory:"
