"""The command itself: what it does with an exception that nobody foresaw."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from watchbill.cli import main
from watchbill.org import folder

def broken(*_):
    raise KeyError("a wheel\\n came off")

folder.read = broken
sys.argv = ["watchbill", "lint", "."]
main.main()
"""


def broken_watchbill(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "WATCHBILL_DEBUG"} | environment
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=folder)


def test_an_unexpected_exception_is_one_sentence_and_status_70(tmp_path: Path) -> None:
    found = broken_watchbill(tmp_path)
    assert found.returncode == 70
    assert found.stdout == ""
    (line,) = found.stderr.splitlines()
    assert line.startswith("watchbill: KeyError:")
    assert "a fault of watchbill; run again with WATCHBILL_DEBUG=1 to see where." in line


def test_with_debug_it_is_told_where(tmp_path: Path) -> None:
    found = broken_watchbill(tmp_path, WATCHBILL_DEBUG="1")
    assert found.returncode == 70
    assert "Traceback" in found.stderr
    assert "in broken" in found.stderr
    assert found.stderr.splitlines()[-1].endswith("This is a fault of watchbill.")
