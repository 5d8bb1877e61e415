"""`watchbill schema`: the JSON Schemas of the documents, so that editors complete and check them while they are written."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("kind", required=False)
@click.option(
    "--all",
    "directory",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the schema of every kind to DIR, one file each.",
)
def schema(kind: str | None, directory: Path | None) -> None:
    """List the kinds of documents, or print the JSON Schema of one KIND.

    An editor finds a schema by a first line such as: # yaml-language-server: $schema=schemas/watchbill.Engagement.json
    """
    from watchbill.org.schemas import kinds, schema_of

    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        for family, name in kinds():
            text = json.dumps(schema_of(family, name), indent=2, ensure_ascii=False)
            (directory / f"{family.value}.{name}.json").write_text(f"{text}\n", encoding="utf-8")
        click.echo(f"{len(kinds())} schemas written to {directory}.")
    elif kind is None:
        for family, name in kinds():
            click.echo(f"{name:<24} {family.value}")
    else:
        _print_one(kind)


def _print_one(kind: str) -> None:
    from watchbill.lib.errors import NotFound
    from watchbill.org.schemas import kinds, schema_of

    found = [(family, name) for family, name in kinds() if name.lower() == kind.lower()]
    if not found:
        raise NotFound(f"There is no kind “{kind}”.", "“watchbill schema” lists the kinds.")
    click.echo(json.dumps(schema_of(*found[0]), indent=2, ensure_ascii=False))
