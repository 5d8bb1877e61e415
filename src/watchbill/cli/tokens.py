"""`watchbill token`: keys for programs, made and revoked at the machine's console, by whoever may read the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from watchbill.accounts.model import ApiToken, TokenScope
from watchbill.lib.errors import Invalid
from watchbill.org.values import Duration
from watchbill.settings import Settings

from .columns import aligned
from .console import opened
from .serving import settings_from, store_options


@click.group()
def token() -> None:
    """API tokens for programs."""


@token.command()
@click.option("--name", required=True, help="What the token is for, as in alertmanager.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(["read", "write", "alerts"]),
    required=True,
    help="May be repeated.",
)
@click.option("--as", "email", help="The person whom a token with scope write acts as.", metavar="EMAIL")
@click.option("--expires", metavar="DURATION", help="How long it is good, as in 90d; default: until it is revoked.")
@store_options
def create(
    name: str,
    scopes: Sequence[str],
    email: str | None,
    expires: str | None,
    data: Path | None,
    database: str | None,
    config_file: Path | None,
) -> None:
    """Print a new token; it is shown this once. Scopes: read answers, write as a person, alerts in."""
    settings = settings_from(config_file, data=data, database=database)
    click.echo(asyncio.run(_create(settings, name, scopes, email, _span(expires))))


@token.command("list")
@store_options
def list_(data: Path | None, database: str | None, config_file: Path | None) -> None:
    """List the tokens, the newest first, without their secrets."""
    from watchbill.bootstrap import now

    settings = settings_from(config_file, data=data, database=database)
    found = asyncio.run(_list(settings))
    if not found:
        click.echo("There is no token. Make one with: watchbill token create --name NAME --scope SCOPE")
    at = now()
    for line in aligned([_row(each, at) for each in found], indent=0):
        click.echo(line)


@token.command()
@click.argument("token_id", metavar="ID")
@store_options
def revoke(token_id: str, data: Path | None, database: str | None, config_file: Path | None) -> None:
    """Revoke the token with this ID, as `watchbill token list` has it."""
    settings = settings_from(config_file, data=data, database=database)
    asyncio.run(_revoke(settings, token_id))
    click.echo("The token is worth nothing from now on.")


def _span(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return Duration.parse(text).span
    except ValueError as error:
        raise Invalid(f"{error}.", "As in --expires 90d.") from error


def _row(found: ApiToken, at: datetime) -> tuple[str, ...]:
    over = "expired" if found.is_over(at) else "until"
    return (
        found.id,
        found.name,
        ", ".join(sorted(found.scopes)),
        f"as {found.account.name}" if found.account else "as nobody",
        f"{over} {found.expires_at:%Y-%m-%d}" if found.expires_at else "until revoked",
        f"last used {found.last_used_at:%Y-%m-%d}" if found.last_used_at else "never used",
    )


async def _create(
    settings: Settings, name: str, scopes: Sequence[str], email: str | None, lasts: timedelta | None
) -> str:
    from watchbill.bootstrap import now

    async with opened(settings, may_make=email is None) as console:
        account = await console.accounts.account(email) if email else None
        return await console.tokens.create(name, [TokenScope(scope) for scope in scopes], now(), account, lasts=lasts)


async def _list(settings: Settings) -> list[ApiToken]:
    async with opened(settings) as console:
        return await console.tokens.all()


async def _revoke(settings: Settings, token_id: str) -> None:
    from watchbill.bootstrap import now

    async with opened(settings) as console:
        await console.tokens.revoke(token_id, now())
