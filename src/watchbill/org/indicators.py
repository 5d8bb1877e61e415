"""What an SLO counts, and where: its ratio of counters as selectors of one data source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .nodes import Path
from .objectives import DataSource, Selector
from .recognition import Declared, Family
from .selectors import parse_query
from .shapes import openslo
from .shapes.fields import Shape
from .slos import WrittenSLO
from .values import Place

_RECORDED = ":"


class Indicator(NamedTuple):
    """A ratio of counters, and where it is written: in the SLO, or in an SLI that it names."""

    one: Declared[Shape]
    path: Path
    ratio: openslo.RatioMetric

    @property
    def metrics(self) -> dict[str, openslo.Metric]:
        """The metrics by their side of the ratio: `total`, and either `good` or `bad`."""
        sides = {"total": self.ratio.total, "good": self.ratio.good, "bad": self.ratio.bad}
        return {side: metric for side, metric in sides.items() if metric is not None}


def link_indicator(slo: WrittenSLO) -> Indicator | None:
    """Return the indicator of an SLO, or None with a fault."""
    spec = slo.spec
    if (spec.indicator is None) == (spec.indicator_ref is None):
        slo.faults.error(
            "bad-indicator",
            slo.document.key_place("spec"),
            "An SLO has either “indicator” or “indicatorRef”.",
            "Write the indicator here, or name an SLI document.",
        )
        return None
    if spec.indicator is not None:
        return _ratio_of(slo, slo.one, ("spec", "indicator", "spec"), spec.indicator.spec)
    name = slo.register.resolve_name(slo.one, ("spec", "indicatorRef"), Family.OPENSLO, "SLI")
    sli = slo.register.named(Family.OPENSLO, "SLI", name) if name else None
    if sli is None or not isinstance(sli.shape, openslo.SLI):
        return None
    return _ratio_of(slo, sli, ("spec",), sli.shape.spec)


def _ratio_of(slo: WrittenSLO, one: Declared[Shape], path: Path, spec: openslo.SLISpec) -> Indicator | None:
    ratio = spec.ratio_metric
    if ratio is None:
        what = "its indicator is a threshold" if spec.threshold_metric else "its indicator has no metric"
        slo.not_measured(_indicator_path(slo), what, "Use a ratioMetric of counters: good (or bad) and total.")
        return None
    path = (*path, "ratioMetric")
    if ratio.raw is not None:
        what = (
            "its indicator is a ratio made by the source, which cannot be summed: over several series, or over time, a quiet "
            "moment would weigh as much as a busy one"
        )
        slo.not_measured(_indicator_path(slo), what, "Use counters: good (or bad) and total.")
        return None
    if ratio.counter is False:
        slo.not_measured(_indicator_path(slo), "its metrics are no counters", "Use metrics that only grow.")
        return None
    if ratio.total is None or (ratio.good is None) == (ratio.bad is None):
        slo.faults.error(
            "bad-ratio",
            one.document.key_place(*path),
            "A ratioMetric has “total” and either “good” or “bad”.",
            "Count all events as total, and one part of them as good or bad.",
        )
        return None
    return Indicator(one, path, ratio)


def _indicator_path(slo: WrittenSLO) -> Path:
    return ("spec", "indicatorRef") if slo.spec.indicator is None else ("spec", "indicator")


def link_selectors(slo: WrittenSLO, indicator: Indicator) -> dict[str, Selector] | None:
    """Return what is counted by side of the ratio, or None with a fault for each side that cannot be."""
    found = {side: _selector(slo, indicator, side, metric) for side, metric in indicator.metrics.items()}
    known = {side: selector for side, selector in found.items() if selector is not None}
    return known if len(known) == len(found) else None


def _selector(slo: WrittenSLO, indicator: Indicator, side: str, metric: openslo.Metric) -> Selector | None:
    document = indicator.one.document
    path = (*indicator.path, side, "metricSource", "spec", "query")
    query = metric.metric_source.spec.get("query")
    if not isinstance(query, str):
        query = document.text(*path)
    if not query:
        slo.faults.error(
            "missing-field",
            document.parent_place(*path),
            "“query” is missing: there is nothing to count.",
            "Add “query”, the selector of a counter such as http_requests_total.",
        )
        return None
    try:
        found = parse_query(query)
    except ValueError as error:
        slo.not_measured(path, f"{error}", "", document=document)
        return None
    if found.function:
        slo.faults.note(
            "query-unwrapped",
            document.place(*path),
            f"{found.function}(…) is taken off: watchbill takes the differences of {found.selector.text} itself, over its own "
            "windows.",
            "Write the bare counter to see here what is read.",
        )
    if _RECORDED in found.selector.metric:
        _doubt_recorded(slo, document.place(*path), found.selector.metric)
    return found.selector


def _doubt_recorded(slo: WrittenSLO, place: Place, metric: str) -> None:
    slo.faults.warning(
        "recorded-series",
        place,
        f"“{metric}” is named as what a recording rule makes. A recorded sum of counters falls whenever one of them goes away, and "
        "then counts as begun anew; a recorded rate is no counter at all.",
        "Name the counter that the rule reads.",
    )


def link_source(slo: WrittenSLO, indicator: Indicator, sources: Mapping[str, DataSource]) -> str | None:
    """Return the name of the one data source that all sides are counted in, or None with a fault."""
    names = [_source_of(slo, indicator, side, metric, sources) for side, metric in indicator.metrics.items()]
    if None in names:
        return None
    if len(set(names)) > 1:
        slo.faults.error(
            "two-sources",
            indicator.one.document.key_place(*indicator.path),
            "The parts of this ratio come from different data sources.",
            "Count both in one source: they have to be read at one instant.",
        )
        return None
    return names[0]


def _source_of(
    slo: WrittenSLO, indicator: Indicator, side: str, metric: openslo.Metric, sources: Mapping[str, DataSource]
) -> str | None:
    path = (*indicator.path, side, "metricSource")
    source = metric.metric_source
    if source.metric_source_ref:
        path = (*path, "metricSourceRef")
        name = slo.register.resolve_name(indicator.one, path, Family.OPENSLO, "DataSource", source.metric_source_ref)
        return name if name in sources else None
    kind = (source.type or "").lower()
    fitting = [name for name, known in sources.items() if kind in {"", known.kind}]
    if len(fitting) == 1:
        return fitting[0]
    if kind in {"", "prometheus", "scrape"}:
        how_many = "no" if not fitting else "more than one"
        slo.faults.error(
            "no-source",
            indicator.one.document.key_place(*path),
            f"This metric names no data source, and there is {how_many} DataSource that would fit.",
            "Add “metricSourceRef” with the name of a DataSource.",
        )
    else:
        what = f"it comes from a source of the type “{source.type}”"
        document = indicator.one.document
        slo.not_measured((*path, "type"), what, "Use prometheus or scrape.", document=document)
    return None
