"""The links that a page carries: one that acknowledges without signing in, one that leads to the incident."""

from __future__ import annotations

from datetime import timedelta

from watchbill.lib.errors import Invalid
from watchbill.lib.signing import Signer
from watchbill.org.values import EntityRef

VALID_FOR = timedelta(days=7)
_PURPOSE = "acknowledge"


class AcknowledgeLinks:
    """Makes and reads links of `base_url`. A link speaks for one person and one page, for seven days."""

    def __init__(self, signer: Signer, base_url: str) -> None:
        self._signer = signer
        self._base_url = base_url.rstrip("/")

    def url(self, page_id: str, user: EntityRef) -> str:
        """Return the link with which a person acknowledges a page."""
        token = self._signer.sign(_PURPOSE, {"page": page_id, "user": str(user)})
        return f"{self._base_url}/acknowledge/{token}"

    def read(self, token: str) -> tuple[str, EntityRef]:
        """Return the page's id and the person that a link's token speaks for. Raises Invalid."""
        payload = self._signer.read(_PURPOSE, token, VALID_FOR)
        try:
            return str(payload["page"]), EntityRef.parse(str(payload["user"]), kind="user")
        except (KeyError, ValueError) as error:
            raise Invalid("This link names no page.", "Open it from the message again.") from error

    def incident_url(self, number: int) -> str:
        """Return the address of an incident's page."""
        return f"{self._base_url}/incidents/{number}"
