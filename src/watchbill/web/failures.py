"""What the log is told of work that failed: our mistakes with their traceback, a database that does not answer in one line."""

from __future__ import annotations

from typing import Any

import structlog

from watchbill.store.outage import is_outage, said_plainly

_log = structlog.get_logger("watchbill.web")


def tell(event: str, error: Exception, **facts: Any) -> None:
    """Tell the log of a failure. During an outage every request fails: a traceback of each would bury what else is said."""
    if is_outage(error):
        _log.error(event, **facts, database=said_plainly(error))
    else:
        _log.error(event, **facts, exc_info=error)
