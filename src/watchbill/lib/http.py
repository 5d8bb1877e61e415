"""The one outbound HTTP client: time-outs, bounded retries with jitter, bounded answers, no redirects followed blindly."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
from collections.abc import Mapping
from typing import Any

import httpx2

from .errors import Unavailable


class TooLarge(Unavailable):
    """The answer is larger than may be read."""


_RETRIED = frozenset({429, 500, 502, 503, 504})


class HttpClient:
    """A connection pool: one for the whole program, and one for each server with certificates (`tls`) of its own.

    Answers larger than `largest_answer` bytes are refused unread.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = 10.0,
        largest_answer: int = 64 * 1024 * 1024,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeout_seconds, connect=min(5.0, timeout_seconds)),
            follow_redirects=False,
            headers={"User-Agent": "watchbill"},
            trust_env=False,
            verify=tls or True,
        )
        self._largest = largest_answer

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        data: Mapping[str, str] | None = None,
        retries: int = 0,
        largest: int | None = None,
    ) -> Answer:
        """Send one request; network failures and 429/5xx are tried again up to `retries` times.

        Raises Unavailable when no answer came, or when the last one was still 429 or 5xx, and TooLarge where it has more than
        `largest` bytes, or the client's own limit. Any other status is returned.
        """
        problem = ""
        for attempt in range(retries + 1):
            if attempt:
                await asyncio.sleep(random.uniform(0.1, 0.4) * 2**attempt)  # noqa: S311 - jitter, not a secret
            try:
                request = self._client.build_request(method, url, headers=headers, content=content, data=data)
                answer = await self._once(request, largest or self._largest)
            except (httpx2.HTTPError, OSError) as error:  # what TLS refuses while it is read comes as it is
                problem = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
                continue
            if answer.status not in _RETRIED:
                return answer
            problem = f"it answered {answer.status}"
        raise Unavailable(
            f"{_origin(url)} did not answer as it should ({problem}).", "Check that it runs and is reachable."
        )

    async def _once(self, request: httpx2.Request, largest: int) -> Answer:
        response = await self._client.send(request, stream=True)
        async with contextlib.aclosing(response):
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > largest:
                    raise TooLarge(
                        f"{_origin(str(request.url))} answered with more than {largest} bytes.", "Narrow the query."
                    )
            return Answer(response.status_code, dict(response.headers), bytes(body))

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()


class Answer:
    """What a server answered: status, headers (lower-case names) and the whole body."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        """Return the body read as JSON. Raises Unavailable when it is none."""

        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Unavailable("The answer was not JSON.", "Check that the address is the one of the API.") from error


def _origin(url: str) -> str:
    parsed = httpx2.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode('ascii')}" if parsed.host else url
