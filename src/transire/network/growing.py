"""Taking a further organisation in: what a registrar, the governors and the newcomer each do.

1. The newcomer makes its keys (`prepare_node`) and hands out its enrolment and its validator's key with its proof.
2. A registrar enrols it. 3. Its node joins with the network's genesis, and follows from the first block on.
4. A governor proposes the validator, others approve; more than two thirds decide. Two blocks later it signs.
The other nodes need not know its address: it dials them.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from transire.client.connection import Connection, Credentials
from transire.client.errors import NodeUnreachable
from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url, unb64url
from transire.ledger.chain import validator_address
from transire.ledger.genesis import Genesis
from transire.network import processes
from transire.network.errors import NameTaken, NotStarted
from transire.network.founding import prepare, settle_in
from transire.network.plan import Place, Plan, PlannedNode, check_ports
from transire.node.enrolment import VALIDATOR_KEY
from transire.node.home import Home
from transire.node.joining import offer_validator_key
from transire.node.settings import check_slug

SIGNS_WITHIN_S: Final = 60.0

Say = Callable[[str], None]


def add_organisation(place: Place, plan: Plan, *, slug: str, name: str, roles: Sequence[str], say: Say) -> Plan:
    """Enrol an organisation, start its node, and have it made a validator by the governors' votes.

    One that is enrolled and was not voted in, since too few governors answered, is voted on again.
    """
    check_slug(slug)  # it names folders, also of what is taken away again
    known = next((node for node in plan.nodes if node.slug == slug), None)
    if known is not None and known.validates:
        raise NameTaken(got=slug)
    founders = [node for node in plan.nodes if node.slug != slug]
    if known is None:
        plan = _take_in(place, plan, slug=slug, name=name, roles=roles, say=say)
    node = plan.node(slug)
    processes.start(place, node)
    first = next((each for each in founders if processes.find(place, each)), founders[0])
    processes.wait_until_up(place, [node], height=_height(first))
    say(f"{slug:<10} follows the ledger")
    _, change = offer_validator_key(place.node(slug), slug=slug, name=VALIDATOR_KEY)
    _vote(place, founders, change, say)
    _wait_until_it_signs(first, place, str(change["public"]))
    say(f"{slug:<10} signs blocks")
    return _noted(place, plan, replace(node, validates=True))


def _take_in(place: Place, plan: Plan, *, slug: str, name: str, roles: Sequence[str], say: Say) -> Plan:
    """Keys, enrolment and settings; what fails before the enrolment leaves nothing, so that it can be called again."""
    node = PlannedNode(slug, name, tuple(roles), port=max(node.port for node in plan.nodes) + 1, validates=False)
    check_ports([node])
    if place.node(slug).exists() or place.secret(slug).exists():
        # Keys that the ledger may know: what an attempt of before left is nothing to take away.
        raise NameTaken(got=slug)
    try:
        candidate = prepare(place, node)
        say(f"{slug:<10} keys made")
        registrar = next(each for each in plan.nodes if each.registers)
        with Credentials.read(place.credentials(registrar.slug)).connect() as connection:
            connection.post("/network/members", candidate.member)
    except BaseException:
        place.secret(slug).unlink(missing_ok=True)
        shutil.rmtree(place.node(slug), ignore_errors=True)
        raise
    say(f"{slug:<10} enrolled by {registrar.slug}")
    node = replace(node, did=candidate.did, node_id=candidate.node_id)
    genesis = Genesis.parse(Home(place.node(plan.nodes[0].slug)).genesis.read_bytes())
    settle_in(place, replace(plan, nodes=(*plan.nodes, node)), node, genesis)
    return _noted(place, plan, node)  # before it runs: what is not in the plan nobody would stop


def _noted(place: Place, plan: Plan, node: PlannedNode) -> Plan:
    """The plan with this node as it is now, written."""
    others = tuple(each for each in plan.nodes if each.slug != node.slug)
    plan = replace(plan, nodes=(*others, node))
    place.write(plan)
    return plan


def _vote(place: Place, governors: Sequence[PlannedNode], change: Mapping[str, Json], say: Say) -> None:
    """Governors in turn: the first that answers proposes, and as many as are needed approve."""
    proposal = ""
    for governor in governors:
        with Credentials.read(place.credentials(governor.slug)).connect() as connection:
            try:
                if not proposal:
                    proposal = connection.post("/network/proposals", {"change": change})["proposal"]
                    say(f"{governor.slug:<10} proposes the validator")
                    continue
                decided = connection.post(f"/network/proposals/{proposal}/approve")["decided"]
            except NodeUnreachable:
                say(f"{governor.slug:<10} does not answer")
                continue
        say(f"{governor.slug:<10} approves{': decided' if decided else ''}")
        if decided:
            return
    raise NotStarted(got="too few governors answered", expected="more than two thirds")


def _wait_until_it_signs(node: PlannedNode, place: Place, public: str) -> None:
    address = b64url(validator_address(unb64url(public, length=32)))
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
