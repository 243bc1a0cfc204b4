"""Founding a network on one machine: each organisation prepares its node, all agree on a genesis, each joins with it.

Traders without a node of their own are prepared by the node that will host them, and enrolled by a registrar once the
network runs: nothing about them stands in the genesis.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from transire.client.connection import Credentials
from transire.client.errors import NodeRefused
from transire.crypto.canonical import canonical_bytes
from transire.demo.stage import party_entries
from transire.demo.world import OFFICE_ROLES, TRADER_ROLES, enter_particulars
from transire.desk.permissions import operations_of
from transire.desk.person import Person
from transire.desk.persons import add_person
from transire.ledger.genesis import Genesis
from transire.network.plan import HOST, Place, Plan, PlannedNode, write_private
from transire.node.credentials import new_credentials
from transire.node.home import write_new_secret
from transire.node.joining import Candidate, found_together, join_network, prepare_node
from transire.node.node import NewMember, Node
from transire.node.settings import LedgerSettings, NodeSettings
from transire.node.tenant import Tenant

Say = Callable[[str], None]
KEYS_COST: Final = "test"
"""Everybody's keys and secrets lie in one folder of one machine: dear key stores would protect nothing."""
LIFE: Final = timedelta(days=365)


def found(place: Place, plan: Plan, say: Say) -> Plan:
    """Make keys, genesis, settings and persons of every organisation; nothing runs yet. Returns the whole plan.

    What fails leaves nothing behind, so that it can be called again.
    """
    place.make()
    try:
        return _found(place, plan, say)
    except BaseException:
        shutil.rmtree(place.home, ignore_errors=True)
        raise


def _found(place: Place, plan: Plan, say: Say) -> Plan:
    candidates: dict[str, Candidate] = {}
    for node in plan.nodes:
        candidates[node.slug] = prepare(place, node)
        say(f"{node.slug:<10} keys made, {node.name}")
    plan = replace(
        plan,
        nodes=tuple(
            replace(node, did=candidates[node.slug].did, node_id=candidates[node.slug].node_id) for node in plan.nodes
        ),
    )
    genesis = found_together(
        plan.name,
        [candidates[node.slug] for node in plan.nodes],
        time=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        registrars=[node.did for node in plan.nodes if node.registers],
        parameters={},
    )
    place.network.write_bytes(canonical_bytes(genesis.trust_root()))
    say(f"genesis of {len(plan.nodes)} governors and validators: {genesis.network}")
    for node in plan.nodes:
        settle_in(place, plan, node, genesis)
    place.write(plan)
    return plan


def prepare(place: Place, node: PlannedNode) -> Candidate:
    """What one organisation does alone: its keys, and what it brings to the genesis."""
    write_new_secret(place.secret(node.slug))
    return prepare_node(
        place.node(node.slug),
        settings_of(place, node),
        slug=node.slug,
        name=node.name,
        roles=node.roles,
        endpoint=node.url,
        keys_cost=KEYS_COST,
    )


def settle_in(place: Place, plan: Plan, node: PlannedNode, genesis: Genesis) -> None:
    """Begin with the genesis; enter persons, hosted members and what programs need."""
    peers = tuple(other.peer for other in plan.nodes if other.slug != node.slug)
    settings = settings_of(place, node, peers=peers, witnesses=plan.witnesses)
    join_network(place.node(node.slug), settings, genesis, slug=node.slug)
    entries = party_entries()
    customs = plan.nodes[0].did
    opened = Node.open(place.node(node.slug))
    try:
        for hosted in node.hosts:
            entry = entries[hosted.slug]
            enrolment = opened.prepare_member(NewMember(hosted.slug, entry["party"]["name"], tuple(entry["roles"])))
            write_private(
                place.home / "nodes" / node.slug / f"{hosted.slug}.enrolment.json", canonical_bytes(enrolment)
            )
        for tenant in opened.tenants.values():
            person = _person_of(tenant, entries.get(tenant.slug), node, customs)
            content = new_credentials(tenant, person.id, url=node.url, scopes=operations_of(person.roles), life=LIFE)
            write_private(place.credentials(tenant.slug), content)
    finally:
        opened.close()


def enrol_hosted(place: Place, plan: Plan, say: Say) -> None:
    """Have the registrars enrol the traders that organisations host; who is a member already stays as it is."""
    for node in plan.nodes:
        for hosted in node.hosts:
            enrolment = json.loads((place.node(node.slug) / f"{hosted.slug}.enrolment.json").read_bytes())
            with Credentials.read(place.credentials(hosted.registrar)).connect() as registrar:
                try:
                    registrar.post("/network/members", enrolment)
                except NodeRefused as refusal:
                    if "ledger.member-exists" not in str(refusal):
                        raise
                    continue
            say(f"{hosted.slug:<10} enrolled by {hosted.registrar}, hosted by {node.slug}")


def settings_of(
    place: Place, node: PlannedNode, *, peers: tuple[str, ...] = (), witnesses: tuple[str, ...] = ()
) -> NodeSettings:
    """The settings of a node of this network."""
    return NodeSettings(
        profile="development",
        host=HOST,
        port=node.port,
        public_url=node.url,
        secret_file=str(place.secret(node.slug)),
        ledger=LedgerSettings(p2p_host=HOST, p2p_port=node.p2p_port, peers=peers, witnesses=witnesses),
    )


def _person_of(tenant: Tenant, entry: Mapping[str, Any] | None, node: PlannedNode, customs: str) -> Person:
    """The person in whose name programs act; for the traders of the demo with their particulars."""
    if entry is not None:
        return enter_particulars(tenant, entry, customs=None if tenant.did == customs else customs)
    roles = OFFICE_ROLES if {"customs", "agency"} & set(node.roles) else TRADER_ROLES
    with tenant.transaction() as tx:
        return add_person(
            tx, name="Operator of the node", login=f"operator@{tenant.slug}.example", roles=roles, now=tenant.now()
        )
