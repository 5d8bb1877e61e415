"""The customers: about twenty requests a second, a little more or less over ten minutes, whatever the answers are.

python load.py --base-port 8410
"""

import argparse
import http.client
import math
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import lifeline
from addresses import CONTROL_PORT, HOST, port_of

REQUESTS_PER_SECOND = 20.0
SWING, PERIOD_SECONDS = 0.15, 600.0
AT_ONCE = 48
PATIENCE_SECONDS = 5.0
VISITS = [
    ("catalog", "GET", "/items"),
    ("cart", "GET", "/basket"),
    ("cart", "POST", "/checkout"),
    ("login", "POST", "/session"),
]
WEIGHTS = [35, 20, 30, 15]


def visit(service: str, method: str, path: str, base_port: int) -> None:
    """Make one request and read the answer; a customer who gets none goes away."""
    connection = http.client.HTTPConnection(HOST, port_of(service, base_port), timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


def come_and_go(base_port: int) -> None:
    """Send customers for ever. Those who come while `AT_ONCE` others wait for an answer turn round at the door."""
    chance, room = random.Random("customers"), threading.Semaphore(AT_ONCE)
    with ThreadPoolExecutor(AT_ONCE) as customers:
        while True:
            rate = REQUESTS_PER_SECOND * (1 + SWING * math.sin(2 * math.pi * time.monotonic() / PERIOD_SECONDS))
            time.sleep(chance.expovariate(rate))
            if room.acquire(blocking=False):
                customers.submit(visit, *chance.choices(VISITS, WEIGHTS)[0], base_port).add_done_callback(
                    lambda _: room.release()
                )


def main() -> None:
    """Send customers until the lifeline ends."""
    parser = argparse.ArgumentParser(description="The customers of the shop.")
    parser.add_argument("--base-port", type=int, default=CONTROL_PORT)
    options = parser.parse_args()
    lifeline.hold(lambda order: None)
    come_and_go(options.base_port)


if __name__ == "__main__":
    main()
