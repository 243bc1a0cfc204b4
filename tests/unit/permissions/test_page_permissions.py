"""Every page and every form of the portal, taken from its registry: who is let in is what the matrix says."""

from __future__ import annotations

import pytest
from permission_world import CUSTOMS, ELSEWHERE, HERE, HOUR, PAGES, Doors, filled, require_as_the_matrix_says

from transire.desk.permissions import OPERATIONS
from transire.desk.person import Role
from transire.portal.cookies import SESSION
from transire.portal.registry import Page, Pages

CLOSED = [page for page in PAGES if not page.public]
GUARDED = [page for page in CLOSED if page.operation is not None]
FORMS = [page for page in PAGES if page.method == "POST"]
VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


def name(page: Page) -> str:
    return f"{page.method} {page.path}"


def test_every_page_says_who_may_ask_for_it() -> None:
    for page in PAGES:
        assert (page.operation is not None) + page.public + page.own == 1, name(page)
        assert page.operation is None or page.operation in OPERATIONS, name(page)


def test_a_page_that_says_nothing_or_two_things_cannot_be_declared() -> None:
    for said in ({}, {"operation": "entries.read", "public": True}, {"own": True, "public": True}):
        with pytest.raises(TypeError, match="who may ask"):
            Pages().get("/new", **said)(lambda visit: None)
        with pytest.raises(TypeError, match="who may ask"):
            Pages().post("/new", **said)(lambda visit: None)


def test_what_needs_no_permission_is_this_and_no_more() -> None:
    """A page that is added here was looked at by a second person."""
    assert {page.path for page in PAGES if page.public} == {
        "/sign-in",
        "/enter/{token}",
        "/sign-out",
        "/language/{code}",
        # A supplier without an account: the token is the permission, and it opens one form, once.
        "/answer/{token}",
    }
    assert all(page.path.startswith("/account") for page in PAGES if page.own)


@pytest.mark.parametrize("page", GUARDED, ids=name)
def test_each_role_is_let_in_exactly_as_the_matrix_says(doors: Doors, page: Page) -> None:
    for slug in (HERE, CUSTOMS):
        for role in Role:
            answer = doors.page(page, slug, doors.sessions[slug, role])
            require_as_the_matrix_says(str(page.operation), role, answer, f"{name(page)} at {slug}")


@pytest.mark.parametrize("page", CLOSED, ids=name)
def test_without_a_living_session_of_this_member_nothing_is_shown_or_done(doors: Doors, page: Page) -> None:
    sessions = {
        "none": None,
        "of another member": doors.sessions[ELSEWHERE, "everything"],
        "left alone": doors.old_session(HERE, "everything", age=HOUR),
        "of yesterday": doors.old_session(HERE, "everything", age=24 * HOUR),
    }
    for which, session in sessions.items():
        answer = doors.page(page, HERE, session)
        if page.method == "POST":
            assert answer.status_code == 401, f"{name(page)}, session {which}"
            assert "desk.session-ended" in answer.text
        else:
            assert answer.status_code == 303, f"{name(page)}, session {which}"
            assert answer.headers["location"].startswith(f"/m/{HERE}/sign-in")


@pytest.mark.parametrize("page", FORMS, ids=name)
def test_a_form_with_a_forged_token_does_nothing(doors: Doors, page: Page) -> None:
    session, other = doors.sessions[HERE, "everything"], doors.sessions[HERE, "auditor"]
    for forged in ("", "forged", other.csrf):
        answer = doors.page(page, HERE, session, csrf=forged)
        assert (answer.status_code, "desk.csrf-mismatch" in answer.text) == (403, True), name(page)


@pytest.mark.parametrize("path", sorted({page.path for page in PAGES}))
def test_no_other_method_comes_in(doors: Doors, path: str) -> None:
    session = doors.sessions[HERE, "everything"]
    taken = {page.method for page in PAGES if filled(page.path, HERE) == filled(path, HERE)}
    headers = {"cookie": f"{SESSION}={session.token}"}
    for method in VERBS - taken - {"GET"}:  # a GET may be that of a page whose address has a part filled in
        answer = doors.ask(method, filled(f"/m/{{slug}}{path}", HERE), headers)
        assert answer.status_code == 405, f"{method} {path}"
    if "POST" not in taken:
        overridden = {**headers, "x-http-method-override": "POST"}
        assert doors.ask("GET", filled(f"/m/{{slug}}{path}", HERE), overridden).status_code != 201


def test_looking_at_the_head_of_a_page_needs_what_the_page_needs(doors: Doors) -> None:
    for page in GUARDED:
        if page.method == "GET":
            assert doors.page(page, HERE, None, method="HEAD").status_code == 303, name(page)
