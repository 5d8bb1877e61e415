"""Amounts as people write them on the command line, read strictly: a share is `30%`, a time is `800ms` or `2s`."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import click

from watchbill.org.values import parse_share

_TIME = re.compile(r"^(\d+(?:\.\d+)?)\s*(ms|s)$")
_UNITS = {"ms": Fraction(1, 1000), "s": Fraction(1)}


class Share(click.ParamType[Fraction]):
    """A share in percent; becomes an exact fraction from 0 to 1."""

    name = "percent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Read `30%`."""
        if isinstance(value, Fraction):
            return value
        try:
            share = parse_share(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        if share > 1:
            self.fail(f"“{value}” is more than everything; write a share up to 100%.", param, ctx)
        return share


class Seconds(click.ParamType[Fraction]):
    """A length of time in milliseconds or seconds; becomes exact seconds, at most `largest`."""

    name = "time"

    def __init__(self, largest: int) -> None:
        self.largest = largest

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Read `800ms` or `2s`."""
        if isinstance(value, Fraction):
            return value
        match = _TIME.match(str(value).strip())
        if match is None:
            self.fail(f"“{value}” is not a time; write a number and ms or s, as in 800ms or 2s.", param, ctx)
        seconds = Fraction(match[1]) * _UNITS[match[2]]
        if seconds > self.largest:
            self.fail(f"“{value}” is too long; the longest is {self.largest}s.", param, ctx)
        return seconds
