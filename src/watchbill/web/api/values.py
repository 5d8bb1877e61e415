"""The values that answers and requests of the API are made of: instants, ratios, places, reasons, faults."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from watchbill.org.because import Because
from watchbill.org.faults import Fault
from watchbill.org.values import EntityRef, Place
from watchbill.web.doors import Doors, doors_of
from watchbill.web.problems import MEDIA_TYPE

_RFC3339 = re.compile(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$")
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_NO_CONTROL = r"^[^\x00-\x1f\x7f]+$"


class Answer(BaseModel):
    """What all parts of answers share: strict, closed, camelCase."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class Asked(BaseModel):
    """What all bodies of requests share: strict, and unknown fields are faults."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, alias_generator=to_camel)


def read_instant(value: Any) -> datetime:
    """Read an RFC 3339 time with an offset, between 1990 and 2200. Raises ValueError."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC3339.match(value):
        raise ValueError("write an RFC 3339 time with an offset, as in 2026-05-03T12:00:00Z")
    instant = datetime.fromisoformat(value.upper())
    if not _EARLIEST <= instant <= _LATEST:
        raise ValueError("write a time between the years 1990 and 2200")
    return instant.astimezone(UTC)


AskedInstant = Annotated[
    datetime,
    BeforeValidator(read_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-05-03T12:00:00Z"]}),
]
Name = Annotated[str, Path(min_length=1, max_length=255, pattern=_NO_CONTROL)]
Reference = Annotated[
    str,
    Path(
        min_length=1,
        max_length=255,
        pattern=_NO_CONTROL,
        description="`[kind:][namespace/]name`; a component where no kind is given, else a resource.",
        examples=["cart"],
    ),
]
At = Annotated[AskedInstant | None, Query(description="The instant to answer for; now where none is given.")]
PracticeName = Literal["toil", "goals", "design", "observability", "incidents", "capacity", "change", "chaos"]
FromDoors = Annotated[Doors, Depends(doors_of)]


class ExactRatio(Answer):
    """An exact ratio, beside the float that rounds it."""

    num: int
    den: int

    @classmethod
    def of(cls, value: Fraction) -> ExactRatio:
        """Return a fraction as it is answered."""
        return cls(num=value.numerator, den=value.denominator)


class PlaceAnswer(Answer):
    """Where something is written in the organisation's files."""

    file: str = Field(examples=["services.yaml"])
    line: int = Field(examples=[12])
    column: int = Field(examples=[1])

    @classmethod
    def of(cls, place: Place) -> PlaceAnswer:
        """Return a place as it is answered."""
        return cls(file=place.file, line=place.line, column=place.column)


class Reason(Answer):
    """One step of the chain that led to an answer; `document` is kind and name, `file` and `line` say where it stands."""

    rule: str = Field(examples=["engagement-covers"])
    text: str
    document: str = Field(examples=["Engagement checkout-sre-with-cart"])
    file: str | None
    line: int | None

    @classmethod
    def of(cls, because: Because) -> Reason:
        """Return a reason as it is answered."""
        place = because.place
        return cls(
            rule=because.rule,
            text=because.text,
            document=because.document,
            file=place.file if place else None,
            line=place.line if place else None,
        )


class FaultAnswer(Answer):
    """What is wrong with a document, where, and how to mend it."""

    code: str
    severity: str = Field(examples=["error"])
    message: str
    hint: str
    file: str
    line: int
    column: int
    related: list[PlaceAnswer]

    @classmethod
    def of(cls, fault: Fault) -> FaultAnswer:
        """Return a fault as it is answered."""
        return cls(
            code=fault.code,
            severity=fault.level.value,
            message=fault.message,
            hint=fault.hint,
            file=fault.place.file,
            line=fault.place.line,
            column=fault.place.column,
            related=[PlaceAnswer.of(place) for place in fault.related],
        )


def text_of(reference: EntityRef | None) -> str | None:
    """Return a reference as it is answered."""
    return None if reference is None else str(reference)


def seconds_of(span: timedelta) -> float:
    """Return a duration as it is answered."""
    return span.total_seconds()


def seconds_if(span: timedelta | None) -> float | None:
    """Return a duration that may be none as it is answered."""
    return None if span is None else seconds_of(span)


def now_or(at: datetime | None, doors: Doors) -> datetime:
    """Return the instant that was asked for, else the present one."""
    return doors.clock.now() if at is None else at


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how the API's description names the errors of a route; those of every route are added."""
    titles = {
        400: "The request cannot be read",
        401: "Nobody is signed in, or the token is not one of ours",
        403: "The caller may not do this",
        404: "There is no such thing",
        405: "This address does not take this method",
        409: "Somebody or something got there first",
        413: "The body is too large",
        415: "The body is of a kind that is not read here",
        422: "The request does not fit",
        503: "The store does not answer: try again",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": titles[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({400, 401, 403, 422, 503, *statuses})
    }
