"""A shop's counters as they stand at any instant, served on loopback in text format: `python -m bench.shop_metrics PORT SERVICES`.

Each service has six series: three pods with good and failed requests, busy by day and quiet by night.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_DAY = 86_400
PODS = ("a", "b", "c")


def series(services: int, at: float) -> Iterator[tuple[str, int]]:
    """Yield each series and the value of its counter at an instant (seconds since 1970)."""
    days = at / _DAY
    load = _DAY * (days - math.sin(2 * math.pi * days) / (2 * math.pi) * 0.98)
    for number in range(services):
        for pod in PODS:
            labels = f'service="service-{number}",pod="{pod}"'
            yield f'requests_total{{{labels},code="200"}}', int(load * (10 + number % 90))
            yield f'requests_total{{{labels},code="500"}}', int(load / (10 + number % 90))


class _Page(BaseHTTPRequestHandler):
    services = 0

    def do_GET(self) -> None:
        body = "".join(f"{name} {value}\n" for name, value in series(self.services, time.time())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Say nothing."""


if __name__ == "__main__":
    _Page.services = int(sys.argv[2])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), _Page).serve_forever()
