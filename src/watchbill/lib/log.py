"""Where the program's log goes. Nothing about the log may harm the program: a line that cannot be written is lost, and counted.

Lines are written by a thread of their own, so that a reader of the pipe that does not read holds up nobody.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import TextIO

import structlog
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector
from structlog.typing import EventDict, Processor, WrappedLogger

MOST_WAITING = 10_000
_FAREWELL_SECONDS = 2.0


class LogLines(Collector):
    """Writes lines to a stream (None: there is none) and counts those that were lost; a collector of that count."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self.lost = 0
        self._thread = threading.Thread(target=self._write_all, name="log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Have a line written soon; it never raises and never waits."""
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.lose()

    def lose(self) -> None:
        """Count a line that was lost."""
        with self._lock:
            self.lost += 1

    def close(self) -> None:
        """Wait for what is still to be written, two seconds at most."""
        try:
            self._lines.put(None, timeout=_FAREWELL_SECONDS)
        except queue.Full:
            return
        self._thread.join(_FAREWELL_SECONDS)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the count of lost lines."""
        yield CounterMetricFamily(
            "watchbill_log_lines_lost", "Lines of the log that could not be written.", value=self.lost
        )

    def _write_all(self) -> None:
        while (line := self._lines.get()) is not None:
            if not self._is_written(line):
                self.lose()

    def _is_written(self, line: str) -> bool:
        if self._stream is None:
            return False
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            return False
        return True


class _Logger:
    """What structlog hands finished lines to."""

    def __init__(self, lines: LogLines) -> None:
        self._lines = lines

    def msg(self, line: str) -> None:
        self._lines.write(line)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class _Carefully:
    """A chain of processors as one: where one of them raises, the line is lost and whoever logged it goes on."""

    def __init__(self, processors: Sequence[Processor], lines: LogLines) -> None:
        self._processors = tuple(processors)
        self._lines = lines

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:
        try:
            done: EventDict | str = event
            for process in self._processors:
                done = process(logger, method, done)  # type: ignore[arg-type,assignment]
            return str(done)
        except Exception as error:
            self._lines.lose()
            raise structlog.DropEvent from error


def renderers(form: str, *, colors: bool) -> list[Processor]:
    """Return what makes a line of the log of an event, `json` or for a console.

    A traceback is plain text in both: it never prints the values of variables, among which secrets may be.
    """
    if form == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]


def log_to(stream: TextIO | None, form: str) -> LogLines:
    """Send the program's log to a stream from now on; return its writer, to be closed at the end."""
    lines = LogLines(stream)
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *renderers(form, colors=stream is not None and stream.isatty()),
    ]
    structlog.configure(
        processors=[_Carefully(processors, lines)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Logger(lines),
    )
    return lines
