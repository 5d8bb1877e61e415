"""Values of series at one instant, from a server with Prometheus' HTTP API: what a ruler recorded, of any sign and fraction."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from watchbill.lib.errors import Unavailable
from watchbill.lib.http import HttpClient

from .access import Access


async def recorded(
    url: str, selector: str, at: datetime, http: HttpClient, access: Access
) -> list[tuple[Mapping[str, str], float]]:
    """Return the labels and the value at an instant of each series that a selector matches; NaN is left out.

    Raises Unavailable where the server does not answer so, and where `access` is for another address: nothing is sent then.
    """
    asked = f"{url.rstrip('/')}/api/v1/query"
    if not access.is_for(asked):
        raise Unavailable(f"The settings let watchbill in at {access.url}, not at {url}. Nothing was sent.")
    form = {"query": selector, "time": f"{at.timestamp():.3f}"}
    answer = await http.request("POST", asked, headers=access.headers, data=form)
    try:
        result: Any = answer.json()["data"]["result"] if answer.status == 200 else None
        found = [(dict(each["metric"]), float(each["value"][1])) for each in result]
    except (LookupError, TypeError, ValueError) as error:
        raise Unavailable(
            f"{url} answered {answer.status}, and not as the API of a Prometheus does.",
            "Check the address, and how the settings let watchbill in.",
        ) from error
    return [(labels, value) for labels, value in found if not math.isnan(value)]
