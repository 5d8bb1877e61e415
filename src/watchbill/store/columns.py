"""Column types and the one metadata that all tables register with."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    }
)


class Instant(sa.types.TypeDecorator[datetime]):
    """A timezone-aware instant: `timestamptz` on PostgreSQL, UTC text on SQLite; a naive value is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Turn to UTC; SQLite stores it without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone reached the store")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return it in UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


_CANNOT_BE_STORED = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text with what no database keeps (NUL, lone surrogates) replaced by “�”."""
    return _CANNOT_BE_STORED.sub("�", text)


class Words(sa.types.TypeDecorator[str]):
    """Text of any length that came from outside: what no database keeps is replaced, so that it refuses no row for it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> str | None:
        """Replace what cannot be stored."""
        return None if value is None else storable(value)


class Json(sa.types.TypeDecorator[Any]):
    """Plain JSON values: `jsonb` on PostgreSQL, text on SQLite; what no database keeps (also NaN) is replaced."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return what keeps it."""
        kind = postgresql.JSONB(none_as_null=True) if dialect.name == "postgresql" else sa.JSON(none_as_null=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> Any:
        """Replace what cannot be stored, however deep it is."""
        return _storable_all(value)


def _storable_all(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {_storable_all(name): _storable_all(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable_all(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def one_of(column: str, states: type[StrEnum]) -> sa.CheckConstraint:
    """Return the CHECK that lets a column hold a value of the enum alone."""
    return sa.CheckConstraint(
        f"{column} IN ({', '.join(repr(state.value) for state in states)})", name=f"{column}_known"
    )


Row = sa.RowMapping
Values = dict[str, Any]
