"""How a network stands: what each node says of itself, side by side, and whether they agree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from transire.client.connection import Connection
from transire.client.errors import AnswerUnreadable, NodeRefused, NodeUnreachable
from transire.network import processes
from transire.network.plan import Place, Plan, PlannedNode

ANSWER_WITHIN_S = 5.0


class NodeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One node: whether it runs and answers, and how far it is."""

    slug: str
    name: str
    url: str
    state: str
    """`up`, `catching up`, `silent` (it runs and does not answer) or `stopped`."""
    height: int | None = None
    lag: int | None = None
    """Blocks behind the highest node."""
    peers: int | None = None
    pending: int | None = None
    restarts: int | None = None
    app_hash: str | None = None
    """What its header at the height that all have says of the state."""
    failure: str = ""


class NetworkStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes, and the one thing that must never differ between them."""

    network: str
    compared_at: int | None
    agree: bool | None
    """Whether all nodes that answer have one app_hash at that height; None where fewer than two could be asked."""
    validators: int | None
    nodes: tuple[NodeLine, ...]


def look(place: Place, plan: Plan) -> NetworkStatus:
    """Ask every node at once."""
    with ThreadPoolExecutor(len(plan.nodes)) as pool:
        told = dict(zip(plan.nodes, pool.map(_ask, plan.nodes), strict=True))
    heights = [answer["height"] for answer in told.values() if answer]
    common = min(heights, default=0)
    hashes = {node.slug: _hash_at(node, common) for node in plan.nodes if told[node] and common}
    seen = [value for value in hashes.values() if value is not None]
    first = next((answer for answer in told.values() if answer), {})
    return NetworkStatus(
        network=first.get("network", plan.name),
        compared_at=common or None,
        agree=len(set(seen)) == 1 if len(seen) > 1 else None,
        validators=first.get("validators"),
        nodes=tuple(
            _line(place, node, told[node], max(heights, default=0), hashes.get(node.slug)) for node in plan.nodes
        ),
    )


def _line(place: Place, node: PlannedNode, answer: dict[str, Any], highest: int, app_hash: str | None) -> NodeLine:
    if not answer:
        state = "silent" if processes.find(place, node) else "stopped"
        return NodeLine(slug=node.slug, name=node.name, url=node.url, state=state)
    return NodeLine(
        slug=node.slug,
        name=node.name,
        url=node.url,
        state="catching up" if answer["catching_up"] else "up",
        height=answer["height"],
        lag=highest - answer["height"],
        peers=answer["peers"],
        pending=answer["pending"],
        restarts=answer["restarts"],
        app_hash=app_hash,
        failure=answer["failure"],
    )


def _ask(node: PlannedNode, **query: int) -> dict[str, Any]:
    try:
        with Connection(node.url, timeout=ANSWER_WITHIN_S) as connection:
            found: dict[str, Any] = connection.get("/v1/status", **query)
            return found
    except (NodeUnreachable, NodeRefused, AnswerUnreadable):
        return {}


def _hash_at(node: PlannedNode, height: int) -> str | None:
    found = _ask(node, height=height)
    return found.get("app_hash") if found.get("at") == height else None
