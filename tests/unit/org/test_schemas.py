"""The JSON Schemas: each is valid, and agrees with lint on what is sound and on what is not."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from tests.unit.org.test_folder import SOUND
from watchbill.org.documents import read_documents
from watchbill.org.faults import FaultList
from watchbill.org.folder import files
from watchbill.org.nodes import to_data
from watchbill.org.recognition import KINDS, Family
from watchbill.org.schemas import kinds, schema_of, schema_of_all

FAMILIES = {"watchbill": Family.WATCHBILL, "openslo": Family.OPENSLO, "backstage.io": Family.BACKSTAGE}
DOCUMENTS: list[Any] = [
    to_data(one.document.root)
    for path in files(SOUND)
    for one in read_documents(path.read_text(), path.name, FaultList())
]


def validator(document: Any) -> jsonschema.Draft202012Validator:
    family = FAMILIES[document["apiVersion"].partition("/")[0]]
    return jsonschema.Draft202012Validator(schema_of(family, document["kind"]))


@pytest.mark.parametrize(("family", "kind"), kinds())
def test_every_kind_has_a_valid_schema(family: Family, kind: str) -> None:
    schema = schema_of(family, kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["kind"] == {"const": kind}


def test_every_kind_that_lint_reads_has_a_schema() -> None:
    assert {kind for _, kind in kinds()} == {kind for known in KINDS.values() for kind in known}


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda document: f"{document['kind']}-{document['metadata']['name']}"
)
def test_sound_documents_agree_with_their_schema(document: Any) -> None:
    assert [error.message for error in validator(document).iter_errors(document)] == []


def test_the_combined_schema_checks_each_document_by_its_own_kind() -> None:
    combined = jsonschema.Draft202012Validator(schema_of_all())
    combined.check_schema(schema_of_all())
    for document in DOCUMENTS:
        assert [error.message for error in combined.iter_errors(document)] == []
        for broken in ({**document, "metadata": {}}, {**document, "spec": {**document["spec"], "colour": "red"}}):
            assert combined.is_valid(broken) == validator(document).is_valid(broken), broken
    assert not combined.is_valid({"apiVersion": "watchbill/v1", "kind": "SRETEAM", "metadata": {"name": "a"}})
    assert combined.is_valid({"apiVersion": "v1", "kind": "ConfigMap", "anything": 1})


def test_unknown_fields_are_refused_in_watchbill_documents_alone() -> None:
    schedule = next(document for document in DOCUMENTS if document["kind"] == "Schedule")
    user = next(document for document in DOCUMENTS if document["kind"] == "User")
    assert not validator(schedule).is_valid(schedule | {"spec": schedule["spec"] | {"colour": "red"}})
    assert validator(user).is_valid(user | {"spec": user["spec"] | {"colour": "red"}})
