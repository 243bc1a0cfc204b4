"""Taking a further organisation in: what a registrar, the governors and the newcomer each do.

1. The newcomer makes its keys (`prepare_node`) and hands out its enrolment and its validator's key with its proof.
2. A registrar enrols it. 3. Its node joins with the network's genesis, and follows from the first block on.
4. A governor proposes the validator, others approve; more than two thirds decide. Two blocks later it signs.
The other nodes need not know its address: it dials them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec.structs import replace

from transire.client.connection import Connection, Credentials
from transire.crypto.encoding import b64url, unb64url
from transire.ledger.chain import validator_address
from transire.ledger.genesis import Genesis
from transire.network import processes
from transire.network.errors import NetworkExists, NotStarted
from transire.network.founding import prepare, settle_in
from transire.network.plan import Place, Plan, PlannedNode, check_ports
from transire.node.home import Home
from transire.node.joining import Candidate

SIGNS_WITHIN_S: Final = 60.0

Say = Callable[[str], None]


def add_organisation(place: Place, plan: Plan, *, slug: str, name: str, roles: Sequence[str], say: Say) -> Plan:
    """Enrol an organisation, start its node, and have it made a validator by the governors' votes."""
    if any(node.slug == slug for node in plan.nodes):
        raise NetworkExists(got=slug, expected="a new name")
    node = PlannedNode(slug, name, tuple(roles), port=max(node.port for node in plan.nodes) + 1, validates=False)
    check_ports([node])
    candidate = prepare(place, node)
    node = replace(node, did=candidate.did, node_id=candidate.node_id)
    say(f"{slug:<10} keys made")
    registrar = next(each for each in plan.nodes if each.registers)
    with Credentials.read(place.credentials(registrar.slug)).connect() as connection:
        connection.post("/network/members", candidate.member)
    say(f"{slug:<10} enrolled by {registrar.slug}")
    genesis = Genesis.parse(Home(place.node(plan.nodes[0].slug)).genesis.read_bytes())
    settle_in(place, replace(plan, nodes=(*plan.nodes, node)), node, genesis)
    processes.start(place, node)
    processes.wait_until_up(place, [node], height=_height(plan.nodes[0]))
    say(f"{slug:<10} follows the ledger")
    _vote(place, plan, candidate, say)
    _wait_until_it_signs(plan.nodes[0], place, candidate)
    say(f"{slug:<10} signs blocks")
    plan = replace(plan, nodes=(*plan.nodes, replace(node, validates=True)))
    place.write(plan)
    return plan


def _vote(place: Place, plan: Plan, candidate: Candidate, say: Say) -> None:
    """Governors in turn: the first proposes, and as many as are needed approve."""
    governors = plan.nodes
    change = {"type": "validator", **candidate.validator}
    with Credentials.read(place.credentials(governors[0].slug)).connect() as first:
        proposal = first.post("/network/proposals", {"change": change})["proposal"]
    say(f"{governors[0].slug:<10} proposes the validator")
    for governor in governors[1:]:
        with Credentials.read(place.credentials(governor.slug)).connect() as connection:
            answer = connection.post(f"/network/proposals/{proposal}/approve")
        say(f"{governor.slug:<10} approves{': decided' if answer['decided'] else ''}")
        if answer["decided"]:
            return


def _wait_until_it_signs(node: PlannedNode, place: Place, candidate: Candidate) -> None:
    address = b64url(validator_address(unb64url(str(candidate.validator["public"]), length=32)))
    deadline = time.monotonic() + SIGNS_WITHIN_S
    with Credentials.read(place.credentials(node.slug)).connect() as connection:
        while True:
            lines: list[dict[str, Any]] = connection.get("/network")["signing"]
            if any(line["address"] == address and line["signed"] for line in lines):
                return
            if time.monotonic() > deadline:
                raise NotStarted(got=f"no block signed by {address}")
            time.sleep(0.5)


def _height(node: PlannedNode) -> int:
    with Connection(node.url) as connection:
        return int(connection.get("/v1/status")["height"])
