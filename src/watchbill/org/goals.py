"""OpenSLO SLOs → goals that watchbill measures: ratios of counted events, budgeted by occurrences, over a rolling window.

What this version cannot measure is a warning that says so, and gives no goal; it never stops the folder. Targets are exact:
they are read from the text, never through a binary float.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from .alerting import link_tiers
from .entities import Thing
from .nodes import Document, Path
from .objectives import DataSource, Goal, Selector
from .recognition import Declared, Family
from .register import Register
from .selectors import parse_query
from .shapes import openslo
from .shapes.fields import Shape
from .spans import parse_span
from .values import EntityRef

ENTITY_ANNOTATION = "watchbill.dev/entity"
POLICY_ANNOTATION = "watchbill.dev/budget-policy"
_LONGEST_WINDOW = timedelta(days=366)
_SHORTEST_WINDOW = timedelta(hours=1)
_MOST_DECIMALS = 12


@dataclass(frozen=True)
class _Indicator:
    """Where a ratio metric is written, and what it says."""

    one: Declared[Shape]
    path: Path
    ratio: openslo.RatioMetric


class NotMeasured(Exception):
    """The SLO cannot be measured by this version; a fault has been collected."""


def link_goals(
    register: Register, sources: Mapping[str, DataSource], things: Mapping[EntityRef, Thing]
) -> dict[str, Goal]:
    """Return the goals by the names of their SLOs."""
    goals: dict[str, Goal] = {}
    for one, shape in register.each(Family.OPENSLO, "SLO", openslo.SLO):
        try:
            goals[one.name] = _Linker(register, one, shape, sources, things).goal()
        except NotMeasured:
            continue
    return goals


class _Linker:
    """Links one SLO. Its methods raise NotMeasured where the way to a goal ends."""

    def __init__(
        self,
        register: Register,
        one: Declared[Shape],
        shape: openslo.SLO,
        sources: Mapping[str, DataSource],
        things: Mapping[EntityRef, Thing],
    ) -> None:
        self._register = register
        self._faults = register.faults
        self._one = one
        self._document = one.document
        self._shape = shape
        self._spec = shape.spec
        self._sources = sources
        self._things = things

    def goal(self) -> Goal:
        """Return the goal; every fault that can be found without the others is collected first."""
        window = self._window()
        target, target_text = self._target()
        indicator = self._indicator()
        self._check_method()
        if window is None or target is None or indicator is None:
            raise NotMeasured
        selectors = {
            side: self._selector(indicator, side)
            for side in ("total", "good", "bad")
            if getattr(indicator.ratio, side) is not None
        }
        source = self._source(indicator)
        tiers = link_tiers(self._register, self._one, self._spec, window, 1 - target)
        service = self._service()
        if source is None or service is None or None in selectors.values() or tiers is None:
            raise NotMeasured
        total = selectors["total"]
        if total is None:
            raise NotMeasured
        return Goal(
            name=self._one.name,
            title=self._shape.metadata.display_name or self._shape.metadata.name,
            description=self._spec.description or "",
            service=service,
            target=target,
            target_text=target_text,
            window=window,
            source=source,
            total=total,
            good=selectors.get("good"),
            bad=selectors.get("bad"),
            tiers=tiers,
            policy=self._policy(),
            place=self._one.place,
        )

    def _not_measured(self, path: Path, what: str, hint: str, *, document: Document | None = None) -> None:
        self._faults.warning(
            "goal-not-measured",
            (document or self._document).place(*path),
            f"This version of watchbill does not measure “{self._shape.metadata.name}”: {what}.",
            hint,
        )

    def _check_method(self) -> None:
        if self._spec.budgeting_method != "Occurrences":
            self._not_measured(
                ("spec", "budgetingMethod"),
                f"its budgeting method is {self._spec.budgeting_method}",
                "Use Occurrences to have it measured.",
            )
            raise NotMeasured

    def _window(self) -> timedelta | None:
        windows = self._spec.time_window
        path: Path = ("spec", "timeWindow")
        if len(windows) != 1:
            what = "it has several time windows" if windows else "it has no time window"
            self._not_measured(path, what, "Give it exactly one, as in [{duration: 28d, isRolling: true}].")
            return None
        path = (*path, 0, "duration")
        text = windows[0].duration
        try:
            window = parse_span(text)
        except ValueError as error:
            self._faults.error("bad-duration", self._document.place(*path), f"{error}.", "")
            return None
        if text.endswith("m"):
            self._faults.warning(
                "minute-or-month",
                self._document.place(*path),
                f"“{text}” is {text[:-1]} minute{'s' if text != '1m' else ''}.",
                f"Did you mean “{text[:-1]}M”, months?",
            )
        if windows[0].calendar is not None or not windows[0].is_rolling:
            self._not_measured(
                path[:-1], "its time window follows the calendar", "Use a rolling window: isRolling: true."
            )
            return None
        return self._bounded(window, path)

    def _bounded(self, window: timedelta, path: Path) -> timedelta | None:
        if _SHORTEST_WINDOW <= window <= _LONGEST_WINDOW:
            return window
        self._not_measured(path, "its window is out of range", "Use a window between 1h and 366d; 28d is a good start.")
        return None

    def _target(self) -> tuple[Fraction | None, str]:
        objectives = self._spec.objectives
        path: Path = ("spec", "objectives")
        if len(objectives) != 1:
            what = "it has several objectives" if objectives else "it has no objective"
            self._not_measured(path, what, "Give it exactly one objective; write an SLO for each of the others.")
            return None, ""
        objective = objectives[0]
        path = (*path, 0)
        if objective.indicator or objective.indicator_ref or objective.composite_weight is not None:
            self._not_measured(path, "it is composed of several indicators", "Give the SLO one indicator.")
            return None, ""
        if objective.op is not None and self._has_ratio():
            self._faults.note(
                "op-on-ratio",
                self._document.key_place(*path, "op"),
                "“op” says nothing about a ratio; strict readers of OpenSLO refuse it here.",
                "Leave it out.",
            )
        return self._exact_target(objective, path)

    def _has_ratio(self) -> bool:
        indicator = self._spec.indicator
        return indicator is None or indicator.spec.ratio_metric is not None

    def _exact_target(self, objective: openslo.Objective, path: Path) -> tuple[Fraction | None, str]:
        if (objective.target is None) == (objective.target_percent is None):
            self._faults.error(
                "bad-target-share",
                self._document.key_place(*path),
                "An objective has either “target” or “targetPercent”.",
                "Write targetPercent: 99.9, or target: 0.999.",
            )
            return None, ""
        field, whole, written = "target", Decimal(1), objective.target
        if written is None:
            field, whole, written = "targetPercent", Decimal(100), objective.target_percent
        place = self._document.place(*path, field)
        if written is None or not self._is_in_range(field, written, whole, path):
            return None, ""
        if field == "targetPercent" and written < 1:
            self._faults.warning(
                "share-or-percent",
                place,
                f"A target of {written} percent is next to nothing.",
                f"Did you mean targetPercent: {(written * 100).normalize():f}, or target: {written}?",
            )
        share = Fraction(written) / Fraction(whole)
        percent = (written * 100).normalize() if field == "target" else written
        return share, f"{percent:f}"

    def _is_in_range(self, field: str, written: Decimal, whole: Decimal, path: Path) -> bool:
        place = self._document.place(*path, field)
        if written.is_finite() and 0 < written < whole:
            exponent = written.as_tuple().exponent
            if isinstance(exponent, int) and exponent < -_MOST_DECIMALS:
                self._faults.error(
                    "out-of-range", place, f"A target has at most {_MOST_DECIMALS} decimals.", "Round it."
                )
                return False
            return True
        if field == "target" and written.is_finite() and 1 < written < 100:
            hint = f"“target” is a share between 0 and 1. Did you mean targetPercent: {written}?"
        elif written == whole:
            hint = "A target of everything leaves no budget: the first failure would spend it. Aim a little lower."
        else:
            hint = f"Write a number above 0 and below {whole}."
        self._faults.error(
            "out-of-range", place, f"“{field}: {self._document.text(*path, field)}” is out of range.", hint
        )
        return False

    def _indicator(self) -> _Indicator | None:
        spec = self._spec
        if (spec.indicator is None) == (spec.indicator_ref is None):
            self._faults.error(
                "bad-indicator",
                self._document.key_place("spec"),
                "An SLO has either “indicator” or “indicatorRef”.",
                "Write the indicator here, or name an SLI document.",
            )
            return None
        if spec.indicator is not None:
            return self._ratio_of(self._one, ("spec", "indicator", "spec"), spec.indicator.spec)
        name = self._register.resolve_name(self._one, ("spec", "indicatorRef"), Family.OPENSLO, "SLI")
        sli = self._register.named(Family.OPENSLO, "SLI", name) if name else None
        if sli is None or not isinstance(sli.shape, openslo.SLI):
            return None
        return self._ratio_of(sli, ("spec",), sli.shape.spec)

    def _ratio_of(self, one: Declared[Shape], path: Path, spec: openslo.SLISpec) -> _Indicator | None:
        ratio = spec.ratio_metric
        if ratio is None:
            what = "its indicator is a threshold" if spec.threshold_metric else "its indicator has no metric"
            self._not_measured(self._indicator_path(), what, "Use a ratioMetric of counters: good (or bad) and total.")
            return None
        path = (*path, "ratioMetric")
        if ratio.raw is not None:
            self._not_measured(self._indicator_path(), "its indicator is a ratio made by the source", "Use counters.")
            return None
        if ratio.counter is False:
            self._not_measured(self._indicator_path(), "its metrics are no counters", "Use metrics that only grow.")
            return None
        if ratio.total is None or (ratio.good is None) == (ratio.bad is None):
            self._faults.error(
                "bad-ratio",
                one.document.key_place(*path),
                "A ratioMetric has “total” and either “good” or “bad”.",
                "Count all events as total, and one part of them as good or bad.",
            )
            return None
        return _Indicator(one, path, ratio)

    def _indicator_path(self) -> Path:
        return ("spec", "indicatorRef") if self._spec.indicator is None else ("spec", "indicator")

    def _selector(self, indicator: _Indicator, side: str) -> Selector | None:
        document = indicator.one.document
        path = (*indicator.path, side, "metricSource", "spec", "query")
        query = document.text(*path)
        if not query:
            self._faults.error(
                "missing-field",
                document.parent_place(*path),
                "“query” is missing: there is nothing to count.",
                "Add “query”, the selector of a counter such as http_requests_total.",
            )
            return None
        try:
            found = parse_query(query)
        except ValueError as error:
            self._not_measured(path, f"{error}", "", document=document)
            return None
        if found.function:
            self._faults.note(
                "query-unwrapped",
                document.place(*path),
                f"{found.function}(…) is taken off: watchbill takes the differences of {found.selector.text} itself, over its own "
                "windows.",
                "Write the bare counter to see here what is read.",
            )
        return found.selector

    def _source(self, indicator: _Indicator) -> str | None:
        names = [
            self._source_of(indicator, side, metric)
            for side, metric in (
                ("total", indicator.ratio.total),
                ("good", indicator.ratio.good),
                ("bad", indicator.ratio.bad),
            )
            if metric is not None
        ]
        if None in names:
            return None
        if len(set(names)) > 1:
            self._faults.error(
                "two-sources",
                indicator.one.document.key_place(*indicator.path),
                "The parts of this ratio come from different data sources.",
                "Count both in one source: they have to be read at one instant.",
            )
            return None
        return names[0]

    def _source_of(self, indicator: _Indicator, side: str, metric: openslo.Metric) -> str | None:
        path = (*indicator.path, side, "metricSource")
        source = metric.metric_source
        if source.metric_source_ref:
            name = self._register.resolve_name(indicator.one, (*path, "metricSourceRef"), Family.OPENSLO, "DataSource")
            return name if name in self._sources else None
        kind = (source.type or "").lower()
        fitting = [name for name, known in self._sources.items() if kind in {"", known.kind}]
        if len(fitting) == 1:
            return fitting[0]
        if kind in {"", "prometheus", "scrape"}:
            how_many = "no" if not fitting else "more than one"
            self._faults.error(
                "no-source",
                indicator.one.document.key_place(*path),
                f"This metric names no data source, and there is {how_many} DataSource that would fit.",
                "Add “metricSourceRef” with the name of a DataSource.",
            )
        else:
            what = f"it comes from a source of the type “{source.type}”"
            document = indicator.one.document
            self._not_measured((*path, "type"), what, "Use prometheus or scrape.", document=document)
        return None

    def _service(self) -> EntityRef | None:
        written, one, path = self._annotated_service()
        kind = "component"
        ref = self._register.reference(one, path, kind, written)
        if ref is None or ref in self._things:
            return ref
        if self._register.entity(ref) is not None:
            self._faults.error(
                "wrong-kind",
                one.document.place(*path),
                f"{ref} is nothing that can fail.",
                "Name a service or workflow.",
            )
            return None
        return self._register.resolve(one, path, ("component", "resource"), text=written)

    def _annotated_service(self) -> tuple[str, Declared[Shape], Path]:
        """Return the name of the goal's thing, and the document and path that say it: the nearest annotation wins."""
        annotated: Path = ("metadata", "annotations", ENTITY_ANNOTATION)
        if text := self._document.text(*annotated):
            return text, self._one, annotated
        service = self._register.named(Family.OPENSLO, "Service", self._spec.service)
        if service is not None and (text := service.document.text(*annotated)):
            return text, service, annotated
        return self._spec.service, self._one, ("spec", "service")

    def _policy(self) -> str | None:
        path = ("metadata", "annotations", POLICY_ANNOTATION)
        if not self._document.text(*path):
            return None
        return self._register.resolve_name(self._one, path, Family.WATCHBILL, "BudgetPolicy")
