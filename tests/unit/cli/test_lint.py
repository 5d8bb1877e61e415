"""`watchbill lint` and `watchbill schema` as a person and a program meet them."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.org.test_folder import SOUND, organisation
from watchbill.cli.lint import lint
from watchbill.cli.schema import schema
from watchbill.lib.errors import Invalid

ACME = Path(__file__).parents[3] / "examples" / "acme"
BROKEN = """apiVersion: watchbill/v1
kind: Schedule
metadata: {name: secondary}
spec:
  timeZone: Europe/Berlin
  layers:
    - {name: daily, start: "2026-01-05T09:00", turn: 1 day, people: [anna]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: Ana}
spec: {memberOf: []}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(lint, [*arguments, "--at", "2026-05-03T10:00:00Z"])


def test_a_sound_folder_ends_with_0_and_says_what_it_found() -> None:
    result = run(str(SOUND))
    assert (result.exit_code, result.output) == (0, "Harbour: 2 things, 4 SRE teams, 1 goal. No faults.\n")


def test_each_fault_is_one_line_with_its_place_and_one_that_mends_it(tmp_path: Path) -> None:
    root = organisation(tmp_path, zz_broken=BROKEN)
    result = run(str(root))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{root}/zz_broken.yaml:7:70: error[unknown-user] There is no user “anna”.",
        "  Did you mean “ana”?",
        f"{root}/zz_broken.yaml:11:18: error[duplicate-name] “ana” is already the name of the user in catalog.yaml:3.",
        "  Give one of the two another name, or remove it.",
        f"  see {root}/catalog.yaml:3:18",
        "2 errors. The organisation cannot take force.",
    ]


def test_programs_get_json(tmp_path: Path) -> None:
    result = run(str(organisation(tmp_path, zz_broken=BROKEN)), "--format", "json")
    answer = json.loads(result.output)
    assert (answer["schema"], answer["at"]) == ("watchbill/lint/v1", "2026-05-03T10:00:00Z")
    assert answer["counts"] == {"error": 2, "warning": 0, "note": 0}
    assert answer["faults"][1] == {
        "code": "duplicate-name",
        "severity": "error",
        "message": "“ana” is already the name of the user in catalog.yaml:3.",
        "hint": "Give one of the two another name, or remove it.",
        "file": "zz_broken.yaml",
        "line": 11,
        "column": 18,
        "related": [{"file": "catalog.yaml", "line": 3, "column": 18}],
    }


def test_reviews_get_annotations(tmp_path: Path) -> None:
    root = organisation(tmp_path, zz_broken=BROKEN)
    lines = run(str(root), "--format", "github").output.splitlines()
    assert lines[0] == (
        f"::error file={root}/zz_broken.yaml,line=7,col=70,title=unknown-user::There is no user “anna”. Did you mean “ana”?"
    )


def test_code_scanning_gets_sarif(tmp_path: Path) -> None:
    answer = json.loads(run(str(organisation(tmp_path, zz_broken=BROKEN)), "--format", "sarif").output)
    (log,) = answer["runs"]
    assert answer["version"] == "2.1.0"
    assert [rule["id"] for rule in log["tool"]["driver"]["rules"]] == ["duplicate-name", "unknown-user"]
    first, second = log["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("unknown-user", 1, "error")
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 7, "startColumn": 70}
    assert len(second["relatedLocations"]) == 1


def test_a_folder_that_is_not_there_ends_with_2_and_no_traceback(tmp_path: Path) -> None:
    found = subprocess.run(
        [Path(sys.executable).with_name("watchbill"), "lint", str(tmp_path / "nowhere")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 2
    assert "There is no folder" in found.stderr
    assert "Traceback" not in found.stderr


def watchbill(*arguments: str | bytes, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("watchbill"), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, timeout=30
    )


@pytest.mark.parametrize("command", [["lint"], ["show"], ["up"], ["explain", "page", "cart", "--org"]])
def test_a_file_in_place_of_a_folder_is_refused_with_the_folder_that_declares_the_organisation(
    tmp_path: Path, command: list[str]
) -> None:
    root = organisation(tmp_path, deep__er__extra="a: 1\n")
    found = watchbill(*command, str(root / "deep" / "er" / "extra.yaml"))
    assert found.returncode == 2
    assert "is a file, not a folder" in found.stderr
    assert found.stderr.endswith(f": {root}\n")


def test_a_file_around_which_no_organisation_is_declared_is_refused_with_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "notes.yaml").write_text("kind: Organization\n")
    found = watchbill("lint", str(tmp_path / "deep" / "notes.yaml"))
    assert found.stderr.endswith(f": {tmp_path / 'deep'}\n")


def test_the_folder_may_be_named_by_an_option_as_other_commands_take_it() -> None:
    assert run("--org", str(SOUND)).output == run(str(SOUND)).output
    assert run(str(SOUND), "--org", str(SOUND)).exit_code == 0
    assert "name one" in run(str(SOUND), "--org", str(ACME)).output
    assert "Missing argument 'ORG_DIR'" in run().output


def test_names_that_are_not_utf8_are_written_so_that_every_terminal_takes_them(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/org\xff"
    organisation(tmp_path).rename(os.fsdecode(folder))
    Path(os.fsdecode(folder + b"/caf\xe9.yaml")).write_text(BROKEN)
    for form in ("text", "json", "github", "sarif"):
        found = watchbill("lint", folder, "--format", form)
        assert found.returncode == 1, found.stderr
        assert "caf\\xe9.yaml" in found.stdout.replace("\\\\", "\\").replace("%5C", "\\")


def test_linting_loads_no_server_and_no_database() -> None:
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom watchbill.cli.lint import lint\n"
        f"CliRunner().invoke(lint, [{str(SOUND)!r}], catch_exceptions=False)\nprint(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {"fastapi", "sqlalchemy", "alembic", "numpy", "httpx2", "scipy", "rich"}.isdisjoint(loaded)


def test_linting_takes_a_few_times_what_its_libraries_take_to_load(tmp_path: Path) -> None:
    """The least of several runs each: what else the machine does is not counted. Milliseconds are the benchmark's to print."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    libraries = [sys.executable, "-c", "import click, pydantic, yaml"]
    lint = [str(Path(sys.executable).with_name("watchbill")), "lint", str(ACME)]
    loaded, linted = (min(_cpu(command, environment) for _ in range(6)) for command in (libraries, lint))
    assert linted < 5 * loaded


def _cpu(command: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, env=environment, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_schemas_are_listed_printed_and_written(tmp_path: Path) -> None:
    runner = CliRunner()
    assert "Engagement               watchbill" in runner.invoke(schema, []).output
    printed = json.loads(runner.invoke(schema, ["engagement"]).output)
    assert printed["title"] == "Engagement (watchbill/v1)"
    assert runner.invoke(schema, ["--all", str(tmp_path / "schemas")]).exit_code == 0
    assert json.loads((tmp_path / "schemas" / "watchbill.Engagement.json").read_text()) == printed
    combined = json.loads((tmp_path / "schemas" / "watchbill.json").read_text())
    assert len(combined["$defs"]) + 1 == len(list((tmp_path / "schemas").iterdir()))


def test_the_first_line_that_is_printed_leads_from_a_file_to_the_schema_however_deep_it_stands(tmp_path: Path) -> None:
    said = CliRunner().invoke(schema, ["--all", str(tmp_path / "my-company" / "schemas")]).output
    beside, deeper = re.findall(r"# yaml-language-server: \$schema=(\S+)", said)
    (tmp_path / "my-company" / "sre").mkdir()
    assert "beside that folder" in said.splitlines()[1]
    assert (tmp_path / "my-company" / beside).is_file()
    assert (tmp_path / "my-company" / "sre" / deeper).is_file()


def test_schemas_that_cannot_be_written_are_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Invalid, match="cannot be written"):
        CliRunner().invoke(schema, ["--all", str(tmp_path / "file" / "schemas")], catch_exceptions=False)


def test_the_example_organisation_has_no_fault() -> None:
    assert "No faults" in run(str(ACME)).output
