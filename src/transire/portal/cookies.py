"""The three cookies: the session, the secret of forms before sign-in, and the chosen language.

The first two are bound to one member's addresses by their path, HttpOnly and SameSite=Lax; under the production
profile they are sent over TLS alone. A session is looked up in the member's own desk: signing in at one member says
nothing at another.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from transire.desk.sessions import NewSession

FORM = "transire_form"
SESSION = "transire_session"
LANGUAGE = "transire_language"
LANGUAGE_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Cookies:
    """How cookies are named and bound under one profile."""

    production: bool

    @property
    def session(self) -> str:
        """The `__Secure-` prefix makes browsers refuse the cookie from anything but TLS (RFC 6265bis 4.1.3.1)."""
        return f"__Secure-{SESSION}" if self.production else SESSION

    def session_token(self, request: Request) -> str | None:
        return request.cookies.get(self.session)

    def leave_session(self, response: Response, slug: str, session: NewSession, now: datetime.datetime) -> None:
        seconds = int((session.ends_at - now).total_seconds())
        self._leave(response, self.session, session.token, path=f"/m/{slug}", seconds=seconds)

    def drop_session(self, response: Response, slug: str) -> None:
        self._leave(response, self.session, "", path=f"/m/{slug}", seconds=0)

    def leave_form_secret(self, response: Response, slug: str, secret: str) -> None:
        self._leave(response, FORM, secret, path=f"/m/{slug}", seconds=None)

    def leave_language(self, response: Response, code: str) -> None:
        self._leave(response, LANGUAGE, code, path="/", seconds=LANGUAGE_SECONDS)

    def _leave(self, response: Response, name: str, value: str, *, path: str, seconds: int | None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path=path, secure=self.production, httponly=True, samesite="lax"
        )
