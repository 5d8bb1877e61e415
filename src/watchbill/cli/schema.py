"""`watchbill schema`: the JSON Schemas of the documents, so that editors complete and check them while they are written."""

from __future__ import annotations

import json
from pathlib import Path

import click

_COMBINED = "watchbill"


@click.command()
@click.argument("kind", required=False)
@click.option(
    "--all",
    "directory",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the schema of every kind to DIR, such as ORG_DIR/schemas: a file each, and watchbill.json for all kinds.",
)
def schema(kind: str | None, directory: Path | None) -> None:
    """List the kinds of documents, or print the JSON Schema of one KIND.

    An editor finds a schema by the first line of a file, with the path from that file's folder:

    \b
      # yaml-language-server: $schema=schemas/watchbill.json       in ORG_DIR
      # yaml-language-server: $schema=../schemas/watchbill.json    in a folder of ORG_DIR
    """
    from watchbill.org.schemas import kinds

    if directory is not None:
        _write_all(directory)
    elif kind is None:
        for family, name in kinds():
            click.echo(f"{name:<24} {family.value}")
    else:
        _print_one(kind)


def _write_all(directory: Path) -> None:
    from watchbill.lib.errors import Invalid
    from watchbill.org.schemas import kinds, schema_of, schema_of_all

    schemas = {f"{family.value}.{name}": schema_of(family, name) for family, name in kinds()}
    schemas[_COMBINED] = schema_of_all()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in schemas.items():
            text = json.dumps(content, indent=2, ensure_ascii=False)
            (directory / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        mend = "Name another folder, or change its permissions."
        raise Invalid(f"The schemas cannot be written: {error.strerror}.", mend, str(directory)) from error
    click.echo(f"{len(schemas)} schemas written to {directory}; {_COMBINED}.json is for files of any kinds.")
    path = f"{directory.resolve().name}/{_COMBINED}.json"
    for where, first in {"beside that folder": path, "one folder deeper": f"../{path}"}.items():
        click.echo(f"First line of a file {where}: # yaml-language-server: $schema={first}")


def _print_one(kind: str) -> None:
    from watchbill.lib.errors import NotFound
    from watchbill.org.schemas import kinds, schema_of

    found = [(family, name) for family, name in kinds() if name.lower() == kind.lower()]
    if not found:
        raise NotFound(f"There is no kind “{kind}”.", "“watchbill schema” lists the kinds.")
    click.echo(json.dumps(schema_of(*found[0]), indent=2, ensure_ascii=False))
