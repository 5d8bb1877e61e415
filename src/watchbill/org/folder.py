"""The organisation's folder: finds the files, reads them, and gives one Reading. The only module of `org` that opens files."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path

from watchbill.lib.errors import NotFound, Unavailable

from .documents import decode, read_documents
from .faults import FaultList
from .in_force import Reading
from .linking import link
from .recognition import Declared, recognise
from .shapes.fields import Shape
from .values import Place

LARGEST_FILE = 4 * 1024 * 1024
_SUFFIXES = (".yaml", ".yml")


def read(root: Path, at: datetime | None = None) -> Reading:
    """Read every YAML file below `root`, hidden ones aside, and link what they declare.

    With `at`, who holds which pager is checked too, at that instant and on the next days on which an engagement changes. Raises
    NotFound where there is no such folder and Unavailable where a file cannot be read; whatever is wrong inside is a fault.
    """
    contents = _contents(root)
    faults = FaultList()
    declared: list[Declared[Shape]] = []
    is_ours = False
    for file, content in contents.items():
        found, declares = _read_file(file, content, faults)
        is_ours = is_ours or found
        declared.extend(declares)
    if not is_ours and not faults.has_errors:
        faults.error(
            "no-documents",
            Place(".", 1),
            "This folder declares nothing: no file holds a document of Backstage, OpenSLO or watchbill.",
            "Is it the right folder? “watchbill init” writes a small one to start from.",
        )
    organization = link(declared, faults, name=root.resolve().name or "organization", revision=_revision(contents))
    if at is not None and not faults.has_errors:
        from .standing import check_standing

        faults.extend(check_standing(organization, at))
    return Reading(None if faults.has_errors else organization, faults.sorted(), organization.revision)


def _read_file(file: str, content: bytes, faults: FaultList) -> tuple[bool, list[Declared[Shape]]]:
    """Return whether a file holds any document of ours, or might, and what it declares."""
    if len(content) > LARGEST_FILE:
        faults.error("too-large", Place(file, 1), "This file is larger than 4 MiB.", "Split it.")
        return True, []
    text = decode(content, file, faults)
    if text is None:
        return True, []
    own = FaultList()
    documents = read_documents(text, file, own)
    faults.extend(list(own))
    is_ours = False
    declared: list[Declared[Shape]] = []
    for document in documents:
        known_before = len(list(faults))
        belongs, declares = recognise(document, faults)
        is_ours = is_ours or belongs or len(list(faults)) > known_before
        if declares is not None:
            declared.append(declares)
    if documents and not is_ours and not list(own):
        faults.note(
            "not-ours",
            Place(file, 1),
            "No document of Backstage, OpenSLO or watchbill stands here; the file is ignored.",
        )
    return is_ours, declared


def _contents(root: Path) -> dict[str, bytes]:
    """Return the contents of the YAML files by their paths relative to `root`, sorted."""
    if not root.is_dir():
        raise NotFound(f"There is no folder “{root}”.", "Give the folder that holds the organisation's YAML files.")
    contents: dict[str, bytes] = {}
    for path in sorted(files(root)):
        try:
            contents[path.relative_to(root).as_posix()] = path.read_bytes()
        except OSError as error:
            raise Unavailable(
                f"“{path}” cannot be read: {error.strerror}.", "Make it readable for the user that runs watchbill."
            ) from error
    return contents


def files(root: Path) -> list[Path]:
    """Return the YAML files below `root` that count, sorted; hidden files and folders do not. Raises as `read` does."""

    def refuse(error: OSError) -> None:
        raise Unavailable(
            f"“{error.filename}” cannot be read: {error.strerror}.",
            "Make it readable for the user that runs watchbill.",
        )

    found: list[Path] = []
    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found.extend(Path(folder) / name for name in names if name.endswith(_SUFFIXES) and not name.startswith("."))
    return sorted(found)


def _revision(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for file, content in contents.items():
        digest.update(f"{len(file.encode())} {file} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
