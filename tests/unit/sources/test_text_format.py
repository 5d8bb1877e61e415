"""The text format: what targets serve, with all its escapes, and lines that cannot be read."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchbill.lib.errors import Invalid
from watchbill.sources.text_format import Exposed, parse

# a shared machine may be slow at any moment
checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

EXPOSITION = r"""
# HELP http_requests_total The total.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3 1395066363000

msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
metric_without_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
 spaced  { a = "1" , b = "}" }  -Inf
nothing NaN
http_request_duration_seconds_bucket{le="+Inf"} 144320
# EOF
"""


def test_an_exposition_is_read() -> None:
    found = {(one.name, one.labels): one.value for one in parse(EXPOSITION)}
    assert found[("http_requests_total", (("code", "200"), ("method", "post")))] == 1027
    assert found[("http_requests_total", (("code", "400"), ("method", "post")))] == 3
    path = (("error", 'Cannot find file:\n"FILE.TXT"'), ("path", "C:\\DIR\\FILE.TXT"))
    assert found[("msdos_file_access_time_seconds", path)] == 1.458255915e9
    assert found[("metric_without_labels", ())] == 12.47
    assert found[("something_weird", (("problem", "division by zero"),))] == math.inf
    assert found[("spaced", (("a", "1"), ("b", "}")))] == -math.inf
    assert math.isnan(found[("nothing", ())])
    assert found[("http_request_duration_seconds_bucket", (("le", "+Inf"),))] == 144320
    assert len(found) == 8


def test_what_openmetrics_adds_is_tolerated() -> None:
    text = 'a_total{b="c"} 5.0 1700000000.123 # {trace_id="x"} 1.0\na_created{b="c"} 1.7e9\n# UNIT a seconds\n# EOF\n'
    assert parse(text)[0] == Exposed("a_total", (("b", "c"),), 5.0)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("<html>", "does not begin with a metric name"),
        ("1a 5", "does not begin with a metric name"),
        ("a", "a value"),
        ("a five", "“five” is not a number"),
        ("a 0x10", "is not a number"),
        ("a 1_000", "is not a number"),
        ("a 5 6 7", "a value"),
        ('a{b="c" 5', "labels must read"),
        ('a{b="c"d="e"} 5', "labels must read"),
        ("a{b=c} 5", "labels must read"),
        ('a{b="c",b="d"} 5', "the label b is there twice"),
        ("ok 1\na 5\na 6", "this series is there twice"),
        ('a{b="never closed} 5', "labels must read"),
    ],
)
def test_a_line_that_cannot_be_read_is_a_fault_of_the_scrape(line: str, why: str) -> None:
    with pytest.raises(Invalid) as fault:
        parse("# TYPE a counter\n" + line)
    number = 1 + len(line.split("\n"))
    assert fault.value.what.startswith(f"Line {number} of the metrics cannot be read: ")
    assert why in fault.value.what


@checked
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(Invalid):
        parse(text)


@checked
@given(
    st.dictionaries(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True), st.text(), max_size=4),
    st.floats(allow_nan=False),
)
def test_any_labels_and_value_survive_the_format(labels: dict[str, str], value: float) -> None:
    escaped = {
        name: text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name, text in labels.items()
    }
    inner = ",".join(f'{name}="{text}"' for name, text in escaped.items())
    line = f"a{{{inner}}} {value!r}"
    assert parse(line) == [Exposed("a", tuple(sorted(labels.items())), value)]
