"""Runs the shop: `python run.py` starts every part and keeps it running until Ctrl-C or SIGTERM.

The control API answers on the base port (8410), the services on the ports after it (addresses.py).
"""

import argparse
import signal
import socket
import sys
import threading

from addresses import CONTROL_PORT, HOST, STEPS
from control import Control
from supervisor import Shop


def main() -> int:
    """Run the shop; return the exit status: 0, or 1 when it cannot start."""
    options = _options()
    if taken := [port for port in range(options.base_port, options.base_port + len(STEPS) + 1) if _is_taken(port)]:
        print(f"shop: port {taken[0]} is taken; end what uses it, or choose others with --base-port", file=sys.stderr)
        return 1
    ending = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda _sign, _frame: ending.set())
    if options.end_with_stdin:
        threading.Thread(target=_wait_for_end, args=[ending], daemon=True).start()
    shop = Shop(options.base_port, options.settlement_every)
    control = Control(shop)
    threading.Thread(target=control.serve_forever, daemon=True).start()
    try:
        shop.start()
        print(f"shop: open; control at http://{HOST}:{options.base_port}/", flush=True)
        shop.watch(ending)
    finally:
        shop.end()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A small shop to break.")
    parser.add_argument(
        "--base-port", type=int, default=CONTROL_PORT, help="port of the control API; the parts follow it"
    )
    parser.add_argument("--settlement-every", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when standard input does")
    return parser.parse_args()


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _wait_for_end(ending: threading.Event) -> None:
    sys.stdin.read()
    ending.set()


if __name__ == "__main__":
    sys.exit(main())
