"""The verify page: anybody drops a receipt and a network file, and the browser checks them. No account, no upload.

The node only hands out the page; `web/verify` does the work, and the same as one file works without any node.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from transire.portal.portal import Portal

PATH = "/verify"
FILE_NAME = "transire-verify.html"
FILE_PATH = f"{PATH}/{FILE_NAME}"
SINGLE_PAGE = "verify.html"
"""The page as one file, among the built files."""


def routes(portal: Portal) -> list[Route]:
    """The page, and the page as a file to keep."""

    async def page(request: Request) -> Response:
        languages = portal.renderer.languages
        language = languages.get(request.query_params.get("language", ""), portal.language_of(request, None))
        view = {"path": PATH, "file": FILE_PATH, "languages": list(languages.values())}
        text = portal.renderer.html(language, "verify.html", view)
        return HTMLResponse(text, headers={"Content-Language": language.code, "Vary": "Cookie, Accept-Language"})

    async def file(request: Request) -> Response:
        headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
        return HTMLResponse(portal.renderer.assets.content(SINGLE_PAGE), headers=headers)

    return [Route(PATH, page), Route(FILE_PATH, file)]
