"""Writes the parts of the reference of documents that come from the code: the kinds with examples and fields, and annotations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from watchbill.org import schemas
from watchbill.org.recognition import KINDS, Family
from watchbill.org.shapes import backstage, charter, openslo
from watchbill.org.shapes.fields import Shape
from watchbill.org.words import FieldWords, known_annotations, words_of
from watchbill.org.words.formats import shown, written_as
from watchbill.org.words.schema import plain_schema, shapes_of

EXAMPLES = Path(__file__).parents[1] / "examples" / "reference"
_HEADER = ["| field | meaning | written as | when left out |", "|---|---|---|---|"]
_FAMILIES = {
    Family.WATCHBILL: "watchbill's own kinds",
    Family.OPENSLO: "Kinds of OpenSLO",
    Family.BACKSTAGE: "Kinds of Backstage",
}
_SECTIONS = {
    "duration": "durations-and-turns",
    "length of a turn": "durations-and-turns",
    "day": "days-and-times",
    "local time": "days-and-times",
    "time of day": "hours-of-the-week",
    "weekdays": "hours-of-the-week",
    "share": "shares-and-numbers",
    "time zone": "time-zones",
    "name": "names-and-references",
}


def kinds() -> str:
    """Return all kinds: what each is for, an example, and its fields."""
    parts: list[str] = []
    of_family: Family | None = None
    for family, kind in schemas.kinds():
        parts += [f"## {_FAMILIES[family]}\n"] if family is not of_family else []
        of_family = family
        parts += _kind(family, kind)
    return "\n".join(parts)


def overview() -> str:
    """Return which kinds there are, and what each is for."""
    rows = [f"| [{kind}](#{kind.lower()}) | {_purpose(KINDS[family][kind])} |" for family, kind in schemas.kinds()]
    return "\n".join(["| kind | what it is for |", "|---|---|", *rows, ""])


def metadata() -> str:
    """Return the fields of `metadata`, which are the same for all kinds of a family."""
    parts: list[str] = []
    for shape, kind, versions in (
        (charter.Metadata, "Organization", "`watchbill/v1`"),
        (openslo.Metadata, "SLO", "`openslo/v1`"),
        (backstage.Metadata, "User", "`backstage.io/v1alpha1`, or `backstage.io/v1beta1`"),
    ):
        fields = _Fields(next(known[kind] for known in KINDS.values() if kind in known))
        parts += [f"With `apiVersion` {versions}:\n", *_HEADER, *fields.rows(shape.__name__, "metadata."), ""]
    return "\n".join(parts)


def annotations() -> str:
    """Return the annotations that are read."""
    rows = []
    for name, each in known_annotations().items():
        on = " or ".join(f"[{kind}](#{kind.lower()})" for kind in each.on)
        words = each.words
        rows.append(
            f"| `{name}` on an {on} | {words.means} | {_linked(written_as({'type': 'string'}, words))} | {_without({}, words)} |"
        )
    return "\n".join(["| annotation | meaning | written as | when left out |", "|---|---|---|---|", *rows, ""])


def _kind(family: Family, kind: str) -> Iterator[str]:
    root = KINDS[family][kind]
    yield f"### {kind}\n"
    yield f"{_purpose(root)}\n"
    yield f"```yaml\n{(EXAMPLES / f'{kind}.yaml').read_text(encoding='utf-8').rstrip()}\n```\n"
    fields = _Fields(root)
    yield from _HEADER
    yield from fields.rows(_name_of_spec(root), "")
    yield ""
    if fields.not_yet:
        yield f"Not read by this version, and refused: {', '.join(fields.not_yet)}.\n"


def _purpose(root: type[Shape]) -> str:
    return (root.__doc__ or "").strip()


class _Fields:
    """The rows of one kind's fields, each nested one under its path."""

    def __init__(self, root: type[Shape]) -> None:
        self._parts = plain_schema(root)["$defs"]
        self._shapes = shapes_of(root)
        self.not_yet: list[str] = []

    def rows(self, shape: str, path: str) -> Iterator[str]:
        """Yield the rows of a shape's fields and of all that lies in them."""
        part, words = self._parts[shape], words_of(self._shapes[shape])
        self.not_yet += [f"`{path}{name}`" for name in sorted(self._shapes[shape].not_yet)]
        for name, field in part["properties"].items():
            is_needed = name in part.get("required", [])
            yield from self._row(f"{path}{name}", field, words[name], is_needed=is_needed)

    def _row(self, path: str, field: Mapping[str, Any], words: FieldWords, *, is_needed: bool) -> Iterator[str]:
        inner = _shape_in(field)
        path += "[]" if _is_list(field) else ".NAME[]" if inner and "patternProperties" in field else ""
        without = "**needed**" if is_needed else _without(field, words)
        yield f"| {_breaking(path)} | {words.means} | {_written(field, words, inner)} | {without} |"
        if inner and not _elsewhere(inner):
            yield from self.rows(inner, f"{path}.")


def _breaking(path: str) -> str:
    """Return a path that breaks after its dots where it is long."""
    return f'<code class="docutils literal">{path.replace(".", ".<wbr>")}</code>' if "." in path else f"`{path}`"


def _written(field: Mapping[str, Any], words: FieldWords, inner: str) -> str:
    if not inner:
        return _linked(written_as(field.get("items", field), words))
    if elsewhere := _elsewhere(inner):
        return elsewhere
    if "oneOf" in field:
        return f"{_linked(written_as(field, words))} with the fields below"
    if "patternProperties" in field:
        return "a list of the fields below for each name"
    return "a list, each entry with the fields below" if _is_list(field) else "the fields below"


def _elsewhere(shape: str) -> str:
    """Return where the fields of a shape are told that has a place of its own; else the empty text."""
    if shape == "Metadata":
        return "as every [metadata](#metadata)"
    kind = next((kind for kind, root in openslo.KINDS.items() if _name_of_spec(root) == shape), "")
    return f"as the spec of [{kind}](#{kind.lower()})" if kind else ""


def _name_of_spec(root: type[Shape]) -> str:
    annotation = root.model_fields["spec"].annotation
    return annotation.__name__ if annotation is not None else ""


def _shape_in(field: Any) -> str:
    """Return the name of the shape that a part of the schema is, lists, or has among its choices; else the empty text."""
    if isinstance(field, list):
        return next((found for each in field if (found := _shape_in(each))), "")
    if not isinstance(field, Mapping):
        return ""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    inner = [field.get("items"), *field.get("patternProperties", {}).values()]
    return _shape_in([*inner, *field.get("oneOf", []), *field.get("anyOf", [])])


def _is_list(field: Mapping[str, Any]) -> bool:
    return "items" in field or any("items" in choice for choice in field.get("anyOf", []) if "description" not in field)


def _without(field: Mapping[str, Any], words: FieldWords) -> str:
    if words.without:
        return words.without
    default = words.default if words.default is not None else field.get("default")
    return f"`{shown(default)}`" if default is not None else "nothing"


def _linked(text: str) -> str:
    """Return how a value is written, its first word a link to where that is explained, without its article."""
    bare = text.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    for head, section in _SECTIONS.items():
        if bare.startswith(head) and not bare.startswith("name of"):
            return f"[{head}](#{section}){bare[len(head) :]}"
    return bare
