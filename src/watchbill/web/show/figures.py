"""The figures of a signal as one line that a person can weigh at a glance. What they are worth was decided by whoever sent them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from watchbill.lib.durations import closely, duration, window
from watchbill.lib.numbers import count, left, rate

Figures = Mapping[str, Any]
_NEARLY_ALL = 0.995


def figures_in_words(figures: Figures) -> str:
    """Return the evidence of a burn in words; figures of other senders by their own names."""
    if not figures:
        return ""
    return " · ".join(_burn(figures) if "tiers" in figures else _others(figures))


@dataclass(frozen=True)
class Headline:
    """The one figure of a signal that says most, and what it is."""

    figure: str
    says: str


def headline(figures: Figures) -> Headline | None:
    """Return a burn's rate over its short window, as it was when it was found; None for other senders' figures."""
    tier = next(iter(figures.get("tiers") or ()), None)
    if tier is None:
        return None
    says = f"burn over {_span(tier['short_window_seconds'])} when it was found, limit {rate(tier['factor'])}"
    return Headline(rate(tier["short_burn_rate"]), says)


def _burn(figures: Figures) -> list[str]:
    parts = []
    for tier in figures["tiers"][:1]:
        long, short = _span(tier["long_window_seconds"]), _span(tier["short_window_seconds"])
        parts.append(
            f"burn {rate(tier['long_burn_rate'])} over {long} and {rate(tier['short_burn_rate'])} over {short},"
            f" limit {rate(tier['factor'])}"
        )
        bad = f"{count(tier['short_bad_events'])} of {count(tier['short_total_events'])} bad"
        parts.append(f"{bad} in {_measured(tier['short_window_seconds'], tier.get('short_measured_share', 1.0))}")
    share = figures.get("budget_left_share")
    if isinstance(share, (int, float)):
        parts.append(f"{left(max(0.0, share))} of the budget left")
    return parts


def _measured(window_seconds: float, share: float) -> str:
    """Return the part of a window that was measured: the window's name where that is nearly all of it."""
    if share >= _NEARLY_ALL:
        return _span(window_seconds)
    return f"the {closely(timedelta(seconds=window_seconds * share))} measured"


def _span(seconds: float) -> str:
    return window(timedelta(seconds=seconds))


def _others(figures: Figures) -> list[str]:
    return [
        _named(name.replace("_", " "), value) for name, value in figures.items() if isinstance(value, (int, float, str))
    ]


def _named(name: str, value: float | str) -> str:
    if isinstance(value, str):
        return f"{name} {value}"
    if name.endswith(" seconds"):
        return f"{name.removesuffix(' seconds')} {duration(value)}"
    return f"{name} {count(value) if float(value).is_integer() else f'{value:.4g}'}"
