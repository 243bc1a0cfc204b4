"""The API as an application, mounted at /v1: from a request to a checked call, and from a value to an answer."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from transire.api.contract import Contract, Terms, read_contract
from transire.api.errors import AddressUnknown, MemberNotHosted, MethodRefused, Unexpected
from transire.api.idempotency import Once
from transire.api.modules import operation_modules
from transire.api.operations import Call, Operation
from transire.api.problems import problem_response
from transire.api.reading import Sent, bearer_of, read_request
from transire.api.writing import response_of
from transire.desk.api_tokens import authenticate_token
from transire.desk.permissions import require_some
from transire.desk.person import Person
from transire.errors import TransireError

if TYPE_CHECKING:
    from transire.node.node import Node
    from transire.node.tenant import Tenant

log = structlog.get_logger(__name__)


def create_api(node: Node) -> Starlette:
    """The application for an open node."""
    contract = read_contract()
    by_path: dict[str, dict[str, Operation]] = {}
    for module in operation_modules():
        for operation in module.operations:
            by_path.setdefault(operation.path, {})[operation.method] = operation
    # Fixed addresses before those with a part that is filled in.
    ordered = sorted(by_path.items(), key=lambda item: ["{" in part for part in item[0].split("/")])
    doors = [
        Route(path, _endpoint(node, contract, operations), methods=list(operations)) for path, operations in ordered
    ]
    problems = _Problems(node.settings.origin)
    api = Starlette(
        routes=doors,
        exception_handlers={
            TransireError: problems.refused,
            HTTPException: problems.unroutable,
            Exception: problems.unexpected,
        },
    )
    api.router.redirect_slashes = False  # it would redirect to the host that the request names
    return api


def _endpoint(
    node: Node, contract: Contract, operations: Mapping[str, Operation]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        operation = operations["GET" if request.method == "HEAD" else request.method]
        # Services are plain blocking code: SQL and waiting for a commit happen on a thread. Nothing is read of a body
        # that its sender may not send.
        tenant, caller = await run_in_threadpool(_admit, node, operation, request)
        sent = await read_request(request)
        call = partial(_answer, node, contract.terms[operation.name], operation, request, sent)
        return await run_in_threadpool(call, tenant=tenant, caller=caller)

    return endpoint


def _admit(node: Node, operation: Operation, request: Request) -> tuple[Tenant | None, Person | None]:
    """The member and the caller, once it is known that it may do the operation under some relation."""
    tenant = _tenant(node, request)
    if operation.public or tenant is None:
        return tenant, None
    caller = authenticate_token(tenant.database, bearer_of(request), now=datetime.now(UTC))
    if operation.scope is not None:
        require_some(caller, operation.scope)
    return tenant, caller


def _answer(
    node: Node,
    terms: Terms,
    operation: Operation,
    request: Request,
    sent: Sent,
    *,
    tenant: Tenant | None,
    caller: Person | None,
) -> Response:
    call = _call(node, terms, request, sent, tenant=tenant, caller=caller)
    if request.method != "POST" or sent.idempotency_key is None or tenant is None or caller is None:
        return _performed(operation, call, request)
    where = f"{request.method} {request.url.path}?{request.url.query}".encode()
    once = Once.of(tenant, caller.id, sent.idempotency_key, where, sent.media_type.encode(), sent.raw)
    before = once.begin(datetime.now(UTC), shown_once=operation.shown_once)
    if before is not None:
        return before
    try:
        response = _performed(operation, call, request)
    except TransireError:
        once.forget()
        raise
    once.finish(response, keep=not operation.shown_once)
    return response


def _performed(operation: Operation, call: Call, request: Request) -> Response:
    return response_of(operation.perform(call), request)


def _tenant(node: Node, request: Request) -> Tenant | None:
    slug = request.path_params.get("slug")
    if slug is None:
        return None
    found = node.tenants.get(slug)
    if found is None:
        raise MemberNotHosted(got=slug)
    return found


def _call(
    node: Node, terms: Terms, request: Request, sent: Sent, *, tenant: Tenant | None, caller: Person | None
) -> Call:
    """The request as a call, after the contract has let all of it through."""
    query = terms.read_query(request.query_params)
    body: Any = None
    if terms.bodies and (sent.raw or sent.files or sent.fields or terms.body_required):
        body = sent.body(terms.bodies)
        terms.check_body(sent.media_type, body)
    return Call(
        node=node,
        hosted=tenant,
        caller=caller,
        path={name: str(value) for name, value in request.path_params.items()},
        query=query,
        body=body,
        files=sent.files,
        if_match=sent.if_match,
    )


class _Problems:
    """Every refusal as a problem."""

    def __init__(self, origin: str) -> None:
        self._origin = origin

    async def refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, TransireError)
        return problem_response(error, origin=self._origin)

    async def unroutable(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        problem: TransireError = AddressUnknown(where=request.url.path)
        if error.status_code == MethodRefused.status:
            problem = MethodRefused(got=request.method)
        return problem_response(problem, origin=self._origin, headers=error.headers)

    async def unexpected(self, request: Request, error: Exception) -> Response:
        number = secrets.token_hex(4)
        route = getattr(request.scope.get("route"), "path", "none")
        log.error("a request failed", number=number, route=route, exc_info=error)
        return problem_response(Unexpected(), origin=self._origin, number=number)
