"""Selectors: what can be read, what it means, and what is refused with a reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchbill.org.selectors import matches, parse_query, parse_selector

# a shared machine may be slow at any moment
checked = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("up", "up"),
        ("up{}", "up"),
        ('http_requests_total{service="cart", code=~"5.."}', 'http_requests_total{code=~"5..",service="cart"}'),
        ("a{b='c',}", 'a{b="c"}'),
        ("a{b=`c\\d`}", 'a{b="c\\\\d"}'),
        ('a{b="c",b="c"}', 'a{b="c"}'),
        ('{__name__="a",b!="c"}', 'a{b!="c"}'),
        ('sum(a{b!~"c"})', 'a{b!~"c"}'),
        (" sum by (x, y)\n( a ) ", "a"),
        ("sum(a) without (instance)", "a"),
        ("job:requests:total # all of them", "job:requests:total"),
        ('a{b="line\\nbreak \\"quoted\\" \\x41"}', 'a{b="line\\nbreak \\"quoted\\" A"}'),
    ],
)
def test_a_plain_selector_is_read_bare_or_summed(text: str, canonical: str) -> None:
    assert parse_selector(text).text == canonical
    assert parse_selector(canonical) == parse_selector(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rate(a[5m])", "give the bare counter"),
        ("sum(rate(a[5m]))", "give the bare counter"),
        ("increase(a[28d])", "give the bare counter"),
        (
            "rate(sum(a)[5m:])",
            "rate(sum(…)) takes the growth of a sum, and a sum falls whenever one of its processes goes away",
        ),
        ("increase(sum by (job) (a)[1h:])", "increase(sum(…)) takes the growth of a sum"),
        ("rate(max(a)[5m:])", "rate(max(…)) cannot be read here"),
        ("sum(a[5m])", "asks for a range"),
        ("a[5m]", "asks for a range"),
        ("a offset 5m", "cannot follow a selector"),
        ("a - b", "cannot follow a selector"),
        ("1 - a", "does not name one metric"),
        ("", "does not name one metric"),
        ('{b="c"}', "does not name one metric"),
        ('{__name__=~"a.*"}', "does not name one metric"),
        ('a{b="c"', "is missing at the end"),
        ('a{b="c}', "never closed"),
        ('a{b="c" d="e"}', "“,” is missing"),
        ("a{b=c}", "quoted value for the label b"),
        ("a{b}", "one of = != =~ !~"),
        ('a{b=~"("}', "is not a pattern"),
        ('a{b="\\d"}', "is no escape"),
        ('a{b="\\ud800"}', "is not a character"),
        ("sum(" * 60 + "a" + ")" * 60, "too many"),
        ("sum by (" + "a" * 200 + " b) (c)", "give the bare counter"),
    ],
)
def test_what_is_no_plain_selector_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_selector(text)


@pytest.mark.parametrize(
    ("text", "canonical", "function"),
    [
        ("a", "a", ""),
        ("sum(a)", "a", ""),
        ("rate(a[5m])", "a", "rate"),
        ("increase(a[1h])", "a", "increase"),
        ('sum(rate(a{code="500"}[5m]))', 'a{code="500"}', "rate"),
        ("sum by (job) ( Rate ( a [ 1h30m ] ) )", "a", "rate"),
        ("sum(increase(job:requests:total[$__range])) by (job)", "job:requests:total", "increase"),
        ("sum(rate(a[{{.window}}]))", "a", "rate"),
    ],
)
def test_the_counter_inside_a_rate_or_an_increase_is_read(text: str, canonical: str, function: str) -> None:
    found = parse_query(text)
    assert (found.selector.text, found.function) == (canonical, function)


@pytest.mark.parametrize(
    "text",
    [
        "rate(a)",
        "rate(a[5m:1m])",
        "rate(a[5m] offset 1h)",
        "rate(a[5m]) / 2",
        "rate(rate(a[5m])[5m:])",
        "rate(sum(a)[5m])",
        "irate(a[5m])",
        "rate(a[])",
        "rate(a[5m]",
        "rate(5)",
        "rate by (job) (a[5m])",
    ],
)
def test_a_rate_of_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse_query(text)


@pytest.mark.parametrize(
    ("matcher", "value", "meant"),
    [
        ('b="c"', "c", True),
        ('b="c"', "cc", False),
        ('b!="c"', "", True),
        ('b=~"5.."', "503", True),
        ('b=~"5.."', "5033", False),
        ('b=~"5..|"', "", True),
        ('b!~"5.."', "200", True),
        ('b!~"5.."', "500", False),
        ('b=""', "", True),
    ],
)
def test_patterns_match_whole_values_and_a_missing_label_is_empty(matcher: str, value: str, meant: bool) -> None:
    selector = parse_selector(f"a{{{matcher}}}")
    labels = {"b": value} if value else {}
    assert matches(selector, "a", labels) is meant
    assert not matches(selector, "other", labels)


@checked
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        selector = parse_selector(text)
    except ValueError:
        return
    assert parse_selector(selector.text) == selector


@checked
@given(st.text())
def test_any_value_survives_quoting(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    selector = parse_selector(f'a{{b="{escaped}"}}')
    assert matches(selector, "a", {"b": value})
    assert parse_selector(selector.text) == selector


@checked
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b_1", "code"]),
            st.sampled_from(["=", "!=", "=~", "!~"]),
            st.sampled_from(["", "x", "5..", "a=b", "{c}", "d,e", ".*", "ü"]),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_blanks_and_a_last_comma_mean_nothing(matchers: list[tuple[str, str, str]]) -> None:
    close = ",".join(f'{label}{operator}"{value}"' for label, operator, value in matchers)
    wide = " , ".join(f'{label} {operator} "{value}"' for label, operator, value in matchers)
    assert parse_selector(f"up{{{close}}}") == parse_selector(f"up {{ {wide} , }}")
