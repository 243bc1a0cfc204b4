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

from transire.api.admission import Admitted, admit, signed_response
from transire.api.contract import Contract, Terms, read_contract
from transire.api.errors import AddressUnknown, MethodRefused, Unexpected
from transire.api.idempotency import Once
from transire.api.modules import operation_modules
from transire.api.operations import Call, Operation
from transire.api.problems import problem_response
from transire.api.reading import Sent, read_request
from transire.api.writing import response_of
from transire.errors import TransireError
from transire.node.logs import SaidOnce

if TYPE_CHECKING:
    from transire.node.node import Node

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
    between_nodes = frozenset(path for path, ops in by_path.items() if any(each.transport for each in ops.values()))
    problems = _Problems(node.settings.origin, between_nodes)
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
        admitted = await run_in_threadpool(admit, node, operation, request)
        sent = await read_request(request)
        call = partial(_answer, node, contract.terms[operation.name], operation, request, sent, admitted)
        return await run_in_threadpool(call)

    return endpoint


def _answer(
    node: Node, terms: Terms, operation: Operation, request: Request, sent: Sent, admitted: Admitted
) -> Response:
    admitted.check_sent(sent.raw, datetime.now(UTC))
    call, tenant, caller = _call(node, terms, request, sent, admitted), admitted.tenant, admitted.caller
    if operation.transport:
        return signed_response(_performed(operation, call, request), admitted)
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


def _call(node: Node, terms: Terms, request: Request, sent: Sent, admitted: Admitted) -> Call:
    """The request as a call, after the contract has let all of it through."""
    query = terms.read_query(request.query_params)
    body: Any = None
    if terms.bodies and (sent.raw or sent.files or sent.fields or terms.body_required):
        body = sent.body(terms.bodies)
        terms.check_body(sent.media_type, body)
    return Call(
        node=node,
        hosted=admitted.tenant,
        caller=admitted.caller,
        path={name: str(value) for name, value in request.path_params.items()},
        query=query,
        body=body,
        files=sent.files,
        if_match=sent.if_match,
        raw=sent.raw,
        sender=admitted.sender,
    )


class _Problems:
    """Every refusal as a problem."""

    def __init__(self, origin: str, between_nodes: frozenset[str]) -> None:
        self._origin = origin
        self._between_nodes = between_nodes
        self._said = SaidOnce()

    async def refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, TransireError)
        route = getattr(request.scope.get("route"), "path", "none")
        # What another organisation's node is refused its operator must hear of, and ours too; but nobody fills a log.
        if route in self._between_nodes and self._said.is_new(f"{route} {error}"):
            log.warning("delivery refused at the door", code=error.code, error=str(error)[:500])
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
