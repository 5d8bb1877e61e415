"""The organisation's folder as commands take it, and read for a command that answers from files alone."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.errors import Invalid
from watchbill.lib.instants import rfc3339

if TYPE_CHECKING:
    from watchbill.org.in_force import Reading
    from watchbill.org.organization import Organization

_FOLDER = click.Path(path_type=Path)


def org_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add --org DIR, for a command that asks the running server without it: `folder`, or None."""
    return click.option(
        "--org", "folder", type=_FOLDER, metavar="DIR", help="Ask the organisation in this folder, not the server."
    )(command)


def org_argument(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument ORG_DIR, for which --org DIR may stand, as in `explain`. A file in its place is refused as a folder is read."""

    @functools.wraps(command)
    def with_folder(org_dir: Path | None, **options: Any) -> None:
        if org_dir is None:
            raise click.UsageError("Missing argument 'ORG_DIR': the folder with the organisation's files.")
        command(org_dir=org_dir, **options)

    return _org_argument(with_folder, "ORG_DIR")


def org_argument_or_server(command: Callable[..., None]) -> Callable[..., None]:
    """Add the argument ORG_DIR as `org_argument` does, for a command that asks the running server without it: `org_dir`, or None."""
    return _org_argument(command, "[ORG_DIR]")


def _org_argument(command: Callable[..., None], shown_as: str) -> Callable[..., None]:
    @functools.wraps(command)
    def with_folder(org_dir: Path | None, folder: Path | None, **options: Any) -> None:
        named = org_dir or folder
        if org_dir is not None and folder not in (None, org_dir):
            raise click.UsageError(f"Two folders are given, {org_dir} and {folder}: name one.")
        if named is not None and named.is_file():
            from watchbill.org.folder import check_is_folder

            check_is_folder(named)
        command(org_dir=named, **options)

    option = click.option("--org", "folder", type=_FOLDER, metavar="DIR", help="The same as ORG_DIR.")
    return click.argument("org_dir", required=False, metavar=shown_as, type=_FOLDER)(option(with_folder))


def organization_in(folder: Path, at: datetime) -> Organization:
    """Return the organisation declared in a folder, with who holds which pager checked from `at` on.

    Raises Invalid where it has errors, NotFound where there is no folder.
    """
    return read_in_force(folder, at)[0]


def read_in_force(folder: Path, at: datetime) -> tuple[Organization, Reading]:
    """Return the organisation declared in a folder as `organization_in` does, and the reading with what lint says of it."""
    from watchbill.org.folder import read

    gc.disable()  # nothing of an organisation is garbage as long as the command runs, and to search it takes seconds
    reading = read(folder, at)
    if reading.organization is None:
        first = reading.errors[0]
        count = len(reading.errors)
        raise Invalid(
            f"{folder} has {count} error{'s' if count > 1 else ''}, the first: {first.message}",
            f"`watchbill lint {folder} --at {rfc3339(at)}` lists them all.",
            str(first.place),
        )
    return reading.organization, reading
