"""The network as a member sees it: who belongs to it, who governs and validates it, its latest blocks and proposals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from transire.crypto.encoding import b64url
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.ledger.chain import FOR_BLOCK, Validator
from transire.ledger.genesis import fingerprint
from transire.ledger.governance import proposal_key, validator_key
from transire.ledger.members import office_key
from transire.ledger.state import MemberRecord, Office, Proposal, ValidatorRow, at
from transire.node.anchor import read_time

if TYPE_CHECKING:
    from transire.engines.base import Engine
    from transire.node.tenant import Tenant

BLOCKS_SHOWN = 24
SIGNATURES_LOOKED_AT = 20
"""Blocks by which it is judged whether a validator keeps up."""
PROPOSALS_LOOKED_BACK = 20_000
"""Blocks in which proposals are looked for: an open one lapses long before."""


class MemberLine(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the network."""

    did: str
    name: str
    roles: tuple[str, ...]
    status: str
    registrar: str
    keys: int
    custodians: tuple[str, ...]
    governor: bool
    hosted: bool


class BlockLine(msgspec.Struct, frozen=True, kw_only=True):
    """A block: its own time is that of the commit before it; final is when its own commit was made."""

    height: int
    final_at: datetime | None
    actions: int
    bytes: int
    app_hash: str


class ProposalLine(msgspec.Struct, frozen=True, kw_only=True):
    """A change that governors vote on."""

    id: str
    change: dict[str, Any]
    proposer: str
    opened: int
    lapses: datetime
    approvals: tuple[str, ...]
    decided: int | None


class ValidatorLine(msgspec.Struct, frozen=True, kw_only=True):
    """A validator: who operates it, the power of its vote, and how many of the latest blocks it signed."""

    address: str
    operator: str
    operator_name: str
    power: int
    signed: int
    looked_at: int
    last_signed: int | None
    """The height of the last of them; what lies between it and the present height is the validator's lag."""


class NetworkView(msgspec.Struct, frozen=True, kw_only=True):
    """What the network page shows."""

    network: str
    fingerprint: str
    height: int
    governors: tuple[str, ...]
    validators: tuple[str, ...]
    members: tuple[MemberLine, ...]
    blocks: tuple[BlockLine, ...]
    proposals: tuple[ProposalLine, ...]
    signing: tuple[ValidatorLine, ...] = ()
    peers: int | None = None
    """How many other nodes this one is connected to; None where the engine has no peers."""


def show_network(tenant: Tenant, person: Person, hosted: frozenset[str]) -> NetworkView:
    """The network at this node's height."""
    require(person, "network.read")
    engine = tenant.engine
    height = engine.height
    governors = office_holders(engine, "governor", height + 1)
    return NetworkView(
        network=engine.network,
        fingerprint=fingerprint(engine.genesis.digest),
        height=height,
        governors=governors,
        validators=tuple(b64url(validator.address) for validator in engine.validators(height)) if height else (),
        members=tuple(list_members(tenant, person, governors=governors, hosted=hosted)),
        blocks=tuple(list_blocks(tenant, person)),
        proposals=tuple(list_proposals(tenant, person)),
        signing=tuple(list_validators(tenant, person)),
        peers=engine.peers,
    )


def list_members(
    tenant: Tenant, person: Person, *, governors: tuple[str, ...] = (), hosted: frozenset[str] = frozenset()
) -> Iterator[MemberLine]:
    """Every member by name."""
    require(person, "network.read")
    height = tenant.engine.height + 1
    lines = [_member(record, height, governors, hosted) for record in tenant.engine.members()]
    yield from sorted(lines, key=lambda line: line.name.casefold())


def list_blocks(
    tenant: Tenant, person: Person, *, before: int | None = None, limit: int = BLOCKS_SHOWN
) -> Iterator[BlockLine]:
    """The latest blocks, the newest first; `before` continues a list."""
    require(person, "network.read")
    engine = tenant.engine
    top = engine.height if before is None else min(before - 1, engine.height)
    for height in range(top, max(top - limit, 0), -1):
        block, header, following = engine.block(height), engine.header(height), engine.header(height + 1)
        if block is None or header is None:
            continue  # no block has the height at which this network continues an earlier one
        yield BlockLine(
            height=height,
            final_at=None if following is None else read_time(following.time),
            actions=len(block.actions),
            bytes=sum(len(raw) for raw in block.actions),
            app_hash=b64url(header.app_hash),
        )


def list_validators(tenant: Tenant, person: Person) -> list[ValidatorLine]:
    """The present validators, and how regularly each signs: from the commits of the latest blocks."""
    require(person, "network.read")
    engine, height = tenant.engine, tenant.engine.height
    if not height:
        return []
    signed: dict[bytes, list[int]] = {}
    looked_at = 0
    for each in range(height, max(height - SIGNATURES_LOOKED_AT, engine.genesis.height), -1):
        commit = engine.commit(each)
        if commit is None:
            continue
        looked_at += 1
        for place in commit.signatures:
            if place.flag == FOR_BLOCK:
                signed.setdefault(place.address, []).append(each)
    return [
        _validator(tenant, validator, signed.get(validator.address, []), looked_at)
        for validator in engine.validators(height)
    ]


def _validator(tenant: Tenant, validator: Validator, signed: list[int], looked_at: int) -> ValidatorLine:
    address = b64url(validator.address)
    row = tenant.engine.state(validator_key(address))
    operator = "" if row is None else msgspec.convert(row, ValidatorRow).operator
    return ValidatorLine(
        address=address,
        operator=operator,
        operator_name=tenant.name_of(operator) if operator else address,
        power=validator.power,
        signed=len(signed),
        looked_at=looked_at,
        last_signed=max(signed, default=None),
    )


def list_proposals(tenant: Tenant, person: Person) -> list[ProposalLine]:
    """The proposals of late, the newest first."""
    require(person, "network.read")
    engine = tenant.engine
    found = [
        str(event["proposal"])
        for block in engine.events(max(1, engine.height - PROPOSALS_LOOKED_BACK))
        for outcome in block.outcomes
        for event in outcome.events
        if event.get("event") == "proposed"
    ]
    return [line for proposal in reversed(found) if (line := _proposal(engine, proposal))]


def office_holders(engine: Engine, office: str, height: int) -> tuple[str, ...]:
    """Who holds an office at a height."""
    row = engine.state(office_key(office))
    return () if row is None else at(msgspec.convert(row, Office).holders, height) or ()


def _member(record: MemberRecord, height: int, governors: tuple[str, ...], hosted: frozenset[str]) -> MemberLine:
    keys = [key for key in record.keys if key.in_force(height)]
    return MemberLine(
        did=record.did,
        name=at(record.name, height) or record.did,
        roles=record.roles_at(height),
        status=at(record.status, height) or "",
        registrar=record.registrar,
        keys=len(keys),
        custodians=tuple(sorted({key.custodian for key in keys})),
        governor=record.did in governors,
        hosted=record.did in hosted,
    )


def _proposal(engine: Engine, proposal: str) -> ProposalLine | None:
    row = engine.state(proposal_key(proposal))
    if row is None:
        return None
    found = msgspec.convert(row, Proposal)
    return ProposalLine(
        id=proposal,
        change=found.change,
        proposer=found.proposer,
        opened=found.opened,
        lapses=datetime.fromtimestamp(found.lapses, UTC),
        approvals=found.approvals,
        decided=found.decided,
    )
