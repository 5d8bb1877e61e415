"""The file of a goal test → what it gives, or every fault in it at once, each with its place and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from watchbill.lib.errors import NotFound, Unavailable
from watchbill.org.documents import decode, read_documents
from watchbill.org.faults import Fault, FaultList, Level
from watchbill.org.folder import printable
from watchbill.org.nodes import Document
from watchbill.org.nodes import Path as NodePath
from watchbill.org.objectives import DataSource, Exclusion
from watchbill.org.selectors import parse_selector
from watchbill.org.shapes.checking import check
from watchbill.org.values import Place

from . import documents
from .given import Arrival, Expectation, Given, Question, SeriesKey
from .shapes import KEYS, ExpectedAnswer, ExpectedMinute, GoalTest, Scrape

LONGEST = timedelta(days=400)


def read(file: Path) -> tuple[Given | None, tuple[Fault, ...]]:
    """Return what the test gives, None where errors forbid it, and all faults; places are relative to the file's folder.

    Raises NotFound where there is no such file, Unavailable where it cannot be read.
    """
    faults = FaultList()
    document = _document(file, faults)
    given = None if document is None else _given(document, file.parent, faults)
    return None if faults.has_errors else given, faults.sorted()


def _document(file: Path, faults: FaultList) -> Document | None:
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NotFound(f"There is no file “{printable(file)}”.", "Give the YAML file of a goal test.") from None
    except OSError as error:
        raise Unavailable(f"“{printable(file)}” cannot be read: {error.strerror}.", "Make it readable.") from error
    name = printable(file.name)
    text = decode(content, name, faults)
    found = [] if text is None else read_documents(text, name, faults)
    if len(found) == 1:
        faults.extend(found[0].faults)
        return found[0].document
    if not faults.has_errors:
        what = "This file holds several documents." if found else "This file is empty."
        hint = "A goal test is one document; those that it tests are the items of “documents”."
        faults.error("wrong-type", Place(name, 1), what, hint)
    return None


def _given(document: Document, folder: Path, faults: FaultList) -> Given | None:
    test = check(document, GoalTest, faults, unknown_fields=Level.ERROR)
    if test is None:
        if isinstance(document.data, Mapping) and isinstance(document.data.get("documents"), list):
            documents.link(document, folder, faults)
        return None
    return _Reader(document, faults, documents.link(document, folder, faults)).given(test)


class _Reader:
    """Reads what refers to the goals and sources of one test."""

    def __init__(self, document: Document, faults: FaultList, linked: documents.Linked) -> None:
        self._document, self._faults = document, faults
        self._sources, self._goals, self._declared = linked.sources, linked.goals, linked.declared
        self._agreed = linked.agreed

    def given(self, test: GoalTest) -> Given:
        arrivals = list(self._arrivals(test.scrapes))
        begin = min(scrape.at for scrape in test.scrapes)
        for position, ask in enumerate(test.ask):
            self._check_goal(ask.goal, ("ask", position, "goal"))
            self._check_time(ask.at, begin, ("ask", position, "at"))
        self._check_time(max(scrape.at for scrape in test.scrapes), begin, ("scrapes",))
        expectations = list(self._expectations(test, begin))
        asked = [Question(ask.goal.lower(), ask.at) for ask in test.ask]
        implied = [Question(one.goal, one.at) for one in expectations if one.of == "at"]
        self._check_minutes(expectations, arrivals, [*asked, *implied])
        return Given(
            goals=self._goals,
            sources=self._sources,
            arrivals=arrivals,
            exclusions=list(self._exclusions(test)),
            agreed=self._agreed,
            questions=list(dict.fromkeys([*asked, *implied])),
            expectations=expectations,
        )

    def _arrivals(self, scrapes: list[Scrape]) -> Iterator[Arrival]:
        arrived = scrapes[0].at
        for position, scrape in enumerate(scrapes):
            arrived = max(arrived, scrape.at)
            source = self._source(scrape, position)
            if bool(scrape.samples) == scrape.failed:
                what = "This scrape has samples, and failed." if scrape.failed else "This scrape has no samples."
                place = self._document.place("scrapes", position)
                self._faults.error("missing-field", place, what, "Add either “samples” or “failed: true”.")
            values = [(self._key(scrape, position, text, source), value) for text, value in scrape.samples.items()]
            yield Arrival(
                source.name if source else "",
                scrape.at,
                arrived,
                [(key, value) for key, value in values if key is not None],
            )

    def _source(self, scrape: Scrape, position: int) -> DataSource | None:
        if scrape.source is None:
            if len(self._sources) > 1:
                place, known = self._document.place("scrapes", position), ", ".join(sorted(self._sources))
                what = "There are several data sources, and this scrape does not say whose it is."
                self._faults.error("missing-field", place, what, f"Add “source”, one of {known}.")
            return next(iter(self._sources.values()), None)
        found = self._sources.get(scrape.source.lower())
        if found is None:
            self._unknown("data source", scrape.source, self._sources, ("scrapes", position, "source"))
        return found

    def _key(self, scrape: Scrape, position: int, text: str, source: DataSource | None) -> SeriesKey | None:
        """Return metric and labels of a sample as the source knows them: `job` and `instance` are its own unless it names them."""
        try:
            return _series(text, scrape.target, source)
        except ValueError as error:
            place = self._document.key_place("scrapes", position, "samples", text)
            self._faults.error("bad-series", place, f"{error}.", 'Write it as in http_requests_total{code="200"}.')
            return None

    def _exclusions(self, test: GoalTest) -> Iterator[Exclusion]:
        for position, one in enumerate(test.exclusions):
            self._check_goal(one.goal, ("exclusions", position, "goal"))
            place = self._document.place("exclusions", position)
            if one.until <= one.from_:
                what = "This exclusion ends before it begins."
                self._faults.error("out-of-range", place, what, "Write an “until” that is later than “from”.")
            yield Exclusion(one.goal.lower(), one.from_, one.until, one.why, place)

    def _expectations(self, test: GoalTest, begin: datetime) -> Iterator[Expectation]:
        for position, written in enumerate(test.expect):
            path: NodePath = ("expect", position)
            place = self._document.place(*path)
            named = [key for key in KEYS if key in written]
            if len(named) != 1:
                what = "It is not clear of what this is expected."
                hint = "Add “minute”, a minute of the ledger, or “at”, the instant of an answer, and not both."
                self._faults.error("missing-field", place, what, hint)
                continue
            shape = ExpectedMinute if named == ["minute"] else ExpectedAnswer
            names = self._names(position, {key: written[key] for key in ("goal", *named) if key in written}, shape)
            if names is None:
                continue
            instant = names.minute if isinstance(names, ExpectedMinute) else names.at
            self._check_goal(names.goal, (*path, "goal"))
            self._check_time(instant, begin.replace(second=0, microsecond=0), (*path, named[0]))
            fields = {key: value for key, value in written.items() if key not in ("goal", *named)}
            yield Expectation(names.goal.lower(), named[0], instant, fields, place)

    def _check_minutes(
        self, expectations: list[Expectation], arrivals: list[Arrival], questions: list[Question]
    ) -> None:
        """Refuse what is expected of a minute that the test does not reach."""
        newest = max(arrival.at for arrival in arrivals)
        end = max([arrivals[-1].arrived, *(question.at for question in questions)])
        for one in expectations:
            if one.of == "minute" and one.at > newest and one.at >= end:
                what = "This minute lies after the last scrape, and after all that is asked."
                self._faults.error("out-of-range", one.place, what, "Ask for a later instant too, or scrape longer.")

    def _names(
        self, position: int, data: dict[str, object], shape: type[ExpectedMinute | ExpectedAnswer]
    ) -> ExpectedMinute | ExpectedAnswer | None:
        document = self._document

        def compose(*_: object) -> object:
            return document.at(("expect", position))

        line = document.place("expect", position).line - 1
        part = Document(document.file, document.source, line, data, document.holds_empty, compose)  # type: ignore[arg-type]
        return check(part, shape, self._faults, unknown_fields=Level.ERROR)

    def _check_goal(self, name: str, path: NodePath) -> None:
        if name.lower() not in self._declared:
            self._unknown("goal", name, self._goals, path)
        elif name.lower() not in self._goals and not self._faults.has_errors:
            place, what = (
                self._document.place(*path),
                f"The goal “{name}” is not measured by this version of watchbill.",
            )
            self._faults.error("goal-not-measured", place, what, "The warning at its document says why.")

    def _check_time(self, instant: datetime, begin: datetime, path: NodePath) -> None:
        if not begin <= instant <= begin + LONGEST:
            what = "This lies before the first scrape." if instant < begin else "This is more than 400 days of scrapes."
            self._faults.error("out-of-range", self._document.place(*path), what, "Ask within what was scraped.")

    def _unknown(self, kind: str, name: str, known: Mapping[str, object], path: NodePath) -> None:
        near = get_close_matches(name.lower(), known, 1, 0.6)
        hint = f"Did you mean “{near[0]}”?" if near else f"There is: {', '.join(sorted(known)) or 'none'}."
        code = f"unknown-{kind.replace(' ', '-')}"
        self._faults.error(code, self._document.place(*path), f"There is no {kind} “{name}” in this test.", hint)


def _series(text: str, target: str, source: DataSource | None) -> SeriesKey:
    declared = {} if source is None else {one.name: one.labels for one in source.targets}.get(target, {})
    metric, labels = _parsed(text)
    own = {"job": source.name if source else "", "instance": target, **declared}
    return metric, tuple(sorted({**own, **labels}.items()))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[str, dict[str, str]]:
    selector = parse_selector(text)
    if any(matcher.operator != "=" for matcher in selector.matchers):
        raise ValueError(f"“{text}” is a selector of several series, not the name of one")
    return selector.metric, {matcher.label: matcher.value for matcher in selector.matchers}
