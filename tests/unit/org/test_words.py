"""The words for the fields of the documents: complete, of nothing that is gone, and true where they say what a reference may be."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Any

import jsonschema
import pytest
import yaml

from watchbill.org.faults import Level
from watchbill.org.folder import read
from watchbill.org.nodes import Path
from watchbill.org.recognition import KINDS, Declared, Family
from watchbill.org.register import Register
from watchbill.org.schemas import kinds, schema_of
from watchbill.org.shapes.checking import shape_at
from watchbill.org.shapes.fields import Shape
from watchbill.org.words import FieldWords, known_annotations, shapes_with_words, words_of
from watchbill.org.words.formats import written_as
from watchbill.org.words.schema import shapes_of

ORG = File(__file__).parents[3] / "src" / "watchbill" / "org"
EXAMPLES = File(__file__).parents[3] / "examples" / "reference"
SHAPES = {shape for known in KINDS.values() for root in known.values() for shape in shapes_of(root).values()}


def told(shape: type[Shape]) -> str:
    return f"{shape.__module__.rpartition('.')[2]}.{shape.__name__}"


@pytest.mark.parametrize("shape", sorted(SHAPES, key=told), ids=told)
def test_every_field_has_its_words_and_no_words_are_of_a_field_that_is_gone(shape: type[Shape]) -> None:
    fields = {field.alias or name for name, field in shape.model_fields.items()}
    assert set(words_of(shape)) == fields
    assert all(words.means.endswith(".") for words in words_of(shape).values())


def test_no_words_are_of_a_shape_that_is_gone() -> None:
    assert shapes_with_words() == {shape.__name__ for shape in SHAPES}


def test_every_annotation_that_is_read_has_its_words_and_no_other() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in ORG.glob("*.py"))
    assert set(known_annotations()) == set(re.findall(r'"(watchbill\.dev/[a-z-]+)"', sources))


def test_an_editor_is_told_what_a_field_means_how_it_is_written_and_what_holds_without_it() -> None:
    pager = schema_of(Family.WATCHBILL, "Engagement")["$defs"]["Pager"]["properties"]
    assert pager["escalation"]["description"] == (
        "The policy that pages follow. Written as the name of an EscalationPolicy, as in `checkout`. "
        "Without it: the one that is “for” the group that holds the pager."
    )
    assert pager["hours"]["default"] == "always"
    assert pager["respondWithin"]["examples"] == ["5m"]


def test_an_editor_knows_the_annotations_of_an_slo() -> None:
    annotations = schema_of(Family.OPENSLO, "SLO")["$defs"]["Metadata"]["properties"]["annotations"]["properties"]
    assert annotations["watchbill.dev/unknown"]["enum"] == ["hold", "bad", "ignore"]
    assert annotations["watchbill.dev/budget-policy"]["examples"] == ["standard"]
    assert set(annotations) == set(known_annotations())


def test_a_reference_says_where_a_prefix_is_needed() -> None:
    assert written_as({"type": "string"}, FieldWords("", of=("user",))) == "a user, as in `dana` or `user:dana`"
    assert written_as({"type": "string"}, FieldWords("", of=("user", "group"))) == (
        "a user, as in `dana`, or a group, as in `group:sre-core`"
    )


@pytest.mark.parametrize(("family", "kind"), kinds())
def test_every_example_of_a_field_is_valid_by_its_schema(family: Family, kind: str) -> None:
    schema = schema_of(family, kind)
    definitions = schema.get("$defs", {})
    for part in [schema, *definitions.values()]:
        for field, described in part["properties"].items():
            checked = jsonschema.Draft202012Validator(described | {"$defs": definitions})
            for example in described.get("examples", []):
                assert [error.message for error in checked.iter_errors(example)] == [], field


def test_a_fault_says_how_the_value_is_written(tmp_path: File) -> None:
    (tmp_path / "org.yaml").write_text(
        """apiVersion: watchbill/v1
kind: Schedule
metadata: {name: primary}
spec:
  timeZone: Europe/Berlin
  layers:
    - {name: weekly, start: "2026-01-05T09:00", people: []}
""",
        encoding="utf-8",
    )
    errors = [fault for fault in read(tmp_path).faults if fault.level is Level.ERROR]
    assert {fault.message: fault.hint for fault in errors} == {
        "“turn” is missing in this item.": "Add “turn”: the length of a turn, as in “1 week” or “12 hours”.",
        "“people” is empty.": "Give at least one: the people of a turn, as in “ana”, “[raj, mei]” or “nobody”.",
    }
    (tmp_path / "org.yaml").write_text(
        "apiVersion: watchbill/v1\nkind: Organization\nmetadata: {name: acme}\n"
        "spec: {timeZone: UTC, admins: dana, hours: {office: always}, rules: [{rule: charter, off: true}]}\n",
        encoding="utf-8",
    )
    assert [fault.hint for fault in read(tmp_path).faults] == [
        "Write a list; each entry is a user, as in “dana” or “user:dana”.",
        'Write a list; each entry is a mapping, as in “{days: mon-fri, from: "08:00", to: "18:00"}”.',
        'Add “reason”: text, as in "two sites, six people each".',
    ]


def test_a_folder_without_faults_never_waits_for_the_words() -> None:
    program = (
        "import sys; from pathlib import Path; from watchbill.org.folder import read; "
        f"assert not read(Path({str(EXAMPLES)!r})).faults; print('watchbill.org.words' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.parametrize("at", [datetime(2026, 5, 4, 12, tzinfo=UTC), datetime(2026, 11, 25, 20, tzinfo=UTC)])
def test_the_examples_of_the_reference_are_one_organisation_without_a_fault(at: datetime) -> None:
    assert read(EXAMPLES, at).faults == ()


@pytest.mark.parametrize("kind", [kind for _, kind in kinds()])
def test_every_kind_has_an_example_in_the_reference(kind: str) -> None:
    first = yaml.safe_load((EXAMPLES / f"{kind}.yaml").read_text(encoding="utf-8").partition("\n---")[0])
    assert first["kind"] == kind


def test_the_words_say_of_each_reference_where_it_may_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[tuple[type[Shape], Path, tuple[str, ...]]] = set()
    resolve, resolve_name = Register.resolve, Register.resolve_name

    def heard(register: Register, one: Declared[Shape], path: Path, kinds: Sequence[str], **more: Any) -> Any:
        asked.add((KINDS[one.family][one.kind], path, tuple(kinds)))
        return resolve(register, one, path, kinds, **more)

    def heard_name(register: Register, one: Declared[Shape], path: Path, *named: Any) -> Any:
        asked.add((KINDS[one.family][one.kind], path, (named[1],)))
        return resolve_name(register, one, path, *named)

    monkeypatch.setattr(Register, "resolve", heard)
    monkeypatch.setattr(Register, "resolve_name", heard_name)
    for folder in (EXAMPLES, EXAMPLES.parent / "acme"):
        assert read(folder).organization is not None

    assert len(asked) > 100
    for root, path, of in asked:
        said = words_at(root, path)
        assert said is None or said.of == of, (root.__name__, path)


def words_at(root: type[Shape], path: Path) -> FieldWords | None:
    """Return the words for what stands at a path, None for turns, whom to notify, and policies or their names."""
    names = [key for key in path if isinstance(key, str)]
    if "annotations" in path:
        return known_annotations()[names[-1]].words
    around = shape_at(root, path[: path.index(names[-1])])
    assert around is not None
    return None if names[-1] in {"people", "notify", "alertPolicies"} else words_of(around)[names[-1]]
