"""What a large organisation costs: 1,000 teams, 10,000 components with a goal each, 2,000 engagements.

Lint from nothing and again after one file changed, coverage of everything, the map, one explanation, memory; and how each grows
from a tenth of that, as the exponent of the size. The peer of a lint is PyYAML's C reader over the same files.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import yaml

from bench.organizations import Size, write
from watchbill.lib.garbage import set_aside
from watchbill.org.charters import AlertClass
from watchbill.org.duties import duty
from watchbill.org.folder import FilesRead, read
from watchbill.org.in_force import Reading
from watchbill.org.organization import Organization
from watchbill.teams.coverage import covered
from watchbill.teams.explain import explain_page
from watchbill.teams.explain_change import explain_change
from watchbill.teams.map import Asked, map_of
from watchbill.web.show.map_picture import Picture, picture
from watchbill.web.show.map_sketch import Addresses

AT = datetime(2026, 5, 6, 10, 0, tzinfo=UTC)
SIZES = (1_000, 10_000)
ASKED = 100
Made = TypeVar("Made")


def main() -> None:
    """Print the figures."""
    figures: dict[str, list[float]] = {}
    for components in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            size = Size(components)
            write(Path(folder), size)
            print(f"{components:,} components and goals, {size.teams:,} teams, {size.engagements:,} engagements")
            for title, seconds in _measure(Path(folder)).items():
                figures.setdefault(title, []).append(seconds)
                print(f"  {title}: {seconds * 1000:,.1f} ms of CPU")
    for title, (small, large) in figures.items():
        print(f"{title} grows with the size to the power of {math.log10(large / small):.2f}")


def _measure(folder: Path) -> dict[str, float]:
    figures = {"reading the YAML alone": _timed(lambda: _yaml(folder))[0], "lint": _lint(folder)}
    known = FilesRead()
    read(folder, AT, known)
    set_aside()
    changed = folder / "dev-1.yaml"
    figures["lint again in the same process, components changed"], _ = _timed_again(
        changed, "Does what", "Makes what", folder, known
    )
    figures["lint again in the same process, owners changed"], _ = _timed_again(
        changed, "owner: dev-1\n", "owner: dev-0\n", folder, known
    )
    _timed_again(changed, "owner: dev-0\n", "owner: dev-1\n", folder, known)
    figures["lint again in the same process, goals changed"], reading = _timed_again(
        changed, "target: 0.999", "target: 0.9995", folder, known
    )
    organization = reading.organization
    assert organization is not None
    assert reading.faults == ()
    figures["coverage of everything, first asked"], found = _timed(lambda: covered(read_anew(organization), AT))
    assert len(found) == len(organization.things)
    figures["coverage of everything, asked again"], _ = _timed(lambda: covered(organization, AT))
    figures |= _mapped(organization)
    figures |= _explained(organization)
    return figures


def _timed_again(file: Path, old: str, new: str, folder: Path, known: FilesRead) -> tuple[float, Reading]:
    """Change what a file says, and time another reading of the folder."""
    file.write_text(file.read_text().replace(old, new))
    seconds, reading = _timed(lambda: read(folder, AT, known))
    set_aside()
    return seconds, reading


def read_anew(organization: Organization) -> Organization:
    """Return the same organisation with nothing worked out from it yet."""
    organization.memory.forget()
    return organization


def _mapped(organization: Organization) -> dict[str, float]:
    read_anew(organization)
    titles = {
        "the map, drawn first on a day": Asked(),
        "the map, drawn again": Asked(),
        "the map of one practice, drawn again": Asked(practice="capacity"),
    }
    return {title: _timed(lambda asked=asked: _drawn(organization, asked))[0] for title, asked in titles.items()}


def _drawn(organization: Organization, asked: Asked) -> Picture:
    return picture(organization, map_of(organization, AT, asked), Addresses({}))


def _explained(organization: Organization) -> dict[str, float]:
    things = list(organization.things.values())[:: len(organization.things) // ASKED][:ASKED]
    read_anew(organization)
    first, _ = _timed(lambda: explain_page(organization, things[0].ref, AlertClass.APPLICATION, AT))
    pages, _ = _timed(lambda: [explain_page(organization, each.ref, AlertClass.PLATFORM, AT) for each in things])
    practices, _ = _timed(lambda: [duty(organization, each, "capacity", AT) for each in things])
    changes, _ = _timed(lambda: [explain_change(organization, each, AT) for each in things])
    return {
        "the first explanation of a day": first,
        "one page explained": pages / ASKED,
        "one practice explained": practices / ASKED,
        "one change explained": changes / ASKED,
    }


def _lint(folder: Path) -> float:
    """Return the CPU seconds of the command, in a process of its own, and print what it holds at most."""
    program = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime, used.ru_maxrss)"
    )
    lint = [sys.executable, "-m", "watchbill", "lint", str(folder), "--at", AT.isoformat()]
    written = subprocess.run([sys.executable, "-c", program, *lint], check=True, capture_output=True, text=True).stdout
    seconds, kibibytes = written.split()
    print(f"  lint holds {int(kibibytes) / 1024:.0f} MB at most")
    return float(seconds)


def _yaml(folder: Path) -> int:
    return sum(
        1 for file in folder.iterdir() for _ in yaml.compose_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    )


def _timed(make: Callable[[], Made]) -> tuple[float, Made]:
    began = time.process_time()
    made = make()
    return time.process_time() - began, made
