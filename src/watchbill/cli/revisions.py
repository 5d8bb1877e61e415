"""An organisation named on the command line: a folder, or a revision of a git repository, read without touching any work tree."""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from watchbill.lib.errors import Invalid, NotFound, Unavailable

_SUFFIXES = (".yaml", ".yml")
_LINK, _FILE = "120000", "100"


@dataclass(frozen=True)
class Named:
    """What a person named: a folder as it is now, or what a revision holds of a folder. `words` is how it is said."""

    words: str
    folder: Path | None
    tree: str = ""
    repository: Path = Path()


def named(text: str, beside: str) -> Named:
    """Return what `text` names, `beside` the other one: a folder, `REV:path/in/repository`, or `REV` alone.

    A revision alone is that of the folder `beside` it, or of the folder one is in where that is a revision too. A folder goes
    before a revision of the same name; `REV:` is always a revision. Raises NotFound and Unavailable.
    """
    if Path(text).is_dir():
        return Named(text, Path(text))
    revision, separator, path = text.partition(":")
    if not revision or revision.startswith("-"):
        raise NotFound(
            f"“{text}” is neither a folder nor a revision.", "Give a folder, a revision, or REV:path/in/repository."
        )
    repository = Path(beside) if not separator and Path(beside).is_dir() else Path()
    prefix = _git(repository, "rev-parse", "--show-prefix", otherwise=_no_repository(text, repository)).strip()
    commit = _git(
        repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", otherwise=_no_revision(revision)
    )
    path = path if separator else prefix.rstrip("/")
    no_folder = NotFound(f"The revision {revision} has no folder “{path}”.", "Write REV:path/in/repository.")
    holds = _git(repository, "rev-parse", "--verify", "--quiet", f"{commit.strip()}:{path}", otherwise=no_folder)
    tree = _git(repository, "rev-parse", "--verify", "--quiet", f"{holds.strip()}^{{tree}}", otherwise=no_folder)
    return Named(f"{revision}:{path}" if path else revision, None, tree.strip(), repository)


@contextmanager
def as_folder(one: Named) -> Iterator[Path]:
    """Give the folder that was named; of a revision, a copy of its YAML files that lasts as long as the block."""
    if one.folder is not None:
        yield one.folder
        return
    with TemporaryDirectory(prefix="watchbill-") as scratch:
        root = Path(scratch, PurePosixPath(one.words.partition(":")[2]).name or "organization")
        root.mkdir()
        _copy(one, root)
        yield root


def _copy(one: Named, root: Path) -> None:
    """Write the YAML files of a revision, what links lead to, and then the links."""
    blobs = _blobs_by_name(one)
    links = [name for name, (mode, _) in blobs.items() if mode == _LINK]
    targets = dict(
        zip(links, map(os.fsdecode, _blobs(one.repository, [blobs[name][1] for name in links])), strict=True)
    )
    linked = {posixpath.normpath(posixpath.join(posixpath.dirname(name), to)) for name, to in targets.items()}
    files = [
        name for name, (mode, _) in blobs.items() if mode != _LINK and (name.endswith(_SUFFIXES) or name in linked)
    ]
    for name, content in zip(files, _blobs(one.repository, [blobs[name][1] for name in files]), strict=True):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    for name, target in targets.items():
        _link(root, name, target)


def _blobs_by_name(one: Named) -> Mapping[str, tuple[str, str]]:
    """Return the mode and the blob of each file and link of the revision, by its path in the folder."""
    found = {}
    for line in filter(None, _git(one.repository, "ls-tree", "-r", "-z", "--full-tree", one.tree).split("\0")):
        kind, _, name = line.partition("\t")
        mode, _, blob = kind.split(" ")
        if (mode == _LINK or mode.startswith(_FILE)) and ".." not in PurePosixPath(name).parts:
            found[name] = mode, blob
    return found


def _blobs(repository: Path, blobs: Sequence[str]) -> list[bytes]:
    """Return the contents of some blobs, all asked for at once: each comes as a line with its size, itself, and a line's end."""
    output = _output(repository, ("cat-file", "--batch"), asked="\n".join([*blobs, ""]).encode()) if blobs else b""
    contents, at = [], 0
    for _ in blobs:
        begins = output.index(b"\n", at) + 1
        size = int(output[at:begins].split()[2])
        contents.append(output[begins : begins + size])
        at = begins + size + 1
    return contents


def _link(root: Path, name: str, target: str) -> None:
    """Make a link as it stands in the revision. Raises Invalid where it might bring documents from out of the folder."""
    path = root / name
    leads_to = (path.parent / target).resolve()
    if leads_to.is_relative_to(root.resolve()):
        if leads_to.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(target)
    elif path.suffix in {*_SUFFIXES, ""} and not any(part.startswith(".") for part in PurePosixPath(name).parts):
        what = f"{name} is a link out of the folder, to {target}: a revision is read by itself."
        raise Invalid(what, "Check it out, for example with `git worktree add`, and give the folder.")


def _git(repository: Path, *arguments: str, otherwise: Exception | None = None) -> str:
    """Return what git prints. Raises `otherwise` where it refuses, or what it says itself."""
    return os.fsdecode(_output(repository, arguments, otherwise))


def _output(
    repository: Path, arguments: tuple[str, ...], otherwise: Exception | None = None, asked: bytes = b""
) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise Unavailable("There is no git on this machine's path.", "Install git, or give two folders.")
    command = [program, "-C", str(repository), *arguments]
    done = subprocess.run(command, input=asked, capture_output=True, check=False)  # noqa: S603 - git itself
    if done.returncode == 0:
        return done.stdout
    if otherwise is not None and b"dubious ownership" not in done.stderr:
        raise otherwise
    said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
    raise Unavailable(f"git cannot read {repository.resolve()}: {said or 'it gives no reason'}", "")


def _no_repository(text: str, repository: Path) -> NotFound:
    what = (
        f"“{text}” is no folder, and {repository.resolve()} lies in no git repository that could have such a revision."
    )
    return NotFound(what, "Give two folders, or run it inside of the repository.")


def _no_revision(revision: str) -> NotFound:
    mend = "Fetch it first: a shallow copy, as CI makes them, holds one revision alone (`git fetch origin BRANCH`)."
    return NotFound(f"“{revision}” is neither a folder nor a revision of this repository.", mend)
