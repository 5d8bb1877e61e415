"""What is promised of the front end's sources: exact versions, no addresses, and every key of the help is a place's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

from watchbill.web.render import PLACES

FRONT_END = Path(__file__).parents[3] / "frontend"
TEMPLATES = Path(__file__).parents[3] / "src" / "watchbill" / "web" / "templates"


def test_the_lock_file_carries_hashes_and_no_addresses() -> None:
    packages = json.loads((FRONT_END / "package-lock.json").read_text())["packages"]
    locked = {name: entry for name, entry in packages.items() if name}
    assert all(entry["integrity"].startswith("sha512-") for entry in locked.values())
    assert not [name for name, entry in locked.items() if "resolved" in entry]


def test_versions_are_exact() -> None:
    package = json.loads((FRONT_END / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values()), versions


def test_each_place_has_a_key_of_its_own_and_five_go_on_a_phone() -> None:
    assert len({place.key for place in PLACES}) == len(PLACES)
    assert sum(place.moving for place in PLACES) == 5


def test_templates_hold_no_style_and_no_script_of_their_own() -> None:
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), template.name
