"""The settlement: a workflow that runs every minute, reads the takings from payments and books them.

    python settlement.py --base-port 8410 --every 60

A run tries three times before it counts as failed. Between runs the process only serves its counters.
"""

import argparse
import time
from http import HTTPStatus

import lifeline
from addresses import CONTROL_PORT, HOST, port_of
from prometheus_client import CollectorRegistry, Counter, disable_created_metrics, start_http_server
from service import ask
from trouble import Trouble

TRIES = 3
PAUSE_SECONDS = 1.0


def settle(base_port: int, trouble: Trouble) -> bool:
    """Run the workflow once; return whether it succeeded."""
    if trouble.strikes():
        return False
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        status, _ = ask("payments", "GET", "/takings", base_port)
        if status == HTTPStatus.OK:
            return True
    return False


def main() -> None:
    """Run at every full minute (or whatever `--every` says) until the lifeline ends."""
    parser = argparse.ArgumentParser(description="The settlement workflow of the shop.")
    parser.add_argument("--base-port", type=int, default=CONTROL_PORT)
    parser.add_argument("--every", type=float, default=60.0, help="seconds from run to run")
    options = parser.parse_args()
    disable_created_metrics()
    registry, trouble = CollectorRegistry(), Trouble(seed="settlement")
    runs = Counter("workflow_runs_total", "Runs that ended, by outcome.", ["workflow", "outcome"], registry=registry)
    counters = {
        succeeded: runs.labels("settlement", name) for succeeded, name in {True: "succeeded", False: "failed"}.items()
    }
    lifeline.hold(trouble.become)
    start_http_server(port_of("settlement", options.base_port), HOST, registry)
    while True:
        time.sleep(options.every - time.time() % options.every)
        counters[settle(options.base_port, trouble)].inc()


if __name__ == "__main__":
    main()
