"""The network: its members, its latest blocks as a small picture, the proposals that its governors vote on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from transire.api import network, proofs
from transire.crypto.did import did_key
from transire.node.enrolment import CUSTODIAN_KEY
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transire.api.network import BlockLine

PAGES = Pages(Place("/network", N_("Network"), N_("Organisation"), "network.read"))

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
    return visit.show("network.html", network=view, bars=bars, names=names, step=STEP, base=BASE)


@PAGES.get("/network.json", operation="network.read")
def download_trust_root(visit: Visit) -> Response:
    """The file that an offline verifier trusts; that of an earlier network for the receipts of before a restore."""
    headers = {"Content-Disposition": 'attachment; filename="network.json"'}
    content = proofs.trust_root(visit.tenant, visit.asked("network") or None)
    return Response(content, media_type="application/json", headers=headers)


def draw(blocks: Sequence[BlockLine]) -> list[Bar]:
    """Blocks as bars, the oldest first; a bar's height is the number of actions, an empty block a flat stone."""
    most = max((block.actions for block in blocks), default=0)
    bars = []
    for place, block in enumerate(reversed(blocks)):
        height = 6 if block.actions == 0 else 12 + (TALL - 12) * block.actions // max(most, 4)
        bars.append(Bar(block, place * STEP, BASE - height, height))
    return bars
