"""The organisation's folder: finds the files, reads them, and gives one Reading. The only module of `org` that opens files."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from watchbill.lib.errors import NotFound, Unavailable
from watchbill.lib.garbage import uncollected

from .documents import decode, read_documents
from .faults import Fault, FaultList
from .in_force import Reading
from .kept_links import KeptLinks
from .kept_standing import KeptStanding
from .linking import link
from .organization import Organization
from .recognition import Declared, recognise
from .register import Register
from .shapes.fields import Shape
from .strict_reading import strictly
from .values import Place

LARGEST_FILE = 4 * 1024 * 1024
_UNREADABLE = "Make it readable for the user that runs watchbill."
_SUFFIXES = (".yaml", ".yml")
_KIND = re.compile(rb"^kind: *Organization\b", re.MULTILINE)


@dataclass(frozen=True)
class _File:
    """What a file declares, whether any document of ours stands in it, or might, and whether none stayed unread; and its faults."""

    is_ours: bool
    is_whole: bool
    declared: tuple[Declared[Shape], ...] = ()
    faults: tuple[Fault, ...] = ()


class FilesRead:
    """What the files of a folder declared when it was last read. Hand it in again, and only files that changed are read.

    `links` are what their documents were linked to, `standing` is what was found about who holds which pager.
    """

    def __init__(self) -> None:
        self.links = KeptLinks()
        self.standing = KeptStanding()
        self._files: dict[tuple[str, bytes], _File] = {}

    def of(self, contents: Mapping[str, bytes]) -> list[_File]:
        """Return what each file declares, in their order; of those that are gone nothing is kept."""
        found: dict[tuple[str, bytes], _File] = {}
        for name, content in contents.items():
            key = (name, hashlib.sha256(content).digest())
            found[key] = self._files.get(key) or _read_file(printable(name), content)
        self._files = found
        return list(found.values())


def read(root: Path, at: datetime | None = None, known: FilesRead | None = None) -> Reading:
    """Read every YAML file below `root`, hidden ones aside, and link what they declare.

    With `known`, files that are as they were at the reading before are not read again. With `at`, who holds which pager is
    checked too, at that instant and on the next days on which an engagement changes. Raises NotFound where there is no such
    folder and Unavailable where a file cannot be read; whatever is wrong inside is a fault.
    """
    with uncollected():
        return _read(root, at, known)


def _read(root: Path, at: datetime | None, known: FilesRead | None, *, strict: bool = False) -> Reading:
    organization, faults = _linked(root, known, strict=strict)
    if at is not None and not faults.has_errors:
        faults.extend((known or FilesRead()).standing.check(organization, at))
    return Reading(None if faults.has_errors else organization, faults.sorted(), organization.revision)


def read_strictly(root: Path, at: datetime | None = None) -> Reading:
    """Read a folder as `read` does; what the official SDK of OpenSLO refuses is an error."""
    with uncollected():
        return strictly(_read(root, at, None, strict=True))


def read_anyway(root: Path) -> Organization:
    """Return what the folder declares as far as it can be linked, whatever its faults: to mend it by, never to answer from.

    Raises as `read` does.
    """
    return _linked(root, None)[0]


def _linked(root: Path, known: FilesRead | None, *, strict: bool = False) -> tuple[Organization, FaultList]:
    check_is_folder(root)
    faults = FaultList()
    contents = _contents(root, faults)
    found = (known or FilesRead()).of(contents)
    faults.extend(fault for file in found for fault in file.faults)
    if not any(file.is_ours for file in found) and not faults.has_errors:
        faults.error(
            "no-documents",
            Place(".", 1),
            "This folder declares nothing: no file holds a document of Backstage, OpenSLO or watchbill.",
            "Is it the right folder? “watchbill init” writes a small one to start from.",
        )
    declared = [one for file in found for one in file.declared]
    organization = link(
        Register(
            declared,
            faults,
            is_whole=all(file.is_whole for file in found),
            kept=known.links if known is not None else None,
        ),
        name=printable(root.resolve().name) or "organization",
        revision=_revision(contents),
        strict=strict,
    )
    return organization, faults


def _read_file(file: str, content: bytes) -> _File:
    own = FaultList()
    if len(content) > LARGEST_FILE:
        own.error("too-large", Place(file, 1), "This file is larger than 4 MiB.", "Split it.")
        return _File(is_ours=True, is_whole=False, faults=tuple(own))
    text = decode(content, file, own)
    if text is None:
        return _File(is_ours=True, is_whole=False, faults=tuple(own))
    documents = read_documents(text, file, own)
    is_ours, is_whole = False, not own.has_errors
    declared: list[Declared[Shape]] = []
    for document in documents:
        of_document = FaultList()
        belongs, declares = recognise(document, of_document)
        is_ours = is_ours or belongs or len(of_document) > 0
        if declares is not None:
            declared.append(declares)
        elif of_document.has_errors:
            is_whole = False
        own.extend(of_document)
    if documents and not is_ours and not len(own):
        own.note(
            "not-ours",
            Place(file, 1),
            "No document of Backstage, OpenSLO or watchbill stands here; the file is ignored.",
        )
    return _File(is_ours, is_whole, tuple(declared), tuple(own))


def printable(path: Path | str) -> str:
    """Return a path as text that can always be written: bytes of a name that are not UTF-8 become `\\xNN`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def check_is_folder(root: Path) -> None:
    """Raise NotFound where there is no folder `root`, with the folder that is meant if a file of one is named."""
    try:
        mode = root.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        hint = "Give the folder that holds the organisation's YAML files."
        raise NotFound(f"There is no folder “{printable(root)}”.", hint) from None
    except OSError as error:
        raise _unavailable(root, error) from error
    if not stat.S_ISDIR(mode):
        hint = f"Give the folder that holds the organisation's YAML files: {printable(_folder_around(root))}"
        raise NotFound(f"“{printable(root)}” is a file, not a folder.", hint)


def _folder_around(file: Path) -> Path:
    """Return the nearest folder above a file in which an Organization document stands, else the file's own folder."""
    above = file.absolute().parents
    return next((folder for folder in above if _holds_organization(folder)), above[0])


def _holds_organization(folder: Path) -> bool:
    try:
        candidates = [path for path in folder.iterdir() if path.suffix in _SUFFIXES and _is_regular(path)]
        return any(_is_organization(path.read_bytes()) for path in candidates)
    except OSError:
        return False


def _is_organization(content: bytes) -> bool:
    """Return whether a file looks like one with an Organization document, however broken it is."""
    return b"watchbill/" in content and _KIND.search(content) is not None


def _contents(root: Path, faults: FaultList) -> dict[str, bytes]:
    """Return the contents of the YAML files by their paths relative to `root`, sorted; what vanished meanwhile is left out."""
    contents: dict[str, bytes] = {}
    for path in _yaml_paths(root):
        name = path.relative_to(root).as_posix()
        try:
            if not _is_regular(path):
                what = "This is no regular file but a pipe, a socket or a device; it is not read."
                faults.warning("not-a-file", Place(printable(name), 1), what, "Put a file in its place, or rename it.")
                continue
            with path.open("rb") as file:
                contents[name] = file.read(LARGEST_FILE + 1)
        except FileNotFoundError as error:
            if path.is_symlink():
                raise _unavailable(path, error) from error
        except OSError as error:
            raise _unavailable(path, error) from error
    return contents


def files(root: Path) -> list[Path]:
    """Return the YAML files below `root` that count, sorted; hidden files and folders do not, nor pipes, sockets and devices.

    Linked folders count too, each real folder once and none that holds `root`. Raises as `read` does.
    """
    check_is_folder(root)
    return [path for path in _yaml_paths(root) if _is_regular(path, otherwise=True)]


def _is_regular(path: Path, *, otherwise: bool | None = None) -> bool:
    """Return whether a path leads to a regular file: only such a one is sure to end. With `otherwise` an OSError means that."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        if otherwise is None:
            raise
        return otherwise


def _yaml_paths(root: Path) -> list[Path]:
    """Return what is called like a YAML file, sorted. Links to folders are followed once all real folders have been seen."""
    found: list[Path] = []
    seen = {str(above) for above in root.resolve().parents}
    linked = [root]
    while linked:
        following, linked = sorted(linked), []
        for start in following:
            for folder, folders, names in os.walk(start, onerror=_refuse):
                if (real := os.path.realpath(folder)) in seen:
                    folders.clear()
                    continue
                seen.add(real)
                folders[:] = sorted(name for name in folders if not name.startswith("."))
                linked += [path for name in folders if (path := Path(folder, name)).is_symlink()]
                found += [Path(folder, name) for name in names if name.endswith(_SUFFIXES) and name[0] != "."]
    return sorted(found)


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError | NotADirectoryError):  # those vanished while the folders were listed
        raise _unavailable(error.filename or "", error)


def _unavailable(path: Path | str, error: OSError) -> Unavailable:
    return Unavailable(f"“{printable(path)}” cannot be read: {error.strerror}.", _UNREADABLE)


def _revision(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for file, content in contents.items():
        name = os.fsencode(file)
        digest.update(b"%d %b %d\n" % (len(name), name, len(content)))
        digest.update(content)
    return digest.hexdigest()
