"""Operations on the network as a member sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from transire.api import governing, network, proofs
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


@OPERATIONS.op("POST", "/network/proposals", "proposeChange", scope="network.govern")
def propose_change(call: Call) -> Any:
    """Open a vote on a change of the network."""
    opened = governing.take(call.tenant, call.person, governing.proposing(call.body["change"]))
    return Answer(value={"proposal": opened.action_id, "height": opened.height}, status=201)


STEPS: Final[Mapping[str, Callable[[Any], governing.Step]]] = {
    "propose": governing.proposing,
    "approve": governing.approving,
    "enrol": governing.enrolling,
    "suspend": governing.suspending,
    "readmit": governing.readmitting,
}


@OPERATIONS.op("POST", "/network/checks", "checkAct", scope="network.read")
def check_act(call: Call) -> Any:
    """What an act would do, or why the ledger would refuse it."""
    [(name, what)] = call.body.items()
    return {"says": [said.text for said in governing.check(call.tenant, call.person, STEPS[name](what))]}


@OPERATIONS.op("POST", "/network/proposals/{proposal_id}/approve", "approveProposal", scope="network.govern")
def approve_proposal(call: Call) -> Any:
    done = governing.take(call.tenant, call.person, governing.approving(call.path["proposal_id"]))
    decided = any(event.get("event") == "decided" for event in done.events)
    return {"proposal": call.path["proposal_id"], "height": done.height, "decided": decided}


@OPERATIONS.op("POST", "/network/members", "enrolMember", scope="network.enrol")
def enrol_member(call: Call) -> Any:
    """Enter a new member, as its registrar."""
    done = governing.take(call.tenant, call.person, governing.enrolling(call.body))
    return Answer(value={"did": call.body["did"], "height": done.height}, status=201)


@OPERATIONS.op("POST", "/network/members/{did}/suspend", "suspendMember", scope="network.enrol")
def suspend_member(call: Call) -> Any:
    done = governing.take(call.tenant, call.person, governing.suspending(call.path["did"]))
    return {"did": call.path["did"], "height": done.height}


@OPERATIONS.op("POST", "/network/members/{did}/readmit", "readmitMember", scope="network.enrol")
def readmit_member(call: Call) -> Any:
    done = governing.take(call.tenant, call.person, governing.readmitting(call.path["did"]))
    return {"did": call.path["did"], "height": done.height}


@OPERATIONS.op("GET", "/network/trust-root", "showTrustRoot", scope="network.read")
def show_trust_root(call: Call) -> Any:
    """`network.json`: what an offline verifier must know."""
    return Answer(raw=proofs.trust_root(call.tenant))


def _hosted(call: Call) -> frozenset[str]:
    return frozenset(tenant.did for tenant in call.node.tenants.values())
