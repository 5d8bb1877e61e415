"""A small HTTP server on loopback that answers what a test tells it to, whole or broken."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs


@dataclass
class Reply:
    """What to answer: `cut` sends only so many bytes of the body; `delay` and `after` are waited for first; `to` redirects."""

    body: str = ""
    status: int = 200
    kind: str = "application/json"
    delay: float = 0
    after: asyncio.Event | None = None
    cut: int | None = None
    to: str = ""


@dataclass
class Server:
    """`reply` makes an answer of path and form; `asked` are the forms that came in, `heads` their headers.

    `busiest` is how many were answered at once.
    """

    url: str
    reply: Callable[[str, dict[str, str]], Reply]
    asked: list[dict[str, str]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0
    running: set[asyncio.Task[None]] = field(default_factory=set)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._one(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.running.discard(task)

    async def stop(self) -> None:
        """End what is still being answered."""
        running = list(self.running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length")), 0
        )
        body = (await reader.readexactly(length)).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.asked.append(form)
        lines = [line.split(": ", 1) for line in head.split("\r\n")[1:] if line]
        self.heads.append({name.lower(): value for name, value in lines})
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        reply = self.reply(head.split(" ")[1], form)
        await asyncio.sleep(reply.delay)
        if reply.after is not None:
            await reply.after.wait()
        self.busy -= 1
        content = reply.body.encode(errors="surrogateescape")
        head = f"HTTP/1.1 {reply.status} X\r\nContent-Type: {reply.kind}\r\nConnection: close"
        head += f"\r\nLocation: {reply.to}" if reply.to else ""
        writer.write(f"{head}\r\nContent-Length: {len(content)}\r\n\r\n".encode())
        writer.write(content[: reply.cut])
        await writer.drain()


@contextlib.asynccontextmanager
async def serving(reply: Callable[[str, dict[str, str]], Reply] | Reply) -> AsyncIterator[Server]:
    """Run the server while the block lasts."""
    answer = reply if callable(reply) else lambda _path, _form: reply
    server = Server("", answer)
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        await server.stop()
        await listener.wait_closed()


def matrix(*series: tuple[dict[str, str], list[list[object]]], **more: object) -> Reply:
    """Return a Prometheus answer of these series: metric and [seconds, value] pairs."""
    result = [{"metric": metric, "values": values} for metric, values in series]
    return Reply(json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}, **more}))
