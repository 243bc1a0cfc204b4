"""Every operation of the API, taken from its registry: who is let in is what the matrix says."""

from __future__ import annotations

import pytest
from permission_world import (
    CUSTOMS,
    ELSEWHERE,
    HERE,
    HOUR,
    OPERATIONS,
    Doors,
    denial,
    filled,
    require_as_the_matrix_says,
)

from transire.api.operations import Operation, Operations
from transire.desk.permissions import OPERATIONS as SCOPES
from transire.desk.person import Role

CLOSED = [operation for operation in OPERATIONS if not operation.public and not operation.transport]
GUARDED = [operation for operation in CLOSED if operation.scope is not None]
VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})


def name(operation: Operation) -> str:
    return operation.name


def test_every_operation_says_who_may_call_it() -> None:
    for operation in OPERATIONS:
        assert (operation.scope is not None) + operation.public + operation.own + operation.transport == 1, (
            operation.name
        )
        assert operation.scope is None or operation.scope in SCOPES, operation.name


def test_an_operation_that_says_nothing_or_two_things_cannot_be_declared() -> None:
    for said in ({}, {"scope": "entries.read", "public": True}, {"own": True, "public": True}):
        with pytest.raises(TypeError, match="who may call"):
            Operations().op("GET", "/new", "new", **said)(lambda call: None)


def test_what_needs_no_scope_is_this_and_no_more() -> None:
    """An operation that is added here was looked at by a second person."""
    assert {each.name for each in OPERATIONS if each.public} == {
        "showContract",
        "listHostedMembers",
        "listErrors",
        "showError",
        # What the ledger shows to anybody; what is sent to the last two proves itself by its signature.
        "showStatus",
        "showCheckpoint",
        "proveConsistency",
        "takeCountersignatures",
        "submitAction",
    }
    assert {each.name for each in OPERATIONS if each.own} == {"showMe", "countUnderWay"}
    assert {each.name for each in OPERATIONS if each.transport} == {"takeDelivery", "bringAgain"}


@pytest.mark.parametrize("operation", GUARDED, ids=name)
def test_each_role_is_let_in_exactly_as_the_matrix_says(doors: Doors, operation: Operation) -> None:
    for slug in (HERE, CUSTOMS):
        for role in Role:
            answer = doors.call(operation, slug, doors.tokens[slug, role])
            require_as_the_matrix_says(str(operation.scope), role, answer, f"{operation.name} at {slug}")


@pytest.mark.parametrize("operation", CLOSED, ids=name)
def test_without_a_living_token_of_this_member_nothing_is_answered_or_done(doors: Doors, operation: Operation) -> None:
    expected = {
        None: "api.bearer-missing",
        "transire_" + "x" * 43: "desk.token-refused",
        doors.tokens[ELSEWHERE, "everything"]: "desk.token-refused",
        doors.token(HERE, "everything", age=25 * HOUR): "desk.token-refused",
        doors.sessions[HERE, "everything"].token: "desk.token-refused",
    }
    for token, code in expected.items():
        answer = doors.call(operation, HERE, token)
        assert (answer.status_code, answer.json()["code"]) == (401, code), operation.name
    cookie = f"transire_session={doors.sessions[HERE, 'everything'].token}"
    assert doors.call(operation, HERE, None, cookie=cookie).status_code == 401, "a session is no token"


@pytest.mark.parametrize("operation", GUARDED, ids=name)
def test_a_token_needs_the_scope_and_its_own_member(doors: Doors, operation: Operation) -> None:
    without = doors.token(HERE, "everything", *(set(SCOPES) - {operation.scope}))
    answer = doors.call(operation, HERE, without)
    assert (answer.status_code, answer.json()["code"]) == (403, "desk.scope-missing")
    assert answer.json()["expected"] == operation.scope
    alone = doors.call(operation, HERE, doors.token(HERE, "everything", str(operation.scope)))
    assert alone.status_code != 401
    assert denial(alone) is None or operation.scope in {"claims.decide", "requests.ask", "entries.note"}, (
        "only customs may"
    )


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS}))
def test_no_other_method_comes_in(doors: Doors, path: str) -> None:
    taken = {each.method for each in OPERATIONS if each.path == path} | {"GET"}
    headers = {"authorization": f"Bearer {doors.tokens[HERE, 'everything']}", "x-http-method-override": "DELETE"}
    for method in VERBS - taken:
        answer = doors.ask(method, "/v1" + filled(path, HERE), headers)
        assert (answer.status_code, answer.json()["code"]) == (405, "api.method-refused"), f"{method} {path}"
