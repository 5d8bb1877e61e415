"""The inbox: a notice is in it once it is on record, so there is nothing left to send."""

from __future__ import annotations

from watchbill.practices.oncall.model import Message, Receipt


class InboxChannel:
    """Channel `inbox`: the web's inbox shows the notice itself."""

    async def send(self, message: Message) -> Receipt:
        """Say that it is kept."""
        return Receipt(f"kept for {message.recipient}")
