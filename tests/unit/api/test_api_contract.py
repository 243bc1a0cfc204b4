"""The contract is valid, and says of the API neither more nor less than what there is."""

from __future__ import annotations

from openapi_spec_validator import validate

from transire.api.contract import read_contract
from transire.api.modules import operation_modules
from transire.api.operations import Operation
from transire.desk.permissions import MATRIX, OPERATIONS
from transire.portal.modules import page_modules


def routes() -> dict[str, Operation]:
    return {operation.name: operation for module in operation_modules() for operation in module.operations}


def test_the_contract_is_openapi_3_1() -> None:
    document = read_contract().document
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_contract_and_routes_agree_both_ways() -> None:
    promised = {(method, path, name) for method, path, name, _ in read_contract().operations()}
    kept = {(route.method, route.path, name) for name, route in routes().items()}
    assert promised == kept


def test_scopes_and_public_operations_are_those_of_the_contract() -> None:
    found = routes()
    for _, _, name, promised in read_contract().operations():
        assert found[name].scope == promised.get("x-scope"), name
        assert found[name].public == (promised.get("security") == []), name


def test_every_scope_stands_in_the_permission_matrix() -> None:
    assert {route.scope for route in routes().values()} - {None} <= set(OPERATIONS)


def test_every_operation_that_changes_something_takes_an_idempotency_key_or_is_idempotent() -> None:
    for method, _, name, promised in read_contract().operations():
        taken = {parameter.get("$ref", "").rsplit("/", 1)[-1] for parameter in promised.get("parameters", [])}
        assert (method == "POST") == ("IdempotencyKey" in taken), name


def test_what_can_be_done_in_the_portal_can_be_done_through_the_api_and_the_other_way_round() -> None:
    changes = {row.operation for row in MATRIX if row.changes}
    pages = {page.operation for module in page_modules() for page in module.pages if page.method == "POST"}
    calls = {route.scope for route in routes().values() if route.method != "GET"}
    assert pages & changes == calls & changes


def test_what_can_be_seen_in_the_portal_can_be_read_through_the_api_and_the_other_way_round() -> None:
    pages = {page.operation for module in page_modules() for page in module.pages}
    calls = {route.scope for route in routes().values()}
    # Reading sign-ins and notes is part of a page of something else.
    assert calls - pages <= {"sign_ins.read", None}
    assert pages - calls <= {None}
