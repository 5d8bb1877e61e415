"""One HTTP service of the shop: catalog, cart, payments or login. Each runs as a process of its own and counts what it serves.

    python service.py payments --base-port 8410

The cart cannot do without payments: when they fail, so does the checkout (502). It can do without the catalog: the basket
is then shown with numbers in place of names.
"""

import argparse
import http.client
import json
import random
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import lifeline
from addresses import CONTROL_PORT, HOST, port_of
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from trouble import Trouble

ITEMS = {1: "sextant", 2: "ship's bell", 3: "hourglass", 4: "spyglass"}
BASKET = [1, 3]
WORK_SECONDS = {"catalog": (0.005, 0.02), "cart": (0.005, 0.02), "payments": (0.03, 0.08), "login": (0.04, 0.09)}
PATIENCE_SECONDS = 2.0
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 1.0, 2.5, 5.0)

Reply = tuple[HTTPStatus, Any]
Route = Callable[[int], Reply]


def items(_base_port: int) -> Reply:
    """Serve the catalog's `/items`."""
    return HTTPStatus.OK, ITEMS


def basket(base_port: int) -> Reply:
    """Serve the cart's `/basket`; names come from the catalog, and are left out where it does not answer."""
    status, names = ask("catalog", "GET", "/items", base_port)
    known = names if status == HTTPStatus.OK else {}
    return HTTPStatus.OK, [known.get(str(number), f"item {number}") for number in BASKET]


def checkout(base_port: int) -> Reply:
    """Serve the cart's `/checkout`: nothing is sold that was not paid."""
    status, receipt = ask("payments", "POST", "/charge", base_port)
    return (HTTPStatus.OK, receipt) if status == HTTPStatus.OK else (HTTPStatus.BAD_GATEWAY, "payment failed")


def charge(_base_port: int) -> Reply:
    """Serve the payments' `/charge`."""
    return HTTPStatus.OK, {"paid": 4200, "currency": "EUR"}


def takings(_base_port: int) -> Reply:
    """Serve the payments' `/takings`, which the settlement reads every minute."""
    return HTTPStatus.OK, {"takings": 4200, "currency": "EUR"}


def session(_base_port: int) -> Reply:
    """Serve the login's `/session`."""
    return HTTPStatus.OK, {"session": f"{random.getrandbits(64):016x}"}


ROUTES: dict[str, dict[tuple[str, str], Route]] = {
    "catalog": {("GET", "/items"): items},
    "cart": {("GET", "/basket"): basket, ("POST", "/checkout"): checkout},
    "payments": {("POST", "/charge"): charge, ("GET", "/takings"): takings},
    "login": {("POST", "/session"): session},
}


def ask(service: str, method: str, path: str, base_port: int) -> tuple[int, Any]:
    """Call another service of the shop; one that does not answer in time counts as 504."""
    connection = http.client.HTTPConnection(HOST, port_of(service, base_port), timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        return HTTPStatus.GATEWAY_TIMEOUT, None
    finally:
        connection.close()


class Service(ThreadingHTTPServer):
    """The server, its counters and its trouble. All status codes it may answer are there from the start, at zero."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, name: str, base_port: int) -> None:
        self.name, self.base_port = name, base_port
        self.trouble = Trouble(seed=name)
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests_total", "Requests answered, by status code.", ["service", "code"], registry=self.registry
        )
        self.durations = Histogram(
            "http_request_duration_seconds", "Time to answer.", ["service"], buckets=BUCKETS, registry=self.registry
        )
        for status in (HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY):
            self.requests.labels(name, status.value)
        self.durations.labels(name)
        super().__init__((HOST, port_of(name, base_port)), Handler)

    def answer(self, method: str, path: str) -> Reply:
        """Serve one request and count it."""
        began = time.monotonic()
        status, body = self._work(method, path)
        self.durations.labels(self.name).observe(time.monotonic() - began)
        self.requests.labels(self.name, status.value).inc()
        return status, body

    def _work(self, method: str, path: str) -> Reply:
        route = ROUTES[self.name].get((method, path))
        if route is None:
            return HTTPStatus.NOT_FOUND, "no such page"
        time.sleep(random.uniform(*WORK_SECONDS[self.name]))
        if self.trouble.strikes():
            return HTTPStatus.INTERNAL_SERVER_ERROR, "broken on purpose"
        return route(self.base_port)


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for a service."""

    server: Service

    def do_GET(self) -> None:
        """Answer a GET."""
        if self.path == "/metrics":
            self._send(HTTPStatus.OK, generate_latest(self.server.registry), "text/plain; version=0.0.4; charset=utf-8")
        else:
            self._answer()

    def do_POST(self) -> None:
        """Answer a POST; the services need no body."""
        self._answer()

    def _answer(self) -> None:
        status, body = self.server.answer(self.command, self.path)
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the standard library's
        """Write no access log: the counters tell."""


def main() -> None:
    """Serve until the lifeline ends."""
    parser = argparse.ArgumentParser(description="One service of the shop.")
    parser.add_argument("name", choices=sorted(ROUTES))
    parser.add_argument("--base-port", type=int, default=CONTROL_PORT)
    options = parser.parse_args()
    disable_created_metrics()
    service = Service(options.name, options.base_port)
    lifeline.hold(service.trouble.become)
    service.serve_forever()


if __name__ == "__main__":
    main()
