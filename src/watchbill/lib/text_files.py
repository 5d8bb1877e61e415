"""Small files that hold one value each, such as a secret. Their content never reaches an error."""

from __future__ import annotations

from pathlib import Path

from .errors import Invalid


def read_value(path: str, where: str) -> str:
    """Return what a file holds, without space around it. Raises Invalid, naming `where` the file was named."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Invalid(f"The file “{path}” cannot be read: {error.strerror}.", "Check the path.", where) from error
    except UnicodeDecodeError:
        raise Invalid(f"The file “{path}” is not text.", "It must hold the value alone, in UTF-8.", where) from None
