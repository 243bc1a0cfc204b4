"""The did:web documents of the members that this node hosts, where their DIDs say that they lie; anybody may read them.

/.well-known/did.json            of did:web:HOST, by the host that was asked
/FOLDER/.../did.json             of did:web:HOST:FOLDER:...
/m/<slug>/did.json               of one member, for a proxy that stands before the address of its DID
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from transire.node.did_document import did_document
from transire.portal.errors import MemberNotHosted

if TYPE_CHECKING:
    from transire.node.node import Node

MEDIA = "application/did+json"
HEADERS = {
    # Readers may keep it for five minutes: so long an exchanged key is not yet known to all.
    "Cache-Control": "public, max-age=300",
    # It is for programs of others, those in a browser too.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def routes(node: Node) -> list[Route]:
    """The addresses. The last one fits anything that ends like them, so it stands after all others."""

    async def of_host(request: Request) -> Response:
        return await _answer(node, _did_asked_for(request, node.settings.origin))

    async def of_member(request: Request) -> Response:
        slug = request.path_params["slug"]
        tenant = node.tenants.get(slug)
        if tenant is None:
            raise MemberNotHosted(got=slug)
        return await _answer(node, tenant.did)

    return [
        Route("/.well-known/did.json", of_host),
        Route("/m/{slug}/did.json", of_member),
        Route("/{folders:path}/did.json", of_host),
    ]


def _did_asked_for(request: Request, origin: str) -> str:
    """The did:web whose document lies at the address that was asked for."""
    host = request.headers.get("host") or origin.partition("://")[2]
    folders = [quote(part, safe="") for part in request.path_params.get("folders", "").split("/") if part]
    return ":".join((f"did:web:{quote(host.lower(), safe='.-')}", *folders))


async def _answer(node: Node, did: str) -> Response:
    tenant = next((each for each in node.tenants.values() if each.did == did), None)
    document = None if tenant is None else await run_in_threadpool(did_document, tenant)
    if document is None:
        raise MemberNotHosted(got=did[:200])
    return Response(msgspec.json.encode(document), media_type=MEDIA, headers=HEADERS)
