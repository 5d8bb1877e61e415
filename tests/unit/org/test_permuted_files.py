"""Where documents stand plays no part: shuffled into other files, in another order, they are the same organisation."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.unit.org.test_read_again import ACME, AT
from watchbill.org.changes import compare
from watchbill.org.folder import read


@pytest.mark.parametrize("seed", range(4))
def test_documents_shuffled_into_other_files_mean_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    files = sorted(ACME.rglob("*.yaml"))
    documents = [document for file in files for document in file.read_text().split("\n---\n")]
    chance.shuffle(documents)
    for number in range(5):
        (tmp_path / f"{number}.yaml").write_text("\n---\n".join(documents[number::5]))
    was, becomes = read(ACME, AT), read(tmp_path, AT)
    assert becomes.faults == was.faults == ()
    assert was.organization is not None
    assert becomes.organization is not None
    assert compare(was.organization, becomes.organization, AT).is_empty
