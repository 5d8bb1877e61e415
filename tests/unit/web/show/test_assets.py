from __future__ import annotations

import json
from pathlib import Path

from watchbill.web.show.assets import Asset, read_manifest


def test_a_front_end_that_was_never_built_has_no_files(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == {}


def test_a_built_file_has_its_address_and_its_integrity_hash(tmp_path: Path) -> None:
    manifest = {"app.js": {"file": "app-ABC.js", "integrity": "sha384-x"}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert read_manifest(tmp_path) == {"app.js": Asset("/static/dist/app-ABC.js", "sha384-x")}
