"""`watchbill init`: write a small organisation to start from, with comments that teach each field."""

from __future__ import annotations

import re
import shlex
import unicodedata
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from string import Template

import click

from watchbill.lib.clock import SystemClock
from watchbill.lib.errors import Conflict, Invalid

FILES = ("org.yaml", "people.yaml", "services.yaml", "goals.yaml", "sre.yaml", "watches.yaml")
_NEXT = {"lint": "list all faults, with file and line", "show": "see what the files say", "up": "run it"}
_MOST_LISTED = 5
_NO_LETTERS = re.compile(r"[\W_]+")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write a small starting folder into DIR, which must be new or empty."""
    write_starting_folder(folder, SystemClock().now().date())
    click.echo(f"{folder} is an organisation to start from: {', '.join(FILES)}.")
    click.echo("Read the files in this order and change what their comments say; then:\n")
    commands = {f"watchbill {command} {shlex.quote(str(folder))}": what for command, what in _NEXT.items()}
    for command, what in commands.items():
        click.echo(f"  {command:<{max(map(len, commands))}}  {what}")


def write_starting_folder(folder: Path, today: date) -> None:
    """Write the files. Raises Conflict for a folder in use (a .git in it does not count), Invalid where none can be made."""
    try:
        _refuse_contents(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in _filled_in(folder.resolve().name, today).items():
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise Invalid(
            f"The folder cannot be written: {error.strerror}.", "Name another, or change its permissions.", str(folder)
        ) from error


def _refuse_contents(folder: Path) -> None:
    if folder.is_file():
        raise Conflict("This is a file, not a folder.", "Name a folder that is new or empty.", str(folder))
    found = sorted(path.name for path in folder.iterdir() if path.name != ".git") if folder.is_dir() else []
    if not found:
        return
    more = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    listed = ", ".join(found[:_MOST_LISTED])
    raise Conflict(f"The folder is not empty: {listed}{more}.", "Name a folder that is new or empty.", str(folder))


def _filled_in(called: str, today: date) -> dict[str, str]:
    """Return the files by name. Turns begin on the last Monday before today, so that somebody is on watch at once."""
    words = _NO_LETTERS.sub(" ", called).strip()[:60].strip() or "company"
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    fields = {
        "name": "-".join(plain.split()) or "company",
        "title": f'"{words[0].upper()}{words[1:]}"',
        "today": today.isoformat(),
        "monday": (today - timedelta(days=today.weekday() or 7)).isoformat(),
    }
    templates = resources.files(f"{__package__}.starting_folder")
    return {name: Template((templates / name).read_text(encoding="utf-8")).substitute(fields) for name in FILES}
