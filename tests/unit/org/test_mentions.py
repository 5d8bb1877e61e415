"""What an SLO names is declared, whether or not it comes to be measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.org.test_folder import organisation
from watchbill.org.folder import read

COUNTED = "{metricSource: {metricSourceRef: %s, spec: {query: requests_total}}}"
RATIO = f"ratioMetric: {{counter: true, good: {COUNTED}, total: {COUNTED}}}"
THRESHOLD = "thresholdMetric: {metricSource: {metricSourceRef: %s, spec: {query: latency_seconds}}}"


@pytest.mark.parametrize("objectives", ["[{targetPercent: 99.9}]", "[]"], ids=["measured", "without objectives"])
@pytest.mark.parametrize(
    ("indicator", "is_known"),
    [
        (RATIO % ("metrics", "metrics"), True),
        (RATIO % ("nowhere", "metrics"), False),
        (f"{RATIO % ('metrics', 'metrics')}, {THRESHOLD % 'metrics'}", True),
        (f"{RATIO % ('metrics', 'metrics')}, {THRESHOLD % 'nowhere'}", False),
    ],
    ids=["a ratio", "a ratio of nowhere", "a threshold beside it", "a threshold of nowhere beside it"],
)
def test_a_data_source_that_nobody_declares_is_an_error(
    tmp_path: Path, indicator: str, is_known: bool, objectives: str
) -> None:
    root = organisation(tmp_path)
    text = (root / "goals.yaml").read_text()
    text = text.replace("indicatorRef: cart-success", f"indicator: {{spec: {{{indicator}}}}}")
    text = text.replace("objectives: [{targetPercent: 99.9}]", f"objectives: {objectives}")
    (root / "goals.yaml").write_text(text)
    codes = {fault.code for fault in read(root).errors}
    assert codes == (set() if is_known else {"unknown-data-source"})
