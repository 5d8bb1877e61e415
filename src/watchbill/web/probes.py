"""How the server itself is: alive, ready, and in numbers. It tells nobody anything about the organisation but in the metrics.

`/metrics` is open to this machine (without a proxy's headers) and to tokens that may read; `/healthz` and `/readyz` to all.
"""

from __future__ import annotations

import asyncio

import structlog
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .doors import Doors, doors_of
from .metrics import SignalCounts, StateMetrics

_log = structlog.get_logger("watchbill.web")
_LONGEST_CHECK_SECONDS = 5.0


def routes(doors: Doors) -> list[BaseRoute]:
    """Return the probes' routes; what `/metrics` looks up is added to the registry."""
    state = StateMetrics(doors.registry)
    doors.registry.register(SignalCounts(doors.incidents))

    async def metrics(request: Request) -> Response:
        await state.look(doors)
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(doors.registry), headers={"Content-Type": media_type})

    return [
        Route("/healthz", alive, methods=["GET"], name="alive"),
        Route("/readyz", ready, methods=["GET"], name="ready"),
        Route("/metrics", metrics, methods=["GET"], name="metrics"),
    ]


async def alive(_request: Request) -> Response:
    """Answer 200: the process runs and serves."""
    return JSONResponse({"status": "alive"})


async def ready(request: Request) -> Response:
    """Answer 200 when requests can be served as they should be, else 503 with the reasons."""
    reasons = await _reasons(doors_of(request))
    if reasons:
        return JSONResponse({"status": "notReady", "reasons": reasons}, 503, headers={"Retry-After": "2"})
    return JSONResponse({"status": "ready", "reasons": []})


async def _reasons(doors: Doors) -> list[str]:
    try:
        async with asyncio.timeout(_LONGEST_CHECK_SECONDS):
            return list(await doors.ready())
    except TimeoutError:
        return [f"The check took longer than {_LONGEST_CHECK_SECONDS:g} s."]
    except Exception:  # noqa: BLE001 - a check that fails is a reason
        _log.exception("the check for readiness failed")
        return ["The check itself failed; the server's log says why."]
