"""The one web application of a node: portal, API, and what an operator's tools ask for.

/                    choose a member
/m/<slug>/...        a member's pages
/verify              anybody checks a receipt, in the browser
/.../did.json        the did:web documents of the members
/v1/...              the API (transire.api)
/static/...          built styles and scripts
/livez /readyz /metrics
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from transire.api.app import create_api
from transire.api.errors import AddressUnknown
from transire.api.problems import problem_response
from transire.crypto.structs import prepare_structs
from transire.errors import TransireError
from transire.portal import did_web, operator, verifying
from transire.portal.assets import Assets
from transire.portal.errors import MethodRefused, PageNotFound, Unexpected
from transire.portal.modules import page_modules
from transire.portal.portal import Portal, routes
from transire.portal.rendering import Renderer
from transire.portal.security import BodyLimit, SecurityHeaders

if TYPE_CHECKING:
    from transire.node.node import Node

log = structlog.get_logger(__name__)


def create_app(node: Node) -> ASGIApp:
    """The application for an open node. It reads catalogues, styles and the contract once, here."""
    modules = page_modules()
    prepare_structs()  # before the first request: they are read in many threads
    assets = Assets()
    portal = Portal.over(node, Renderer(assets), modules)
    errors = ErrorPages(portal)
    app = Starlette(
        routes=[
            *_own_routes(portal),
            *did_web.routes(node),
            *routes(portal, modules),
            Mount("/static", assets.files()),
            Mount("/v1", create_api(node)),
        ],
        exception_handlers={
            TransireError: errors.refused,
            HTTPException: errors.unroutable,
            Exception: errors.unexpected,
        },
    )
    # The router's own redirect to an address with or without a last slash names the host that the request names.
    app.router.redirect_slashes = False
    measured = operator.Measured(BodyLimit(app))
    return SecurityHeaders(measured, production=portal.cookies.production)


def _own_routes(portal: Portal) -> list[Route]:
    """What lies outside of any member: the chooser, and what an operator's tools ask for."""

    async def choose(request: Request) -> Response:
        language = portal.language_of(request, None)
        members = sorted(portal.node.tenants.values(), key=lambda tenant: tenant.name)
        return HTMLResponse(portal.renderer.html(language, "chooser.html", {"members": members}))

    async def enter(request: Request) -> Response:
        slug = portal.tenant(request.path_params["slug"]).slug
        return RedirectResponse(f"/m/{slug}/", 303)

    return [Route("/", choose), Route("/m/{slug}", enter), *verifying.routes(portal), *operator.routes(portal.node)]


def route_of(request: Request) -> str:
    """The address as it was declared: what is filled in can be a sign-in link or name a document."""
    return str(getattr(request.scope.get("route"), "path", "none"))


class ErrorPages:
    """A refusal as a page: its sentence, its fix, its code, in the reader's language."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def refused(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, TransireError)
        return self._page(request, error, None)

    async def unroutable(self, request: Request, error: Exception) -> Response:
        """What the router refuses has no page of ours behind it."""
        assert isinstance(error, HTTPException)
        if request.url.path.startswith("/v1/"):
            # A mount takes no address with a line end in it; below /v1 every answer is a problem all the same.
            return problem_response(AddressUnknown(where=request.url.path), origin=self._portal.node.settings.origin)
        problem: TransireError = PageNotFound(where=request.url.path)
        if error.status_code == MethodRefused.status:
            problem = MethodRefused(got=request.method)
        response = self._page(request, problem, None)
        response.headers.update(error.headers or {})
        return response

    async def unexpected(self, request: Request, error: Exception) -> Response:
        """The number stands in the log beside the trace; the page says nothing of the inside."""
        number = secrets.token_hex(4)
        log.error("a request failed", number=number, route=route_of(request), exc_info=error)
        return self._page(request, Unexpected(), number)

    def _page(self, request: Request, problem: TransireError, number: str | None) -> Response:
        language = self._portal.language_of(request, None)
        slug = request.path_params.get("slug")
        back = f"/m/{slug}/" if slug in self._portal.node.tenants else "/"
        view = {"refusal": problem, "number": number, "back": back}
        return HTMLResponse(self._portal.renderer.html(language, "error.html", view), problem.status)
