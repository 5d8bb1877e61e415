"""The log: what it shows of a failure, and that nothing about it harms the program."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

import pytest
import structlog

from watchbill.lib.log import MOST_WAITING, LogLines, log_to, renderers


def failed(form: str) -> str:
    """Return the line of an event that was logged where something failed."""
    line: Any = {"event": "the step failed", "exc_info": None}
    password = "correct horse"  # noqa: F841 - it is there to be looked for
    try:
        1 / 0  # noqa: B018 - it is what fails
    except ZeroDivisionError:
        line["exc_info"] = sys.exc_info()
    for renderer in renderers(form, colors=False):
        line = renderer(None, "error", line)
    return str(line)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_failure_is_logged_with_its_traceback_and_never_with_the_values_of_variables(form: str) -> None:
    line = failed(form)
    assert "the step failed" in line
    assert "ZeroDivisionError: division by zero" in line
    assert "correct horse" not in line


def test_a_traceback_in_json_is_text() -> None:
    assert json.loads(failed("json"))["exception"].startswith("Traceback (most recent call last):")


@pytest.fixture
def configured() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


class _Gone(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


class _Odd:
    def __repr__(self) -> str:
        raise RuntimeError("cannot be written out")


@pytest.mark.usefixtures("configured")
def test_lines_reach_the_stream_in_order() -> None:
    stream = io.StringIO()
    lines = log_to(stream, "json")
    for number in range(3):
        structlog.get_logger().info("step", number=number)
    lines.close()
    assert [json.loads(line)["number"] for line in stream.getvalue().splitlines()] == [0, 1, 2]
    assert lines.lost == 0


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("stream", [_Gone(), None])
def test_a_stream_that_takes_nothing_loses_lines_and_raises_nothing(stream: TextIO | None) -> None:
    lines = log_to(stream, "console")
    structlog.get_logger().info("one")
    structlog.get_logger().exception("two")
    lines.close()
    assert lines.lost == 2


@pytest.mark.usefixtures("configured")
def test_a_value_that_cannot_be_written_out_loses_its_line_alone() -> None:
    stream = io.StringIO()
    lines = log_to(stream, "console")
    structlog.get_logger().info("one", value=_Odd())
    structlog.get_logger().info("two")
    lines.close()
    assert lines.lost == 1
    assert "two" in stream.getvalue()


def test_a_reader_that_does_not_read_holds_up_nobody_and_gets_in_the_end_what_was_not_lost() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader) as late, ThreadPoolExecutor(1) as pool:
        with os.fdopen(writer, "w") as stream:
            lines = LogLines(stream)
            for number in range(2 * MOST_WAITING):
                lines.write(f"{number:099}")
            assert lines.lost > 0
            read = pool.submit(late.readlines)
            lines.close()
        assert len(read.result()) + lines.lost == 2 * MOST_WAITING
