"""How a command ends that has read a whole organisation: at once, when it is a program of its own."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

AT_ONCE = object()


def leave(status: int) -> NoReturn:
    """End the command with an exit status.

    A program that is called with AT_ONCE frees nothing before: taking a large organisation apart, object by object, takes
    longer than the last fifth of reading it, and the memory goes back to the machine anyway. Raises BrokenPipeError where
    nobody takes what was written.
    """
    context = click.get_current_context(silent=True)
    if context is not None and context.find_root().obj is AT_ONCE:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    raise SystemExit(status)
