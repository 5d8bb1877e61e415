"""A channel that ends here, for tests that look at what was sent."""

from __future__ import annotations

import asyncio

from watchbill.practices.oncall.model import DeliveryError, Message, Receipt


class Outlet:
    """A channel that ends here: it keeps what it was given, and does before that what it is told to."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.reached = asyncio.Event()
        self.fails: DeliveryError | Exception | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def send(self, message: Message) -> Receipt:
        """Keep the message, wait while the outlet is not open, and fail where it is to fail."""
        self.got.append(message)
        self.reached.set()
        await self.open.wait()
        if self.fails is not None:
            raise self.fails
        return Receipt("taken")
