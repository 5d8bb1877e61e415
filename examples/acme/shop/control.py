"""The control API of the shop: what runs, break it, mend it. JSON on 127.0.0.1.

    GET  /        what every part does now
    POST /break   {"service": "payments", "errors": 0.3, "latency": 0.8, "stop": false}   at least one of the last three
    POST /mend    {"service": "payments"}, or {} for everything

A refusal is {"what": ..., "mend": ...}. Bodies must say that they are JSON, which keeps other web pages from sending any.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from addresses import HOST
from supervisor import Shop, service_names

LONGEST_BODY = 4096
LONGEST_LATENCY_SECONDS = 10.0


@dataclass
class Refusal(Exception):
    """The order cannot be followed: the status, what is wrong and how to mend it."""

    status: HTTPStatus
    what: str
    mend: str


class Control(ThreadingHTTPServer):
    """Serves the control API for one shop."""

    daemon_threads = True

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        super().__init__((HOST, shop.base_port), Handler)


class Handler(BaseHTTPRequestHandler):
    """Speaks HTTP for the control API."""

    server: Control

    def do_GET(self) -> None:
        """Answer with the state of the shop."""
        if self.path == "/":
            self._send(HTTPStatus.OK, self.server.shop.state())
        else:
            self._refuse(Refusal(HTTPStatus.NOT_FOUND, f"There is no page {self.path}.", "Ask for /."))

    def do_POST(self) -> None:
        """Follow an order."""
        try:
            self._follow(self._order())
        except Refusal as refusal:
            self._refuse(refusal)
        else:
            self._send(HTTPStatus.OK, self.server.shop.state())

    def _follow(self, order: dict[str, Any]) -> None:
        if self.path == "/break":
            self.server.shop.break_(read_service(order), **read_trouble(order))
        elif self.path == "/mend":
            self.server.shop.mend(read_service(order) if "service" in order else None)
        else:
            raise Refusal(HTTPStatus.NOT_FOUND, f"There is no order {self.path}.", "Send /break or /mend.")

    def _order(self) -> dict[str, Any]:
        if self.headers.get_content_type() != "application/json":
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The order is not JSON.", "Send application/json.")
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LONGEST_BODY:
            raise Refusal(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The order has no length or is too long.", "Send a short one."
            )
        try:
            order = json.loads(self.rfile.read(int(length)))
        except ValueError:
            order = None
        if not isinstance(order, dict):
            raise Refusal(
                HTTPStatus.BAD_REQUEST, "The order is no JSON object.", 'Send one such as {"service": "payments"}.'
            )
        return order

    def _refuse(self, refusal: Refusal) -> None:
        self.close_connection = True
        self._send(refusal.status, {"what": refusal.what, "mend": refusal.mend})

    def _send(self, status: HTTPStatus, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the standard library's
        """Write no access log."""


def read_service(order: dict[str, Any]) -> str:
    """Return the service that the order names."""
    name = order.get("service")
    if name not in service_names():
        known = ", ".join(service_names())
        raise Refusal(HTTPStatus.NOT_FOUND, f"The shop has no service “{name}”.", f"It has {known}.")
    return str(name)


def read_trouble(order: dict[str, Any]) -> dict[str, Any]:
    """Return what the order wants broken, as the arguments of `Shop.break_`."""
    if unknown := sorted(set(order) - {"service", "errors", "latency", "stop"}):
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"“{unknown[0]}” is no way to break it.",
            "There are errors, latency and stop.",
        )
    errors = _number(order, "errors", 1.0)
    latency = _number(order, "latency", LONGEST_LATENCY_SECONDS)
    stop = order.get("stop", False)
    if not isinstance(stop, bool):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "stop is neither true nor false.", "Send true or false.")
    if errors is None and latency is None and not stop:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Nothing is to be broken.", "Send errors, latency or stop.")
    return {"errors": errors, "latency": latency, "stop": stop}


def _number(order: dict[str, Any], name: str, largest: float) -> float | None:
    value = order.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= largest:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            f"{name} is no number from 0 to {largest:g}.",
            "Shares are fractions, times seconds.",
        )
    return float(value)
