"""How a value is written, said in words: “a duration, as in `5m`”. Made from a field's JSON Schema and from its words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from watchbill.org.nodes import plain_value

from . import FieldWords

SOME = {
    "user": "dana",
    "group": "sre-core",
    "component": "cart",
    "resource": "cart-db",
    "system": "checkout",
    "domain": "retail",
    "api": "cart-api",
    "SRETeam": "checkout-sre",
    "Engagement": "checkout-sre-with-cart",
    "EscalationPolicy": "checkout",
    "BudgetPolicy": "standard",
    "DataSource": "metrics",
    "SLI": "cart-requests",
    "AlertPolicy": "cart-burn",
    "AlertCondition": "fast-burn",
    "AlertNotificationTarget": "ops-mail",
}
_TYPES = {"boolean": "`true` or `false`", "number": "a number", "string": "text"}
_BARE = re.compile(r"[A-Za-z0-9][\w./@+-]*%?(?: [\w./@+%'-]+)*\Z")
_CLOCK = re.compile(r"(?:\w+ )?\d+:\d\d\Z")


def written_as(part: Mapping[str, Any], words: FieldWords) -> str:
    """Return how a value is written, with an example where that helps."""
    if part.get("type") == "array":
        return f"a list; each entry is {written_as(part['items'], entry_words(words))}"
    if words.choices or "enum" in part or "const" in part:
        return _either(words.choices or part.get("enum") or [part["const"]])
    if words.of:
        return _named(words.of) + (", or a scope" if "oneOf" in part else "") + _as_in(words.example)
    if "$ref" in part or part.get("type") == "object":
        return _mapping(part) + _as_in(words.example)
    if "anyOf" in part and "description" not in part:
        choices = (written_as(choice, FieldWords("")) for choice in part["anyOf"])
        return " or ".join(dict.fromkeys(choices)) + _as_in(words.example)
    examples = [words.example] if words.example is not None else part.get("examples", [])
    return _what(part) + (f", as in {_either(examples)}" if examples else "")


def entry_words(words: FieldWords) -> FieldWords:
    """Return the words for one entry of a list, or of a mapping by names of one's own."""
    example = words.example
    if isinstance(example, list) and example:
        example = example[0]
    elif isinstance(example, Mapping) and all(isinstance(value, list) for value in example.values()):
        example = next(iter(example.values()))
    return FieldWords(words.means, words.of, example)


def shown(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {shown(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(shown(each) for each in value)}]"
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if _CLOCK.match(value) or not isinstance(plain_value(value), str):
        return f'"{value}"'
    if _BARE.match(value):
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'


def as_json(value: Any) -> Any:
    """Return a value as a JSON document can hold it."""
    if isinstance(value, Mapping):
        return {key: as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return float(value) if isinstance(value, Decimal) else value


def _either(values: Sequence[Any]) -> str:
    *others, last = (f"`{shown(value)}`" for value in values)
    return f"{', '.join(others)} or {last}" if others else last


def _named(kinds: Sequence[str]) -> str:
    first, *others = kinds
    if first[0].isupper():
        return f"the name of {_article(first)} {first}, as in `{SOME[first]}`"
    choices = [f"{_article(first)} {first}, as in `{SOME[first]}`"]
    if not others:
        return f"{choices[0]} or `{first}:{SOME[first]}`"
    choices += [f"{_article(kind)} {kind}, as in `{kind}:{SOME[kind]}`" for kind in others]
    return ", or ".join([", ".join(choices[:-1]), choices[-1]])


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeioAEIO" or noun.startswith(("SRE", "SL")) else "a"


def _mapping(part: Mapping[str, Any]) -> str:
    keys = part.get("propertyNames", {}).get("enum")
    inner = part.get("additionalProperties")
    if not keys or not isinstance(inner, Mapping):
        return "a mapping"
    return f"a mapping from {_either(keys)} to {written_as(inner, FieldWords(''))}"


def _what(part: Mapping[str, Any]) -> str:
    if "description" in part:
        head = str(part["description"]).partition(":")[0]
        return head[0].lower() + head[1:]
    if part.get("type") == "integer":
        return f"a whole number{_bounds(part)}"
    return _TYPES.get(str(part.get("type")), "a value")


def _bounds(part: Mapping[str, Any]) -> str:
    least, most = part.get("minimum"), part.get("maximum")
    if most is not None:
        return f" from {least} to {most}"
    return f" of at least {least}" if least is not None else ""


def _as_in(example: Any) -> str:
    return "" if example is None else f", as in `{shown(example)}`"
