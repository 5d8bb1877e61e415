"""One SLO document as it is read into a goal, and how it is said that this version cannot measure it."""

from __future__ import annotations

from typing import NamedTuple

from .faults import FaultList
from .nodes import Document, Path
from .recognition import Declared
from .register import Register
from .shapes import openslo
from .shapes.fields import Shape


class WrittenSLO(NamedTuple):
    """An SLO document, its shape, and the register that its references are resolved in."""

    register: Register
    one: Declared[Shape]
    shape: openslo.SLO

    @property
    def document(self) -> Document:
        """The document that its places are told by."""
        return self.one.document

    @property
    def spec(self) -> openslo.SLOSpec:
        """What the document says."""
        return self.shape.spec

    @property
    def faults(self) -> FaultList:
        """Where its faults are collected."""
        return self.register.faults

    def annotation(self, name: str) -> str:
        """Return an annotation as it was written, or the empty text."""
        return self.document.text("metadata", "annotations", name) if name in self.shape.metadata.annotations else ""

    def not_measured(self, path: Path, what: str, hint: str, *, document: Document | None = None) -> None:
        """Warn that there will be no goal, because of `what` stands at a path of the SLO, or of another `document`."""
        self.faults.warning(
            "goal-not-measured",
            (document or self.document).place(*path),
            f"This version of watchbill does not measure “{self.shape.metadata.name}”: {what}.",
            hint,
        )
