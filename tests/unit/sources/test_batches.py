"""Which questions are asked for many selectors: as few as can be, and together they match what was asked for and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from watchbill.org.objectives import Selector
from watchbill.org.selectors import matches, parse_selector
from watchbill.sources.batches import LONGEST_TEXT, Batch, batches
from watchbill.sources.covering import covers


def texts(*selectors: str) -> list[str]:
    return [batch.text for batch in batches(map(parse_selector, selectors))]


def test_selectors_that_differ_in_one_label_are_one_question() -> None:
    assert texts('r{service="a"}', 'r{service="b"}', 'r{service="c.d"}') == ['r{service=~"a|b|c\\\\.d"}']


def test_selectors_that_differ_in_the_metric_are_one_question() -> None:
    assert texts('a_total{job="x"}', 'b_total{job="x"}') == ['{__name__=~"a_total|b_total",job="x"}']


def test_a_full_grid_is_one_question_and_half_of_one_is_never_made_whole() -> None:
    grid = [f'r{{service="{service}",code="{code}"}}' for service in "ab" for code in (1, 2)]
    assert texts(*grid) == ['r{code=~"1|2",service=~"a|b"}']
    assert texts(grid[0], grid[3]) == ['r{code="1",service="a"}', 'r{code="2",service="b"}']


def test_what_all_share_stays_as_it_is() -> None:
    shared = 'code!="200",path=~"/cart/.*"'
    assert texts(f'r{{service="a",{shared}}}', f'r{{service="b",{shared}}}') == [
        'r{path=~"/cart/.*",service=~"a|b",code!="200"}'
    ]


def test_patterns_are_joined_where_every_server_reads_them_alike() -> None:
    assert texts('r{path=~"/cart/.*"}', 'r{path=~"/pay"}') == ['r{path=~"(?:/cart/.*)|(?:/pay)"}']
    assert texts('r{path=~"\\\\d+"}', 'r{path=~"\\\\w"}') == ['r{path=~"\\\\d+"}', 'r{path=~"\\\\w"}']


def test_a_thousand_goals_are_one_question_and_none_is_longer_than_servers_take() -> None:
    thousand = [parse_selector(f'http_requests_total{{service="service-{number}"}}') for number in range(1000)]
    assert len(batches(thousand)) == 1
    many = [parse_selector(f'http_requests_total{{service="a-service-{number:>060}"}}') for number in range(1000)]
    found = batches(many)
    assert 5 <= len(found) <= 8
    assert max(len(batch.text.encode()) for batch in found) <= LONGEST_TEXT
    assert {one for batch in found for one in batch.selectors} == set(many)


def test_a_batch_falls_into_up_to_eight_pieces_and_at_last_into_single_selectors() -> None:
    (batch,) = batches(parse_selector(f'r{{service="s{number}"}}') for number in range(10))
    assert [len(piece.members) for piece in batch.pieces(8)] == [2, 2, 2, 2, 2]
    assert [piece.text for piece in batch.pieces(8)[0].pieces(8)] == ['r{service="s0"}', 'r{service="s1"}']


values = st.sampled_from(["", "a", "b", "a.b", "a|b"])
operators = st.sampled_from(["=", "!=", "=~", "!~"])


def selector_of(name: str, labels: dict[str, tuple[str, str]]) -> Selector:
    written = ",".join(f'{label}{operator}"{value}"' for label, (operator, value) in labels.items())
    return parse_selector(f"{name}{{{written}}}")


names = st.sampled_from(["m", "n"])
selectors = st.builds(selector_of, names, st.dictionaries(st.sampled_from(["x", "y"]), st.tuples(operators, values)))
series = st.tuples(names, st.fixed_dictionaries({"x": values, "y": values}))


def is_matched(batch: Batch, name: str, labels: dict[str, str]) -> bool:
    text = batch.text if not batch.text.startswith("{") else f"any{batch.text.replace('__name__', 'called')}"
    asked = parse_selector(text)
    return matches(asked, name if asked.metric != "any" else "any", {**labels, "called": name})


def any_matches(found: Iterable[Selector], name: str, labels: dict[str, str]) -> bool:
    return any(matches(one, name, labels) for one in found)


@given(st.lists(selectors, max_size=8), series)
def test_batches_match_what_their_selectors_match_and_nothing_else(
    asked: list[Selector], one: tuple[str, dict[str, str]]
) -> None:
    found = batches(dict.fromkeys(asked))
    assert any(is_matched(batch, *one) for batch in found) == any_matches(asked, *one)
    assert sorted(text for batch in found for text in (each.text for each in batch.selectors)) == sorted(
        {each.text for each in asked}
    )
    assert all(piece.members for batch in found if len(batch.members) > 1 for piece in batch.pieces(8))


@given(st.lists(selectors, max_size=8), series)
def test_what_a_wider_selector_covers_is_a_part_of_it(asked: list[Selector], one: tuple[str, dict[str, str]]) -> None:
    found = covers(asked)
    assert set(found) == set(asked)
    assert all(found[wide] is wide for wide in found.values())
    assert all(matches(wide, *one) for narrow, wide in found.items() if matches(narrow, *one))


def test_a_selector_with_a_pattern_that_servers_may_read_otherwise_is_asked_for_itself() -> None:
    wide, narrow, other = map(parse_selector, ('r{a="1"}', 'r{a="1",b="2"}', 'r{a="1",b=~"\\\\d"}'))
    assert covers([narrow, wide, other]) == {wide: wide, narrow: wide, other: other}
