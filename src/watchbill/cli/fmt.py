"""`watchbill fmt --upgrade FILE…`: documents of an older version written anew as the version that is read, where they stand."""

from __future__ import annotations

from pathlib import Path

import click

from watchbill.lib.errors import Invalid

from .leaving import leave


@click.command()
@click.option("--upgrade", is_flag=True, help="Write documents of OpenSLO v1alpha as OpenSLO v1.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def fmt(files: tuple[Path, ...], *, upgrade: bool) -> None:
    """Write the documents of FILES in the form that is read today.

    Each file is replaced; other documents in it stay as they are. Comments inside upgraded documents are lost, and it is said. Exit
    status: 0, or 1 when something could not be upgraded; then its file is left alone.
    """
    if not upgrade:
        raise Invalid("There is nothing to do.", "Ask for --upgrade.")
    from watchbill.imports.openslo_v1alpha import upgrade as upgraded

    has_failed = False
    for file in files:
        try:
            found = upgraded(file.read_text(encoding="utf-8-sig"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(
                f"“{file}” cannot be read: {error}.", "Give a text file in UTF-8 that can be read."
            ) from error
        for fault in found.faults:
            click.echo(f"{fault.place}: {fault.message} {fault.hint}".rstrip(), err=True)
        if found.text is None:
            has_failed = True
            continue
        if found.names:
            file.write_text(found.text, encoding="utf-8")
        lost = " Its comments inside them are lost." if found.lost_comments else ""
        click.echo(f"{file}: {', '.join(found.names) or 'nothing'} upgraded.{lost}")
    leave(1 if has_failed else 0)
