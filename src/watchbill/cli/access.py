"""`watchbill invite` and `watchbill token`: access given at the machine's console, by whoever may read the database."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from watchbill.settings import Settings

from .serving import settings_from, store_options


@click.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="The person may administer watchbill.")
@store_options
def invite(email: str, admin: bool, data: Path | None, database: str | None, config_file: Path | None) -> None:
    """Print a one-time link with which EMAIL sets a password and signs in. It is good for two days."""
    settings = settings_from(config_file, data=data, database=database)
    secret = asyncio.run(_invite(settings, email, admin=admin))
    click.echo(f"{settings.public_url}/welcome/{secret}")


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
@store_options
def create(
    name: str,
    scopes: Sequence[str],
    email: str | None,
    data: Path | None,
    database: str | None,
    config_file: Path | None,
) -> None:
    """Print a new token; it is shown this once. Scopes: read answers, write as a person, alerts in."""
    settings = settings_from(config_file, data=data, database=database)
    click.echo(asyncio.run(_create_token(settings, name, scopes, email)))


async def _invite(settings: Settings, email: str, *, admin: bool) -> str:
    from watchbill.bootstrap import accounts_of, now

    async with accounts_of(settings) as accounts:
        return await accounts.invite(email, now(), is_admin=admin, by="console")


async def _create_token(settings: Settings, name: str, scopes: Sequence[str], email: str | None) -> str:
    from watchbill.accounts.model import TokenScope
    from watchbill.bootstrap import accounts_of, now

    async with accounts_of(settings) as accounts:
        account = await accounts.account(email) if email else None
        return await accounts.create_token(name, [TokenScope(scope) for scope in scopes], now(), account)
