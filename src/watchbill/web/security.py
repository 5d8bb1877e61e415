"""What every answer says to browsers about security, and the session cookie. It decides nothing about people."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# same-origin, not no-referrer: with no-referrer browsers send “Origin: null” with our own forms, and the gate refuses it.
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_ONE_YEAR = "max-age=31536000"


class SecurityHeaders:
    """Adds the headers to every answer; what is not a static file is never kept by a cache."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self._app = app
        self._headers = {**_HEADERS, "Strict-Transport-Security": _ONE_YEAR} if is_https else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def session_cookie_name(*, is_https: bool) -> str:
    """Return the cookie's name; the prefix makes browsers insist on Secure, on the whole path and on this host alone."""
    return "__Host-watchbill" if is_https else "watchbill"


def keep_session(response: Response, token: str, *, is_https: bool, lasts: timedelta) -> None:
    """Give the browser its session: out of reach of scripts, and not sent along from other sites' forms."""
    response.set_cookie(
        session_cookie_name(is_https=is_https),
        token,
        max_age=int(lasts.total_seconds()),
        path="/",
        secure=is_https,
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, *, is_https: bool) -> None:
    """Take the session from the browser."""
    response.delete_cookie(
        session_cookie_name(is_https=is_https), path="/", secure=is_https, httponly=True, samesite="lax"
    )


def comes_from_elsewhere(headers: Headers, base_url: str) -> bool:
    """Whether a browser says that another site made this request; programs, which say nothing, do not come from elsewhere."""
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    if origin is None:
        return False
    return urlsplit(origin).netloc not in (urlsplit(base_url).netloc, headers.get("host"))


def safe_path(text: str | None) -> str:
    """Return a path of this server that may be redirected to; anything else becomes the first page."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable():
        return "/"
    return text
