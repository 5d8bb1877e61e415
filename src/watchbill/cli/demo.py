"""`watchbill demo`: run the example organisation with its shop in one command, break the shop and mend it."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import click

from watchbill.lib.durations import THIN
from watchbill.lib.numbers import target

from .amounts import Seconds, Share
from .serving import settings_from

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])
SHOP_URL = "http://127.0.0.1:8410"
_MAIL_PORT = 8425
_BROKEN = "payments"
_LONGEST_LATENCY = 10

_READY = """
watchbill is ready.

  Look      {url}
  Sign in   with the link printed above: it works once, and makes you the administrator.
            Say that you are {person}: then the page comes to you, and you sign in
            again with the address beside the name
  Mail      {url}/mail has what watchbill would send
  Shop      {program} demo status
  Log       {data}/log
  Token     {program} token create --name me --scope read --data {data}
            token, invite and access find the demo's database by this --data alone

Now break something. In a second terminal, in this folder:

  {program} demo break payments --errors 30%

Within about three minutes the goal “payments-availability” burns fast enough to wake somebody: an incident opens, and
{person}, on watch for payments, has a page in the inbox and a mail with a link. Acknowledge it, read on the incident's
page how it came to that, then mend the shop and see the incident resolve:

  {program} demo mend

Ctrl-C ends everything.
"""


def _shop_option(command: _Decorated) -> _Decorated:
    return click.option(
        "--shop", "url", envvar="WATCHBILL_SHOP", default=SHOP_URL, metavar="URL", show_default=True,
        help="Where the shop's control answers.",
    )(command)  # fmt: skip


@click.group()
def demo() -> None:
    """Run the example organisation with its shop, break it and mend it."""


@demo.command()
@click.option("--org", "folder", default="examples/acme", show_default=True, type=click.Path(path_type=Path))
@click.option("--port", default=8400, show_default=True, help="Port of watchbill.")
@click.option("--data", type=click.Path(path_type=Path), help="Keep the database here; default: a new one each time.")
def start(folder: Path, port: int, data: Path | None) -> None:
    """Run the shop, the mail sink and watchbill until interrupted."""
    from watchbill.serve import serve

    from .shop import open_shop, refuse_taken

    mail = {"smtp_host": "127.0.0.1", "smtp_port": _MAIL_PORT, "mail_sink_port": _MAIL_PORT}
    with _data_folder(data) as kept:
        own = {"data": kept, "database": ""}  # never the database that the environment names
        settings = settings_from(None, port=port, **own, **mail)
        refuse_taken(settings.public_url)
        words = ready_words(settings.public_url, _on_watch(folder), kept, _program())
        with open_shop(folder / "shop", SHOP_URL), _logging_to(kept / "log"):
            threading.Thread(target=_say_when_ready, args=[settings.public_url, words], daemon=True).start()
            exit_status = serve(folder, settings)
    sys.exit(exit_status)


@contextlib.contextmanager
def _data_folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="watchbill-demo-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """Keep the log out of the terminal, where it would carry away what to do next."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8", buffering=1) as log, contextlib.redirect_stderr(log):
        yield


def _on_watch(folder: Path) -> str:
    """Return who would be paged now for the service that the demo breaks."""
    from watchbill.lib.clock import SystemClock
    from watchbill.teams.explain import explain_page, thing_named, usual_class

    from .folders import organization_in

    now = SystemClock().now()
    organization = organization_in(folder, now)
    thing = thing_named(organization, _BROKEN)
    paged = explain_page(organization, thing.ref, usual_class(thing), now).paged
    return paged[0].title if paged else "one of the people in the list"


def ready_words(url: str, person: str, data: Path, program: str) -> str:
    """Return what to do once the demo runs; every command in it can be pasted, `data` being where the database is."""
    return _READY.format(url=url, person=person, data=shlex.quote(str(data.resolve())), program=program)


def _say_when_ready(url: str, words: str) -> None:
    from .shop import answers

    while not answers(f"{url}/readyz"):
        time.sleep(0.2)
    click.echo(words)


def _program() -> str:
    """Return how this program was called, so that what is printed can be pasted."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "watchbill" and not called.is_absolute() else "watchbill"


@demo.command("break")
@click.argument("service")
@click.option("--errors", type=Share(), metavar="PERCENT", help="Share of requests that fail, as in 30%.")
@click.option("--latency", type=Seconds(_LONGEST_LATENCY), metavar="TIME", help="Extra time, as in 800ms or 2s.")
@click.option("--stop", is_flag=True, help="End the process until it is mended.")
@_shop_option
def break_(service: str, errors: Fraction | None, latency: Fraction | None, stop: bool, url: str) -> None:
    """Make SERVICE of the shop fail, slow down or stop."""
    from .shop import ask

    if errors is None and latency is None and not stop:
        raise click.UsageError("Say what to break: --errors 30%, --latency 800ms or --stop.")
    order: dict[str, Any] = {"service": service, "stop": stop}
    if errors is not None:
        order["errors"] = float(errors)
    if latency is not None:
        order["latency"] = float(latency)
    parts = ask(url, "/break", order)["services"]
    click.echo(_in_words(next(part for part in parts if part["name"] == service)))
    for line in _what_follows(errors, latency, stop):
        click.echo(line)
    click.echo(f"Mend it with: {_program()} demo mend {service}")


def _what_follows(errors: Fraction | None, latency: Fraction | None, stop: bool) -> Iterator[str]:
    if errors:
        yield (
            f"A goal of {target('99.9')} calls for a page within about three minutes of {target('30')} errors;"
            " fewer errors take longer."
        )
    if latency:
        yield (
            f"A goal of {target('99')} in time calls for a page within about eight minutes,"
            " once every request is too slow."
        )
    if stop:
        yield "What does not answer is shown as not measured; what depends on it fails, and burns."


@demo.command()
@click.argument("service", required=False)
@_shop_option
def mend(service: str | None, url: str) -> None:
    """Let SERVICE, or everything, work again."""
    from .shop import ask

    ask(url, "/mend", {} if service is None else {"service": service})
    click.echo(f"{service or 'Everything'} is mended.")
    click.echo("What is open resolves in about five minutes, when the last five are clean.")


@demo.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@_shop_option
def status(form: str, url: str) -> None:
    """Show what every part of the shop does now."""
    from .shop import ask

    said = ask(url, "/")
    if form == "json":
        click.echo(json.dumps({"schema": "watchbill/demo/v1", **said}, indent=2))
        return
    for part in said["services"]:
        click.echo(_in_words(part))


def _in_words(part: dict[str, Any]) -> str:
    troubles = []
    if part["errors"]:
        failing = f"{part['errors'] * 100:g}"
        troubles.append(f"{target(failing)} fail")
    if part["latency"]:
        troubles.append(f"each takes {part['latency'] * 1000:g}{THIN}ms longer")
    state = {"running": "works", "stopped": "is stopped", "restarting": "is restarting"}[part["state"]]
    words = " and ".join(troubles) if troubles and part["state"] == "running" else state
    return f"{part['name']:<11} port {part['port']}   {words}"
