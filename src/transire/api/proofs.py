"""Proofs: the receipt of a statement, made now, and its named checks as any offline verifier makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from transire.crypto.canonical import canonical_bytes
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.engines.errors import NotOnLedger
from transire.ledger.proof.trust import TrustRoot
from transire.ledger.verify import Check, verify_receipt
from transire.node.receipts import statement_receipt

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """A statement's receipt and what the checks of it say."""

    statement_id: str
    kind: str
    by: str
    by_name: str
    receipt: bytes
    network: str
    fingerprint: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether no check fails; what is not shown does not fail."""
        return all(check.passed for check in self.checks)


def show_proof(tenant: Tenant, person: Person, statement_id: str) -> ProofView:
    """The receipt with the document opened and the status of its version, verified here as it would be elsewhere."""
    require(person, "receipts.read")
    receipt = _receipt(tenant, statement_id)
    found = tenant.located(statement_id).statement
    verified = verify_receipt(receipt, TrustRoot.parse(trust_root(tenant, network_of(receipt))))
    return ProofView(
        statement_id=statement_id,
        kind=found.kind,
        by=found.by,
        by_name=tenant.name_of(found.by),
        receipt=receipt,
        network=verified.network,
        fingerprint=verified.fingerprint,
        checks=verified.checks,
    )


def export_receipt(
    tenant: Tenant, person: Person, statement_id: str, *, reveal: bool = True, status: bool = True
) -> bytes:
    """The receipt as a file. `reveal` opens the document of an `issued` statement to whoever reads the file."""
    require(person, "receipts.read")
    if reveal:
        require(person, "documents.read")  # a token for receipts alone reads no document by the way
    return _receipt(tenant, statement_id, reveal=reveal, status=status)


def _receipt(tenant: Tenant, statement_id: str, *, reveal: bool = True, status: bool = True) -> bytes:
    versions = _versions(tenant, statement_id)
    return statement_receipt(
        tenant,
        statement_id,
        reveal=[commitment for _, commitment in versions] if reveal else [],
        status_of=versions if status else [],
    )


def trust_root(tenant: Tenant, network: str | None = None) -> bytes:
    """`network.json`: what a verifier must know of the network, or of one that it continues after a restore."""
    wanted = network or tenant.engine.network
    found = [genesis for genesis in tenant.engine.beginnings() if genesis.network == wanted]
    if not found:
        raise NotOnLedger(got=wanted[:60], expected="this network, or one that it continues")
    return canonical_bytes(found[0].trust_root())


def network_of(receipt: bytes) -> str:
    """The network under whose file a receipt verifies."""
    return msgspec.json.decode(receipt, type=_Named).network


class _Named(msgspec.Struct, frozen=True):
    network: str


def _versions(tenant: Tenant, statement_id: str) -> Sequence[tuple[str, str]]:
    """The version that the statement issued, if it issued one that this member can open."""
    found = tenant.located(statement_id).statement
    if found.kind != "document.issued/1":
        return []
    commitment = str(found.body["commitment"])
    with tenant.database.reading() as view:
        return [(found.by, commitment)] if tenant.vault.has(view, commitment, issuer=found.by) else []
