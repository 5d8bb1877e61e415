"""Column types and the one metadata that all tables register with."""

from __future__ import annotations

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


Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def one_of(column: str, states: type[StrEnum]) -> sa.CheckConstraint:
    """Return the CHECK that lets a column hold a value of the enum alone."""
    return sa.CheckConstraint(
        f"{column} IN ({', '.join(repr(state.value) for state in states)})", name=f"{column}_known"
    )


Row = sa.RowMapping
Values = dict[str, Any]
