"""Pauses the search for garbage while much is made that stays: there is nothing to find, and each search walks through all of it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Search for no garbage meanwhile; afterwards it goes on if it did before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def set_aside() -> None:
    """Let later searches pass over all that is there now. What of it is in no circle is still freed when nobody holds it."""
    gc.freeze()
