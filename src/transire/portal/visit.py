"""One request at one member: who asks, in which language, with which form, and how to answer.

A page function gets a `Visit` and nothing else. It hands `tenant` and `actor` to a service, which decides what the
person may do; the page itself decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from transire.desk.errors import SessionEnded
from transire.desk.permissions import is_permitted
from transire.desk.person import Person
from transire.desk.sessions import csrf_token
from transire.errors import TransireError
from transire.portal.forms import Form
from transire.portal.languages import Language
from transire.portal.ownforms import FIELD

if TYPE_CHECKING:
    from transire.node.tenant import Tenant
    from transire.portal.portal import Portal


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a page knows."""

    request: Request
    portal: Portal
    tenant: Tenant
    language: Language
    person: Person | None
    secret: str = field(repr=False)
    """What the browser keeps and forms are bound to: the session's token, or a random word before sign-in."""
    form: Form = field(repr=False)
    problem: TransireError | None = None
    """Why the form that was just sent was refused."""

    @property
    def actor(self) -> Person:
        """The person who is signed in."""
        if self.person is None:
            raise SessionEnded
        return self.person

    def say(self, text: str) -> str:
        """The text in the person's language."""
        return self.language.say(text)

    def named(self, name: str) -> str:
        """A part of the address: `{id}`."""
        return str(self.request.path_params[name])

    @property
    def own_path(self) -> str:
        """The address that was asked for, without the member."""
        return self.request.url.path.removeprefix(f"/m/{self.tenant.slug}")

    def asked(self, name: str, default: str = "") -> str:
        """A word of the query string."""
        return self.request.query_params.get(name, default)

    def at(self, path: str = "/", **query: str) -> str:
        """The address of one of this member's pages."""
        return f"/m/{self.tenant.slug}{path}" + (f"?{urlencode(query)}" if query else "")

    def may(self, operation: str, relation: str = "own_member") -> bool:
        """Whether a button should be offered. The service asks again, and it alone decides."""
        return self.person is not None and is_permitted(self.person, operation, relation)

    def show(self, template: str, /, *, status: int | None = None, **view: Any) -> Response:
        """A page. After a refusal it carries the status of the refusal."""
        code = status or (self.problem.status if self.problem else 200)
        text = self.portal.renderer.html(self.language, template, self._common() | view)
        return HTMLResponse(text, code, headers={"Content-Language": self.language.code, "Vary": "Cookie"})

    def go(
        self, path: str, *, told: str | None = None, anchor: str | None = None, query: Mapping[str, str] | None = None
    ) -> Response:
        """On to another page of this member, after something was done (303: the browser asks for it with GET)."""
        words = dict(query or {}) | ({"told": told} if told else {})
        return RedirectResponse(self.at(path, **words) + (f"#{anchor}" if anchor else ""), 303)

    def refused(self, problem: TransireError) -> Visit:
        """This visit again, knowing why its form was refused."""
        return replace(self, problem=problem)

    def _common(self) -> dict[str, Any]:
        return {
            "visit": self,
            "at": self.at,
            "may": self.may,
            "member": self.tenant,
            "person": self.person,
            "problem": self.problem,
            "sent": self.form,
            "form_token": csrf_token(self.secret),
            "form_token_name": FIELD,
            "told": self.portal.told.get(self.asked("told")),
            "portal": self.portal,
            "path": self.request.url.path,
        }
