"""`watchbill drift` between a running server and a real Prometheus that records series of the compiled names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from tests import servers
from tests.goal_folder import Promise, write
from tests.program import Program

pytestmark = pytest.mark.live("prometheus")

CONFIGURATION = "global: {evaluation_interval: 1s}\nrule_files: [rules.yaml]\n"


def rules(values: Mapping[tuple[str, str], float]) -> str:
    """Return rules that record a constant for each series and goal."""
    recorded = [
        {"record": f"watchbill:goal_{series}", "expr": f"vector({value})", "labels": {"goal": goal}}
        for (series, goal), value in values.items()
    ]
    return json.dumps({"groups": [{"name": "constant", "rules": recorded}]})


def drift(program: Program, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command against the program, with a token of its own."""
    token = program.run("token", "create", "--name", "drift", "--scope", "read", "--data", str(program.data))
    return subprocess.run(
        [sys.executable, "-m", "watchbill", "drift", str(program.org), "--server", program.url, *options],
        env={**os.environ, "WATCHBILL_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )


def records(url: str, goal: str) -> bool:
    answer = httpx2.get(f"{url}/api/v1/query", params={"query": f'watchbill:goal_target:ratio{{goal="{goal}"}}'})
    return bool(answer.json()["data"]["result"])


def test_what_a_ruler_recorded_is_held_against_the_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "prometheus"
    folder.mkdir()
    values = {
        ("target:ratio", "old"): 0.99,
        ("target:ratio", "availability"): 0.99,
        ("burn:rate1h", "availability"): 3,
        ("target:ratio", "latency"): 0.999,
    }
    (folder / "rules.yaml").write_text(rules(values), encoding="utf-8")
    with servers.prometheus(folder, CONFIGURATION) as url:
        org = write(tmp_path / "org", Promise(), Promise("latency"), Promise("unloaded"), url=url)
        program = Program(org, tmp_path / "data")
        program.start()
        try:
            servers.wait_for(lambda: records(url, "latency"), "the rules were evaluated")
            told = drift(program)
            answer = json.loads(drift(program, "--ruler", url, "--format", "json").stdout)
            elsewhere = drift(program, "--ruler", f"http://127.0.0.1:{servers.free_port()}")
        finally:
            program.stop()

    assert told.returncode == 1, told.stderr
    assert [line.split() for line in told.stdout.splitlines()[1:3]] == [
        ["availability", "target", "0.999", "0.99", "apart"],
        ["availability", "burn", "over", "1h", "–", "3", "apart"],
    ]
    assert "unloaded: the ruler recorded nothing." in told.stdout
    assert "old: the ruler records it, and no such goal is compiled." in told.stdout
    assert (answer["schema"], answer["notRecorded"], answer["notDeclared"]) == (
        "watchbill/drift/v1",
        ["unloaded"],
        ["old"],
    )
    assert elsewhere.returncode == 2
    assert "did not answer as it should" in elsewhere.stderr
