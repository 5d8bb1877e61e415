"""`watchbill compile prometheus DIR`: recording and alerting rules for a cluster's own ruler, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from watchbill.lib.numbers import several

from .folders import org_argument, read_in_force
from .instants import INSTANT, at_or_now
from .writing import write_files

if TYPE_CHECKING:
    from watchbill.exports.prometheus import Compiled
    from watchbill.org.in_force import Reading

_STREAM = Path("-")


@click.group(name="compile")
def compile_() -> None:
    """Write what an organisation declares for programs beside watchbill."""


@compile_.command()
@org_argument
@click.option(
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    default=_STREAM,
    metavar="DIR",
    help="Write one file for each source into this folder; default: all to standard output.",
)
@click.option(
    "--names",
    type=click.Choice(["watchbill", "sloth"]),
    default="watchbill",
    help="How series are named: as here, or as Sloth names them, for dashboards that read those.",
)
@click.option("--at", type=INSTANT, metavar="TIME", help="Name who holds the pager then; default: now.")
def prometheus(org_dir: Path, out: Path, names: str, at: datetime | None) -> None:
    """Write the goals of the organisation in ORG_DIR as recording and alerting rules for the ruler of a Prometheus.

    Each burn tier becomes an alert with the tier's own threshold; its labels name service, goal, severity and who holds the pager. A
    goal that cannot be compiled is told on stderr with the reason.

    Exit status: 0 when every goal is compiled, 1 when one is not, 2 when the organisation cannot be read.
    """
    from watchbill.exports.prometheus import as_yaml, compile_rules

    instant = at_or_now(at)
    organization, reading = read_in_force(org_dir, instant)
    compiled = compile_rules(organization, instant, names)
    if out == _STREAM:
        click.echo(as_yaml(compiled.files), nl=False)
    else:
        write_files(out, {f"watchbill-{file.source}.yaml": as_yaml([file]) for file in compiled.files})
    left_out = list(_left_out(compiled, reading, org_dir))
    click.echo("\n".join([_summary(compiled, out, len(left_out)), *left_out]), err=True)
    raise SystemExit(1 if left_out else 0)


def _left_out(compiled: Compiled, reading: Reading, org_dir: Path) -> Iterator[str]:
    """Say of each goal that has no rules why, and what to do: those that are not measured at all, and those that no ruler can."""
    for fault in reading.faults:
        if fault.code == "goal-not-measured":
            yield f"{org_dir / fault.place.file}:{fault.place.line}: {fault.message} {fault.hint}".rstrip()
    for each in compiled.not_compiled:
        yield f"{org_dir / each.place.file}:{each.place.line}: {each.goal} is not compiled: {each.why}. {each.mend}"


def _summary(compiled: Compiled, out: Path, left_out: int) -> str:
    goals = sum(len(file.goals) for file in compiled.files)
    groups = [group for file in compiled.files for group in file.groups]
    rules = sum(len(group.rules) for group in groups)
    where = "" if out == _STREAM else f" in {out}"
    done = f"{several(goals, 'goal')} compiled{where}: {several(rules, 'rule')} in {several(len(groups), 'group')}"
    return f"{done}; {left_out} not compiled." if left_out else f"{done}."
