"""What an operator's tools ask of a node: is it alive, is it ready, and its measures for Prometheus."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from transire.node.node import Node

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "transire_http_requests_total",
    "Answered requests, by door and status class.",
    ["door", "status"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "transire_http_request_seconds",
    "Time from request to the start of the answer, by door.",
    ["door"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)
HEIGHT = Gauge("transire_ledger_height", "Height of this node's replica of the ledger.", registry=REGISTRY)


def routes(node: Node) -> list[Route]:
    """The three addresses. They say nothing of members or documents."""

    async def livez(request: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(request: Request) -> Response:
        """Ready when the replica and each member's database answer, and the ledger goes on or nobody knows why not."""
        failures = await run_in_threadpool(_not_ready, node)
        if failures:
            return PlainTextResponse("not ready: " + ", ".join(failures) + "\n", 503)
        return PlainTextResponse("ready\n")

    async def metrics(request: Request) -> Response:
        HEIGHT.set(node.engine.height)
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return [Route("/livez", livez), Route("/readyz", readyz), Route("/metrics", metrics)]


def _not_ready(node: Node) -> list[str]:
    failures = []
    try:
        _ = node.engine.height
        if failure := node.engine.failure:
            failures.append(failure)
    except Exception:
        failures.append("the ledger does not answer")
    for tenant in node.tenants.values():
        try:
            with tenant.database.reading():
                pass
        except Exception:
            failures.append("a database does not answer")
            break
    return failures


class Measured:
    """Counts and times every request by its door; never by address, which could name a document."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        door, began = _door(scope["path"]), time.perf_counter()

        async def send_measured(message: Message) -> None:
            if message["type"] == "http.response.start":
                SECONDS.labels(door).observe(time.perf_counter() - began)
                REQUESTS.labels(door, f"{message['status'] // 100}xx").inc()
            await send(message)

        await self.app(scope, receive, send_measured)


def _door(path: str) -> str:
    first = path.split("/", 2)[1]
    return {"m": "portal", "v1": "api", "static": "static", "": "portal"}.get(first, "other")
