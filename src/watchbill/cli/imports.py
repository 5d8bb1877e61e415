"""`watchbill import`: specs of Sloth, Pyrra and slo-generator as OpenSLO documents, with a report of what became of each field."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from watchbill.lib.errors import Conflict, Invalid, NotFound

from .writing import write_files

if TYPE_CHECKING:
    from watchbill.imports.convert import Imported


class _Window(click.ParamType[timedelta]):
    """Reads a window such as 28d."""

    name = "window"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the length of time. Fails the command where it is none."""
        from watchbill.org.spans import parse_span

        try:
            return parse_span(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


@click.command(name="import")
@click.argument("program", type=click.Choice(["sloth", "pyrra", "slo-generator"]))
@click.argument("paths", metavar="FILE|DIR…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write a file for each goal into this folder; default: all to standard output, the report to stderr.",
)
@click.option(
    "--window",
    type=_Window(),
    metavar="28d",
    help="What goals are judged over where specs do not say: those of Sloth (default 30d) and slo-generator (28d).",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to write the report.")
def import_(program: str, paths: Sequence[Path], out: Path | None, window: timedelta | None, form: str) -> None:
    """Turn the SLO specs of another program into OpenSLO documents for an organisation's folder.

    PROGRAM is sloth, pyrra or slo-generator. The report says of every field of every spec whether it was kept, changed or refused,
    and why; and which Components the catalog has to have for watchbill lint to accept the documents.

    Exit status: 0 when every SLO became a document, 1 when one did not, 2 when a file cannot be read.
    """
    from watchbill.imports.convert import convert
    from watchbill.imports.openslo import as_yaml

    from . import import_report

    imported = convert(program, list(_contents(paths)), window)
    files = {name: as_yaml(documents) for name, documents in imported.documents.items()}
    if out is not None:
        _refuse_to_replace(out, files)
        write_files(out, files)
    if form == "json":
        click.echo(json.dumps(import_report.as_json(imported, files), indent=2, ensure_ascii=False))
    elif out is not None:
        click.echo("\n".join(import_report.as_text(imported, out)))
    else:
        click.echo("".join(files.values()), nl=False)
        click.echo("\n".join(import_report.as_text(imported, None)), err=True)
    raise SystemExit(1 if _is_incomplete(imported) else 0)


def _is_incomplete(imported: Imported) -> bool:
    return not imported.documents or bool(imported.faults) or any(spec.refused for spec in imported.specs)


def _contents(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    from watchbill.org.folder import files, printable

    for path in paths:
        for file in files(path) if path.is_dir() else [path]:
            try:
                yield printable(file), file.read_bytes()
            except FileNotFoundError:
                raise NotFound(f"There is no file “{printable(file)}”.", "Name a file of specs, or a folder.") from None
            except OSError as error:
                raise Invalid(f"It cannot be read: {error.strerror}.", "", printable(file)) from error


def _refuse_to_replace(out: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = out / name
        if path.is_file() and path.read_text(encoding="utf-8", errors="replace") != text:
            raise Conflict("This file is there already, and says something else.", "Name a new folder.", str(path))
