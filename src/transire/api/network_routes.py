"""Operations on the network as a member sees it."""

from __future__ import annotations

from typing import Any

from transire.api import network, proofs
from transire.api.operations import Answer, Call, Collection, Operations

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/network", "showNetwork", scope="network.read")
def show_network(call: Call) -> Any:
    """Who governs and validates it, its members, latest blocks and proposals."""
    return network.show_network(call.tenant, call.person, _hosted(call))


@OPERATIONS.op("GET", "/network/members", "listMembers", scope="network.read")
def list_members(call: Call) -> Any:
    view = network.show_network(call.tenant, call.person, _hosted(call))
    return Collection(view.members)


@OPERATIONS.op("GET", "/network/blocks", "listBlocks", scope="network.read")
def list_blocks(call: Call) -> Any:
    limit = call.query["limit"]
    blocks = list(network.list_blocks(call.tenant, call.person, before=call.number_after(), limit=limit))
    more = len(blocks) == limit and blocks[-1].height > 1
    return Collection(blocks, str(blocks[-1].height) if more else None)


@OPERATIONS.op("GET", "/network/proposals", "listProposals", scope="network.read")
def list_proposals(call: Call) -> Any:
    return Collection(network.list_proposals(call.tenant, call.person))


@OPERATIONS.op("GET", "/network/trust-root", "showTrustRoot", scope="network.read")
def show_trust_root(call: Call) -> Any:
    """`network.json`: what an offline verifier must know."""
    return Answer(raw=proofs.trust_root(call.tenant))


def _hosted(call: Call) -> frozenset[str]:
    return frozenset(tenant.did for tenant in call.node.tenants.values())
