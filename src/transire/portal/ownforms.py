"""Forms that only our own pages can send: each POST must carry a token that another site cannot know.

The token is derived from a secret that the browser keeps in an HttpOnly cookie: the session's, or before sign-in a
random one. Beside it the browser's own word counts, where it gives one: `Sec-Fetch-Site` (Fetch Metadata), or `Origin`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request

from transire.desk.errors import CsrfMismatch
from transire.desk.sessions import check_csrf
from transire.portal.errors import ForeignForm

FIELD = "form_token"


def require_own_form(request: Request, *, secret: str | None, sent: str | None) -> None:
    """Raise unless the form came from one of our pages, and was given to this browser."""
    _require_own_site(request)
    if secret is None:
        raise CsrfMismatch(where=FIELD)
    check_csrf(secret, sent)


def _require_own_site(request: Request) -> None:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignForm(got=site, expected="same-origin", where="Sec-Fetch-Site")
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ForeignForm(got=origin, expected=request.headers.get("host"), where="Origin")
