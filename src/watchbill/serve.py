"""Runs the server and the engine side by side in one loop, and ends both together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import uvicorn

from watchbill.bootstrap import Watchbill, build, doors_of, engine_of
from watchbill.engine.instance import Instance
from watchbill.lib.errors import Unavailable
from watchbill.lib.log import LogLines, log_to
from watchbill.settings import Settings
from watchbill.web.app import create_app

GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    """Ends on SIGINT and SIGTERM, and does not raise them again as its parent does: what stands around it closes in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Listen to both signals while the server runs."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(sign, self.handle_exit, sign, None)
        try:
            yield
        finally:
            for sign in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(sign)


def serve(org_dir: Path, settings: Settings) -> int:
    """Run until interrupted; return the exit status."""
    log = log_to(sys.stderr, settings.log_format)
    try:
        instance = Instance(settings.data)
        try:
            return asyncio.run(_serve(org_dir, settings, instance, log))
        finally:
            instance.close()
    finally:
        log.close()


async def _serve(org_dir: Path, settings: Settings, instance: Instance, log: LogLines) -> int:
    watchbill = await build(org_dir, settings, instance)
    watchbill.registry.register(log)
    engine = engine_of(watchbill)
    server = _Server(
        uvicorn.Config(
            create_app(doors_of(watchbill, engine)),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    async with _mail_sink(watchbill):
        await _welcome(watchbill, settings)
        running = asyncio.create_task(engine.run(), name="engine")
        running.add_done_callback(lambda _: setattr(server, "should_exit", True))
        try:
            await server.serve()
        except SystemExit as error:
            raise Unavailable(
                f"Port {settings.port} on {settings.host} cannot be listened on.", "Choose another with --port."
            ) from error
        finally:
            await _stop(running)
            await watchbill.close()
    return 0


async def _stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@contextlib.asynccontextmanager
async def _mail_sink(watchbill: Watchbill) -> AsyncIterator[None]:
    if watchbill.mail_sink is None:
        yield
        return
    watchbill.mail_sink.start()
    try:
        yield
    finally:
        watchbill.mail_sink.stop()


async def _welcome(watchbill: Watchbill, settings: Settings) -> None:
    """Print where to look, that nobody can be mailed if so, and on the first start the administrator's one-time link."""
    _say(f"watchbill: {watchbill.organization.organization.title} at {settings.public_url}")
    if not settings.smtp_host:
        _say(
            "watchbill: no mail server is set (WATCHBILL_SMTP_HOST): pages wait in the inbox, and their mail waits for one"
        )
    secret = await watchbill.accounts.first_start_link(_administrator(watchbill), watchbill.clock.now())
    if secret is None:
        return
    link = f"{settings.public_url}/welcome/{secret}"
    file = settings.data / "first-start-link"
    file.touch(mode=0o600)
    file.write_text(f"{link}\n", encoding="utf-8")
    _say(f"watchbill: sign in for the first time with {link}")


def _say(line: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # nobody may be there to read
        print(line, flush=True)  # noqa: T201


def _administrator(watchbill: Watchbill) -> str:
    organization = watchbill.organization.organization
    for user in sorted(organization.admins):
        person = organization.users.get(user)
        if person is not None and person.email:
            return person.email
    return "admin@localhost"
