"""The network: its members, its latest blocks as a small picture, the proposals that its governors vote on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from transire.api import governing, network, proofs
from transire.crypto.canonical import parse_json
from transire.crypto.did import did_key
from transire.node.enrolment import CUSTODIAN_KEY
from transire.portal.errors import FieldUnsuitable
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transire.api.network import BlockLine

PAGES = Pages(
    Place("/network", N_("Network"), N_("Organisation"), "network.read"),
    told={
        "proposed": N_("The proposal is open, with your approval."),
        "approved": N_("Your approval is on the ledger."),
        "enrolled": N_("The member is enrolled, and can act from the next block on."),
        "suspended": N_("The member is suspended: nothing that it signs enters the ledger."),
        "readmitted": N_("The member can act again from the next block on."),
    },
)

LARGEST_FORM = 64 * 1024
"""An enrolment or a change is smaller than an action may be."""

STEP, TALL, BASE = 34, 66, 84
"""Of the picture of blocks, in user units: from block to block, the tallest bar, the ground line."""
BLOCKS_DRAWN = 16


@dataclass(frozen=True, slots=True)
class Bar:
    """One block in the picture."""

    block: BlockLine
    x: int
    y: int
    height: int


@PAGES.get("/network", operation="network.read")
def show_network(visit: Visit) -> Response:
    """Everything that every member sees."""
    hosted = frozenset(tenant.did for tenant in visit.portal.node.tenants.values())
    view = network.show_network(visit.tenant, visit.actor, hosted)
    custodian = did_key(visit.portal.node.keys.signing_key(CUSTODIAN_KEY).public)
    names = {member.did: member.name for member in view.members} | {custodian: visit.say(N_("this node"))}
    bars = draw(view.blocks[:BLOCKS_DRAWN])
    registers = visit.tenant.did in network.office_holders(visit.tenant.engine, "registrar", view.height + 1)
    return visit.show("network.html", network=view, bars=bars, names=names, step=STEP, base=BASE, registers=registers)


@PAGES.post("/network/proposals", operation="network.govern", again=show_network)
def propose_change(visit: Visit) -> Response:
    """Open a vote; the change is written as the ledger has it."""
    change = parse_json(visit.form.text("change").encode(), limit=LARGEST_FORM)
    governing.propose(visit.tenant, visit.actor, as_object(change, "change"))
    return visit.go("/network", told="proposed")


@PAGES.post("/network/proposals/{proposal_id}/approve", operation="network.govern", again=show_network)
def approve_proposal(visit: Visit) -> Response:
    """Approve an open proposal."""
    governing.approve(visit.tenant, visit.actor, visit.named("proposal_id"))
    return visit.go("/network", told="approved")


@PAGES.post("/network/members", operation="network.enrol", again=show_network)
def enrol_member(visit: Visit) -> Response:
    """Enter a member whose node sent its enrolment."""
    enrolment = parse_json(visit.form.file("enrolment"), limit=LARGEST_FORM)
    governing.enrol(visit.tenant, visit.actor, as_object(enrolment, "enrolment"))
    return visit.go("/network", told="enrolled")


@PAGES.post("/network/members/{did}/suspend", operation="network.enrol", again=show_network)
def suspend_member(visit: Visit) -> Response:
    """Suspend a member."""
    governing.suspend(visit.tenant, visit.actor, visit.named("did"))
    return visit.go("/network", told="suspended")


@PAGES.post("/network/members/{did}/readmit", operation="network.enrol", again=show_network)
def readmit_member(visit: Visit) -> Response:
    """Let a suspended member act again."""
    governing.readmit(visit.tenant, visit.actor, visit.named("did"))
    return visit.go("/network", told="readmitted")


@PAGES.get("/network.json", operation="network.read")
def download_trust_root(visit: Visit) -> Response:
    """The file that an offline verifier trusts; that of an earlier network for the receipts of before a restore."""
    headers = {"Content-Disposition": 'attachment; filename="network.json"'}
    content = proofs.trust_root(visit.tenant, visit.asked("network") or None)
    return Response(content, media_type="application/json", headers=headers)


def as_object(value: object, where: str) -> dict[str, Any]:
    """What was sent as JSON, as an object."""
    if not isinstance(value, dict):
        raise FieldUnsuitable(got=str(value)[:80], expected="a JSON object", where=where)
    return value


def draw(blocks: Sequence[BlockLine]) -> list[Bar]:
    """Blocks as bars, the oldest first; a bar's height is the number of actions, an empty block a flat stone."""
    most = max((block.actions for block in blocks), default=0)
    bars = []
    for place, block in enumerate(reversed(blocks)):
        height = 6 if block.actions == 0 else 12 + (TALL - 12) * block.actions // max(most, 4)
        bars.append(Bar(block, place * STEP, BASE - height, height))
    return bars
