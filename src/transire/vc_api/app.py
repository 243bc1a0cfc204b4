"""The routes of the VC API, and how a refusal travels: problem details (RFC 9457) that name the check and the place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs, unquote

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from transire.credentials.canonical import DEFAULT_LIMIT, read_object
from transire.crypto.errors import JsonRefused, JsonTooLarge
from transire.errors import TransireError
from transire.vc_api.errors import RequestMalformed, VcApiRefused
from transire.vc_api.issuers import Issuer
from transire.vc_api.problems import problem_of
from transire.vc_api.service import Request, Service

LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_CREATED: Final = 201
_Work = Callable[[Request], dict[str, Any]]
_IDENTIFIERS: Final = b"/1.0/identifiers/"
_JSON: Final = frozenset({"application/json", "application/ld+json"})


class AddressUnknown(VcApiRefused):
    code = "vc-api.address-unknown"
    sentence = "There is nothing at this address."
    fix = "See GET / for the addresses of this service."
    status = 404


def build_app(
    service: Service, *, public_url: str | None = None, proxies: frozenset[str] = LOOPBACK, limit: int = DEFAULT_LIMIT
) -> Starlette:
    """The application. `public_url` is the origin under which others know it; else a trusted proxy may say so."""
    doors = _Doors(service, public_url, proxies, limit)
    routes = [
        Route("/", doors.about),
        Route("/issuers", doors.issuers),
        Route("/.well-known/did.json", doors.did_web),
        Route("/did.json", doors.did_web),
        Route("/status/lists/{name}", doors.status_list),
        Route("/credentials/status", partial(doors.post, service.update_status), methods=["POST"]),
        Route("/1.0/identifiers/{did:path}", doors.identifier),
    ]
    plain: dict[str, tuple[Callable[..., dict[str, Any]], int]] = {
        "credentials/verify": (service.verify, 200),
        "presentations/verify": (service.verify_presentation, 200),
        "credentials/derive": (service.derive, _CREATED),
    }
    for path, (work, status) in plain.items():
        routes += _below_every_issuer(path, partial(doors.post, work, status=status))
    by_issuer = {"credentials/issue": service.issue, "presentations/prove": service.present}
    for path, sign in by_issuer.items():
        routes += _below_every_issuer(path, partial(doors.sign, sign))
    handlers: dict[Any, Any] = {TransireError: doors.refused, HTTPException: doors.unroutable}
    return Starlette(routes=routes, exception_handlers=handlers)


def _below_every_issuer(path: str, endpoint: Callable[..., Any]) -> list[Route]:
    return [Route(f"{before}/{path}", endpoint, methods=["POST"]) for before in ("", "/{name}", "/{name}/{kind}")]


class _Doors:
    """The endpoints."""

    def __init__(self, service: Service, public_url: str | None, proxies: frozenset[str], limit: int) -> None:
        self._service = service
        self._public_url = public_url.rstrip("/") if public_url else None
        self._proxies = proxies
        self._limit = limit

    async def post(self, work: _Work, request: HttpRequest, status: int = 200) -> Response:
        """A body in, a document out; the work is done in a thread."""
        read = await self._read(request)
        return _answer(await run_in_threadpool(work, read), status)

    async def sign(self, work: Callable[[Issuer, Request], dict[str, Any]], request: HttpRequest) -> Response:
        """The same with the issuer that the path, or else the options, name."""
        read = await self._read(request)
        name = "-".join(request.path_params[part] for part in ("name", "kind") if part in request.path_params)
        named = name or str(read.option("cryptosuite", str, "") or read.option("format", str, "") or "")
        issuer = self._service.issuers.named(named, read.option("keyType", str))
        return _answer(await run_in_threadpool(work, issuer, read), _CREATED)

    async def about(self, request: HttpRequest) -> Response:
        """What this service is."""
        origin = self._origin(request)
        return _answer({"service": "Transire VC API", "issuers": self._service.listed(origin)})

    async def issuers(self, request: HttpRequest) -> Response:
        """The issuers alone."""
        return _answer(self._service.listed(self._origin(request)))

    async def did_web(self, request: HttpRequest) -> Response:
        """The did:web document of this host."""
        return _answer(self._service.did_web(self._origin(request)), media="application/did+json")

    async def status_list(self, request: HttpRequest) -> Response:
        """The status list credential, signed now, as the media type that the reader knows."""
        name = request.path_params["name"]
        found = await run_in_threadpool(self._service.book.published, name, self._origin(request))
        answer = _answer(found, media=_media_of_credential(request.headers.get("accept", "")))
        answer.headers["vary"] = "accept"  # RFC 9110 12.5.5: what is kept for one reader is not for another
        return answer

    async def identifier(self, request: HttpRequest) -> Response:
        """Resolve a DID or dereference a DID URL; %2F, %3F and %23 in the path belong to it."""
        raw: bytes = request.scope["raw_path"].partition(b"?")[0]
        text = unquote(raw[raw.index(_IDENTIFIERS) + len(_IDENTIFIERS) :].decode("ascii"), errors="replace")
        asked = parse_qs(request.scope["query_string"].decode("latin-1"))
        options = {name: values[0] for name, values in asked.items()}
        found = await run_in_threadpool(self._service.resolve, text, options, self._origin(request))
        media = 'application/ld+json;profile="https://w3id.org/did-resolution"'
        return _answer(found.body, found.status, media)

    async def refused(self, request: HttpRequest, error: TransireError) -> Response:
        """A refusal: 4xx, with the check and the place in the document."""
        return problem_of(error)

    async def unroutable(self, request: HttpRequest, error: HTTPException) -> Response:
        """No such address, or no such method."""
        problem: TransireError = AddressUnknown(where=request.url.path)
        return problem_of(problem, status=error.status_code, headers=dict(error.headers or {}))

    async def _read(self, request: HttpRequest) -> Request:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > self._limit:
                raise JsonTooLarge(expected=f"at most {self._limit} bytes", got="more")
        try:
            return Request(read_object(bytes(body), limit=self._limit), self._origin(request))
        except JsonTooLarge:
            raise
        except JsonRefused as error:
            raise RequestMalformed(expected=error.expected or "JSON", got=error.got, where=error.where) from error

    def _origin(self, request: HttpRequest) -> str:
        """The origin under which others know this service, always https: a status list must have such an address."""
        if self._public_url is not None:
            return self._public_url
        host = request.headers.get("host", "localhost")
        if request.client is not None and request.client.host in self._proxies:
            host = request.headers.get("x-forwarded-host", host).split(",")[0].strip()
        return f"https://{host}"


def _media_of_credential(accept: str) -> str:
    """`application/vc` (VCDM 2.0 C.1), unless the reader asks for JSON and does not name it.

    Readers that know no media type of credentials parse what is called JSON and nothing else.
    """
    named = {part.partition(";")[0].strip().lower() for part in accept.split(",")}
    if "application/vc" in named or named.isdisjoint(_JSON):
        return "application/vc"
    return "application/json"


def _answer(document: Any, status: int = 200, media: str = "application/json") -> Response:
    return Response(msgspec.json.encode(document), status, media_type=media)
