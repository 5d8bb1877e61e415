"""`watchbill invite` and `watchbill access`: access given and taken at the machine's console, by whoever may read the database."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import click

from watchbill.accounts.model import Access, Ended, address_in
from watchbill.lib.errors import Invalid
from watchbill.org.values import EntityRef
from watchbill.settings import Settings

from .columns import aligned
from .console import opened
from .serving import settings_from, store_options


@click.command()
@click.argument("email")
@click.option("--as", "person", metavar="USER", help="Who they are in the catalog, as in user:ana.")
@click.option("--admin", is_flag=True, help="The person may administer watchbill.")
@store_options
def invite(
    email: str, person: str | None, admin: bool, data: Path | None, database: str | None, config_file: Path | None
) -> None:
    """Print a one-time link with which EMAIL sets a password and signs in. It is good for two days.

    Whoever has the address in the catalog is the person; where nobody has, say who it is with --as.
    """
    settings = settings_from(config_file, data=data, database=database)
    secret = asyncio.run(_invite(settings, address_in(email), _user(person), admin=admin))
    click.echo(f"{settings.public_url}/welcome/{secret}")
    if not settings.base_url:
        click.echo(
            f"base_url is not set, so the link begins with {settings.public_url}. Where the server is reached otherwise, set it for "
            "both: WATCHBILL_BASE_URL, or base_url in the file of --config.",
            err=True,
        )


@click.group()
def access() -> None:
    """Who may sign in, and ending it."""


@access.command("list")
@store_options
def list_(data: Path | None, database: str | None, config_file: Path | None) -> None:
    """List every e-mail address that has or had a way in."""
    settings = settings_from(config_file, data=data, database=database)
    found = asyncio.run(_list(settings))
    if not found:
        click.echo("Nobody has access yet. Start with: watchbill invite E-MAIL")
    for line in aligned([_row(each) for each in found], indent=0):
        click.echo(line)


@access.command()
@click.argument("email")
@store_options
def revoke(email: str, data: Path | None, database: str | None, config_file: Path | None) -> None:
    """End every way in that EMAIL has: sessions, one-time links, tokens and the password."""
    settings = settings_from(config_file, data=data, database=database)
    ended = asyncio.run(_revoke(settings, email))
    counted = ((ended.sessions, "session"), (ended.tokens, "token"), (ended.invitations, "one-time link"))
    told = ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted)
    click.echo(f"{email} may not sign in any more. Ended: {told}.")


def _user(text: str | None) -> EntityRef | None:
    if text is None:
        return None
    try:
        user = EntityRef.parse(text, kind="user")
    except ValueError as error:
        raise Invalid(f"{error}.", "As in --as user:ana.") from error
    if user.kind != "user":
        raise Invalid(f"“{user}” is no person.", "As in --as user:ana.")
    return user


def _row(found: Access) -> tuple[str, ...]:
    account, invitation = found.account, found.invitation
    person = account.user if account else invitation.user if invitation else None
    is_admin = account.is_admin if account else invitation is not None and invitation.is_admin
    return (
        found.email,
        str(person) if person else "nobody in the catalog" if account else "not said yet",
        "administrator" if is_admin else "",
        _state(found),
        f"sessions: {found.sessions}",
        f"tokens: {found.tokens}",
    )


def _state(found: Access) -> str:
    invited = f"invited until {_minute(found.invitation.expires_at)}" if found.invitation else ""
    if found.account is None:
        return invited
    revoked = found.account.disabled_at
    state = f"revoked {_minute(revoked)}" if revoked else f"since {_minute(found.account.created_at)}"
    return f"{state}, {invited}" if invited else state


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}"


async def _invite(settings: Settings, email: str, user: EntityRef | None, *, admin: bool) -> str:
    from watchbill.bootstrap import now

    async with opened(settings, may_make=True) as console:
        return await console.accounts.invite(email, now(), is_admin=admin, user=user)


async def _list(settings: Settings) -> list[Access]:
    from watchbill.bootstrap import now

    async with opened(settings) as console:
        return await console.accounts.access(now())


async def _revoke(settings: Settings, email: str) -> Ended:
    from watchbill.bootstrap import now

    async with opened(settings) as console:
        return await console.accounts.revoke_access(email, now())
