"""The same goals as recording and alerting rules, in the shape of the usual generators, and the history that they look back on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from .shop_metrics import series

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_DAY = 86_400
_RAW_DAYS, _RATIO_DAYS = 3, 30
_SCRAPE, EVALUATION = 15, 60


def groups(goals: int) -> str:
    """Return the rule file: for each goal eight ratios, seven descriptions and two alerts, in three groups."""
    return "groups:\n" + "\n".join(text for number in range(goals) for text in _of_goal(f"service-{number}"))


def _of_goal(service: str) -> Iterator[str]:
    own = f'{{goal="{service}"}}'
    yield _group(f"ratios-{service}", [_ratio(service, window) for window in WINDOWS] + [
        ("bad:ratio_rate30d", f"sum_over_time(bad:ratio_rate5m{own}[30d]) / count_over_time(bad:ratio_rate5m{own}[30d])"),
    ], service)  # fmt: skip
    yield _group(f"meta-{service}", [
        ("goal:objective", "vector(0.999)"),
        ("goal:budget", "vector(1-0.999)"),
        ("goal:days", "vector(30)"),
        ("goal:burn_now", f"bad:ratio_rate5m{own} / on(goal) goal:budget{own}"),
        ("goal:burn_period", f"bad:ratio_rate30d{own} / on(goal) goal:budget{own}"),
        ("goal:budget_left", f"1 - goal:burn_period{own}"),
        ("goal:info", "vector(1)"),
    ], service)  # fmt: skip
    yield f"- name: alerts-{service}\n  interval: {EVALUATION}s\n  rules:\n" + "".join(
        f"  - alert: Burns-{severity}\n    expr: ({_both(own, *first)}) or ({_both(own, *second)})\n"
        f"    labels: {{severity: {severity}, goal: {service}}}\n"
        for severity, first, second in (
            ("page", ("5m", "1h", 14.4), ("30m", "6h", 6)),
            ("ticket", ("2h", "1d", 3), ("6h", "3d", 1)),
        )
    )


def _both(own: str, short: str, long: str, factor: float) -> str:
    return " and ".join(f"max(bad:ratio_rate{window}{own} > ({factor} * 0.001)) by (goal)" for window in (short, long))


def _ratio(service: str, window: str) -> tuple[str, str]:
    counted = f'requests_total{{service="{service}"'
    bad, total = f'{counted},code=~"5.."}}[{window}]', f"{counted}}}[{window}]"
    return f"bad:ratio_rate{window}", f"(sum(rate({bad}))) / (sum(rate({total})))"


def _group(name: str, rules: list[tuple[str, str]], service: str) -> str:
    written = "".join(
        f"  - {{record: '{record}', expr: '{expression}', labels: {{goal: {service}}}}}\n"
        for record, expression in rules
    )
    return f"- name: {name}\n  interval: {EVALUATION}s\n  rules:\n{written}"


def write_history(folder: Path, goals: int, until: int, target: str) -> None:
    """Give a server's store three days of counters and thirty of the recorded ratio: what the rules look back on."""
    first, raw = until - _RATIO_DAYS * _DAY, until - _RAW_DAYS * _DAY
    for day in range(first - first % _DAY, until, _DAY):
        begin, end = max(day, first), min(day + _DAY, until)
        with (folder / "history").open("w") as file:
            for at in range(begin, end, EVALUATION):
                for number in range(goals):
                    file.write(f'bad:ratio_rate5m{{goal="service-{number}"}} 0.0002 {at}\n')
            for at in range(max(begin, raw), end, _SCRAPE):
                for name, value in series(goals, at):
                    file.write(f'{name[:-1]},job="shop",instance="{target}"}} {value} {at}\n')
            file.write("# EOF\n")
        command = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "history", "tsdb"]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)
