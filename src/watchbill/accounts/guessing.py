"""How often a password was guessed: counted by e-mail address and client network, so that nobody can lock out anybody else.

An attempt is counted before its password is looked at: however many come at once, no more pass than may. A run of failures
is one entry of the audit, written when it ends: by signing in, or when it is too old to count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from watchbill.practices.record import service as record
from watchbill.store.store import Transaction

from .tables import failures

FAILURES_ALLOWED, FAILURES_WITHIN = 8, timedelta(minutes=10)
LONGEST_DELAY = timedelta(seconds=2)
_DELAY_PER_FAILURE = timedelta(milliseconds=250)


@dataclass(frozen=True)
class Attempts:
    """How often an address was tried, this attempt among them: from this network, and from everywhere."""

    here: int
    everywhere: int

    @property
    def are_too_many(self) -> bool:
        """Whether this network has to wait."""
        return self.here > FAILURES_ALLOWED

    @property
    def delay(self) -> timedelta:
        """How long every attempt on the address takes, wherever it comes from."""
        return min(max(self.everywhere - FAILURES_ALLOWED, 0) * _DELAY_PER_FAILURE, LONGEST_DELAY)


async def count(transaction: Transaction, email: str, network: str, now: datetime) -> Attempts:
    """Count an attempt as a failure until it is known to be none, and return how many there were."""
    await _end(transaction, now, failures.c.started_at <= now - FAILURES_WITHIN, failures.c.email == email)
    dialect = postgresql if transaction.dialect.name == "postgresql" else sqlite
    first = dialect.insert(failures).values(email=email, network=network, attempts=1, started_at=now)
    again = first.on_conflict_do_update(
        index_elements=["email", "network"], set_={"attempts": failures.c.attempts + 1}
    ).returning(failures.c.attempts)
    here = (await transaction.execute(again)).scalar_one()
    total = sa.select(sa.func.sum(failures.c.attempts)).where(failures.c.email == email)
    return Attempts(here, int((await transaction.execute(total)).scalar_one()))


async def succeeded(transaction: Transaction, email: str, network: str, now: datetime) -> None:
    """Forget the failures of an address from a network: the last attempt was none."""
    here = (failures.c.email == email, failures.c.network == network)
    await _end(transaction, now, *here, of_them_right=1)


async def forget_old(transaction: Transaction, now: datetime) -> None:
    """Forget the failures that no longer count."""
    await _end(transaction, now, failures.c.started_at <= now - FAILURES_WITHIN)


async def _end(transaction: Transaction, now: datetime, *which: sa.ColumnElement[bool], of_them_right: int = 0) -> None:
    ended = await transaction.execute(sa.delete(failures).where(*which).returning(*failures.c))
    for run in ended.mappings():
        wrong = run["attempts"] - of_them_right
        if wrong > 0:
            await record.changed(
                transaction,
                now,
                actor=run["network"],
                action="failedSignIn",
                subject=run["email"],
                because="",
                details={"attempts": wrong, "since": run["started_at"].isoformat(timespec="seconds")},
            )
