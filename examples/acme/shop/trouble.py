"""What is wrong with a part of the shop on purpose: a share of its requests fails, and each takes longer."""

import random
import threading
import time
from typing import Any

_HAND = 100


class Trouble:
    """None at first. `errors` is a share from 0 to 1, `latency` is in seconds.

    Failures are dealt like cards: of every hundred requests exactly the share given fails, in an order that the seed fixes.
    """

    def __init__(self, seed: str) -> None:
        self.errors = 0.0
        self.latency = 0.0
        self._random = random.Random(seed)
        self._cards: list[bool] = []
        self._lock = threading.Lock()

    def become(self, order: dict[str, Any]) -> None:
        """Take the place of the trouble so far."""
        with self._lock:
            self.errors, self.latency = float(order["errors"]), float(order["latency"])
            self._cards = []

    def strikes(self) -> bool:
        """Wait for the extra time of one request, and return whether that request is to fail."""
        time.sleep(self.latency)
        with self._lock:
            if not self._cards:
                self._deal()
            return self._cards.pop()

    def _deal(self) -> None:
        failing = int(self.errors * _HAND + self._random.random())
        self._cards = [place < failing for place in range(_HAND)]
        self._random.shuffle(self._cards)
