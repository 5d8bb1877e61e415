"""The demo's shop as it really runs: its processes, its counters, how it breaks, mends and ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.servers import answers, wait_for
from tests.shop import RUN, RunningShop, ask, is_alive, running_shop


def test_every_service_counts_what_the_customers_ask(shop: RunningShop) -> None:
    for service in ("catalog", "cart", "payments", "login"):
        wait_for(lambda service=service: shop.requests(service, 200) > 0, f"{service} was asked")
    counters = shop.counters("payments")
    assert counters['http_requests_total{code="500",service="payments"}'] == 0
    in_time = counters['http_request_duration_seconds_bucket{le="0.3",service="payments"}']
    assert 0 < in_time <= counters['http_request_duration_seconds_count{service="payments"}']


def test_the_settlement_runs_again_and_again(shop: RunningShop) -> None:
    before = shop.runs("succeeded")
    wait_for(lambda: shop.runs("succeeded") >= before + 2, "two runs succeeded")


def test_thirty_percent_errors_are_thirty_percent_and_mending_ends_them(shop: RunningShop) -> None:
    shop.order("/break", {"service": "payments", "errors": 0.3})
    failed_before, good_before = shop.requests("payments", 500), shop.requests("payments", 200)
    with ThreadPoolExecutor(16) as customers:
        list(customers.map(lambda _: shop.pay(), range(500)))
    failed, good = shop.requests("payments", 500) - failed_before, shop.requests("payments", 200) - good_before
    assert failed + good >= 500
    assert 0.25 < failed / (failed + good) < 0.35  # dealt by the hundred: at most 21 requests off at any moment
    shop.order("/mend", {"service": "payments"})
    assert {shop.pay() for _ in range(20)} == {200}


def test_a_failing_payment_fails_the_checkout(shop: RunningShop) -> None:
    before = shop.requests("cart", 502)
    shop.order("/break", {"service": "payments", "errors": 1})
    wait_for(lambda: shop.requests("cart", 502) > before, "checkouts fail")
    shop.order("/break", {"service": "payments", "errors": 0})
    assert shop.state("payments")["errors"] == 0


def test_the_cart_does_without_the_catalog(shop: RunningShop) -> None:
    shop.order("/break", {"service": "catalog", "stop": True})
    assert json.loads(ask(shop.url("cart", "/basket"))[1]) == ["item 1", "item 3"]
    shop.order("/mend", {})
    wait_for(lambda: answers(shop.url("catalog", "/metrics")), "the catalog is back")
    assert json.loads(ask(shop.url("cart", "/basket"))[1]) == ["sextant", "hourglass"]


def test_latency_makes_requests_miss_the_bound(shop: RunningShop) -> None:
    shop.order("/break", {"service": "login", "latency": 0.4})

    def late() -> float:
        counters = shop.counters("login")
        return (
            counters['http_request_duration_seconds_count{service="login"}']
            - counters['http_request_duration_seconds_bucket{le="0.3",service="login"}']
        )

    before = late()
    wait_for(lambda: late() >= before + 3, "logins take longer than 300 ms")


def test_what_is_stopped_stays_stopped_until_mended_and_customers_come_back(shop: RunningShop) -> None:
    shop.order("/break", {"service": "login", "stop": True})
    assert shop.state("login") | {"port": 0} == {
        "name": "login", "state": "stopped", "pid": None, "restarts": 0, "port": 0, "errors": 0.0, "latency": 0.0,
    }  # fmt: skip
    assert not answers(shop.url("login", "/metrics"))
    shop.order("/mend", {"service": "login"})
    wait_for(lambda: answers(shop.url("login", "/metrics")), "login is back")
    wait_for(lambda: shop.requests("login", 200) > 0, "customers log in again")


def test_a_stopped_payments_service_makes_runs_of_the_settlement_fail(shop: RunningShop) -> None:
    before = shop.runs("failed")
    shop.order("/break", {"service": "payments", "stop": True})
    wait_for(lambda: shop.runs("failed") > before, "a run failed")


def test_a_service_that_dies_is_restarted_in_the_trouble_it_had(shop: RunningShop) -> None:
    shop.order("/break", {"service": "payments", "errors": 1})
    dead = shop.state("payments")["pid"]
    os.kill(dead, signal.SIGKILL)
    wait_for(lambda: shop.state("payments")["restarts"] == 1, "payments was restarted")
    wait_for(lambda: answers(shop.url("payments", "/metrics")), "payments is back")
    assert shop.state("payments")["pid"] != dead
    assert shop.pay() == 500


@pytest.mark.parametrize(
    ("path", "order", "status"),
    [
        ("/break", {"service": "carts", "errors": 0.3}, 404),
        ("/break", {"service": "cart"}, 422),
        ("/break", {"service": "cart", "errors": 1.5}, 422),
        ("/break", {"service": "cart", "latency": "800ms"}, 422),
        ("/break", {"service": "cart", "smoke": True}, 422),
        ("/mend", {"service": "carts"}, 404),
        ("/mend", ["cart"], 400),
        ("/sink", {"service": "cart"}, 404),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_what_to_do(
    shop: RunningShop, path: str, order: Any, status: int
) -> None:
    answered, why = shop.order(path, order)
    assert answered == status
    assert set(why) == {"what", "mend"}


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_running_however_the_supervisor_ends(sign: signal.Signals) -> None:
    with running_shop() as shop:
        pids = shop.pids()
        shop.process.send_signal(sign)
        assert shop.process.wait(20) == (0 if sign is not signal.SIGKILL else -signal.SIGKILL)
        wait_for(lambda: not any(map(is_alive, pids)), "all processes are gone", seconds=5)


def test_it_can_end_with_its_standard_input() -> None:
    with running_shop("--end-with-stdin") as shop:
        pids = shop.pids()
        assert shop.process.stdin is not None
        shop.process.stdin.close()
        assert shop.process.wait(20) == 0
        assert not any(map(is_alive, pids))


def test_a_taken_port_is_named_and_nothing_is_started(shop: RunningShop) -> None:
    command = [sys.executable, str(RUN), "--base-port", str(shop.base_port)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert f"port {shop.base_port} is taken" in second.stderr
