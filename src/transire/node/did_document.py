"""The did:web document of a hosted member: which keys speak for it to those outside of the network, and where it is.

Made from the member's record on the ledger at the time of asking, so that a key that was exchanged or distrusted is
told at once. A key that was exchanged stays, since it verifies what it signed in its time; one that is distrusted from
some height on is not told any more: who reads no ledger cannot tell before from after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transire.credentials.did_key import document_of, verification_method
from transire.crypto.encoding import unb64url
from transire.crypto.multikey import ED25519, X25519, PublicKey, public_key_of, write_multikey
from transire.ledger.state import MemberKey, MemberRecord, at

if TYPE_CHECKING:
    from transire.node.tenant import Tenant

SERVICE: str = "TransireNode"
"""The type of the service behind which the member's node takes deliveries (spec/delivery.md)."""


def did_document(tenant: Tenant) -> dict[str, Any] | None:
    """The document; None where the ledger does not know the member, or it has no did:web."""
    record, height = tenant.record, tenant.engine.height + 1
    if record is None or not tenant.did.startswith("did:web:") or not record.is_active(height):
        return None
    keys = [PublicKey(ED25519, unb64url(key.public, length=32)) for key in _signing(record, height)]
    keys += [public_key_of(key) for key in tenant.exchange_keys()]
    sealing = [PublicKey(X25519, unb64url(key.public, length=32)) for key in record.keys_in_force("agree", height)]
    document = document_of(tenant.did, {write_multikey(key): key for key in keys})
    for purpose in ("authentication", "capabilityDelegation", "capabilityInvocation"):
        # These keys sign credentials. Whoever acts for the member does so with others, which the ledger alone knows.
        del document[purpose]
    document["keyAgreement"] = [verification_method(tenant.did, write_multikey(key), key) for key in sealing]
    endpoint = at(record.endpoint, height)
    if endpoint:
        service = {"id": f"{tenant.did}#node", "type": SERVICE, "serviceEndpoint": endpoint}
        document["service"] = [service]
    return document


def key_document(record: MemberRecord, height: int) -> dict[str, Any]:
    """The same from a record alone, any member's and under whichever DID, as far as verifying what it signed needs."""
    keys = [PublicKey(ED25519, unb64url(key.public, length=32)) for key in _signing(record, height)]
    return document_of(record.did, {write_multikey(key): key for key in keys})


def _signing(record: MemberRecord, height: int) -> list[MemberKey]:
    return [key for key in record.keys if key.purpose == "credential" and _is_told(key, height)]


def _is_told(key: MemberKey, height: int) -> bool:
    """Entered by now, and believed in all that it ever signed."""
    return key.valid_from <= height and key.distrusted_from is None
