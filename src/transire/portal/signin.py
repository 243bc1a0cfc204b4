"""Signing in and out at one member, and choosing the language."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from transire.desk.errors import PersonUnknown
from transire.desk.person import Person
from transire.desk.sessions import close_session, open_session
from transire.desk.sign_in_links import use_sign_in_link
from transire.portal.portal import now
from transire.portal.registry import N_, Pages
from transire.portal.visit import Visit

PAGES = Pages(told={"signed-out": N_("You are signed out.")})


@PAGES.get("/sign-in", public=True)
def show_sign_in(visit: Visit) -> Response:
    """Address, password and code."""
    if visit.person is not None and visit.problem is None:
        return visit.go("/")
    return visit.show("sign_in.html", next=_own_path(visit.form.optional("next") or visit.asked("next")))


@PAGES.post("/sign-in", public=True, again=show_sign_in)
def sign_in(visit: Visit) -> Response:
    """Open a session for who proves to be a person of this member."""
    client = visit.request.client
    person = visit.tenant.sign_in_desk.sign_in(
        visit.form.text("login"),
        visit.form.secret("password"),
        visit.form.optional("code"),
        now=now(),
        address=client.host if client else None,
    )
    return _let_in(visit, person, _own_path(visit.form.optional("next") or ""))


@PAGES.get("/enter/{token}", public=True)
def show_enter(visit: Visit) -> Response:
    """A sign-in link was opened. It is used by a form, not by looking: programs that preview links spend nothing."""
    return visit.show("enter.html", token=visit.named("token"))


@PAGES.post("/enter/{token}", public=True, again=show_enter)
def enter(visit: Visit) -> Response:
    """Sign in with a one-time link (development and demonstrations)."""
    with visit.tenant.database.transaction() as tx:
        person = use_sign_in_link(tx, visit.named("token"), now=now(), production=visit.portal.cookies.production)
    return _let_in(visit, person, "/")


@PAGES.post("/sign-out", public=True)
def sign_out(visit: Visit) -> Response:
    """End the session, here and on the server."""
    token = visit.portal.cookies.session_token(visit.request)
    if token:
        with visit.tenant.database.transaction() as tx:
            close_session(tx, token)
    response = visit.go("/sign-in", told="signed-out")
    visit.portal.cookies.drop_session(response, visit.tenant.slug)
    return response


@PAGES.get("/language/{code}", public=True)
def choose_language(visit: Visit) -> Response:
    """Remember the language on this browser, and back to where it was chosen."""
    back = visit.asked("back")
    prefix = visit.at("/")
    response: Response = RedirectResponse(back if back.startswith(prefix) else prefix, 303)
    if visit.named("code") in visit.portal.renderer.languages:
        visit.portal.cookies.leave_language(response, visit.named("code"))
    return response


def _let_in(visit: Visit, person: Person | None, path: str) -> Response:
    if person is None:
        raise PersonUnknown
    moment = now()
    with visit.tenant.database.transaction() as tx:
        session = open_session(tx, person.id, now=moment)
    response = visit.go(path)
    visit.portal.cookies.leave_session(response, visit.tenant.slug, session, moment)
    return response


def _own_path(path: str) -> str:
    """Where to go after signing in: only ever a page of this member."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
