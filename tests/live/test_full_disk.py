"""A disk that takes no more: the program says that it is not ready and why, answers what it can, and recovers by itself."""

from __future__ import annotations

import resource
from pathlib import Path

import httpx2

from tests.organizations import SMALL
from tests.program import running_program
from tests.servers import wait_for


def test_a_disk_that_takes_no_writes_makes_the_program_unready_until_it_does_again(tmp_path: Path) -> None:
    with running_program(SMALL, tmp_path / "data") as program:
        token = program.run("token", "create", "--name", "reader", "--scope", "read", "--data", str(program.data))
        headers = {"Authorization": f"Bearer {token}"}
        _, hard = resource.prlimit(program.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (0, hard))
        with httpx2.Client(base_url=program.url, headers=headers, timeout=15, trust_env=False) as client:
            wait_for(lambda: "takes no writes" in client.get("/readyz").text, "the program is not ready")
            assert client.get("/readyz").status_code == 503
            assert client.get("/api/v1/incidents").status_code == 200
            resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (hard, hard))
            wait_for(lambda: client.get("/readyz").status_code == 200, "the program is ready again")
