"""Giving a hosted member a new key for an old one (LEDGER 10): the old one stays, to verify what it signed.

The new key is durable in the key store before the ledger hears of it; the member's `recover` key signs the change, and
it rules from the next block on. A crash between leaves a key that nobody knows; the next rotation passes it over.

The key that signs for readers outside (`exchange`) is none of the ledger: they learn it from the member's did:web
document, and the last one in the key store signs. One that is compromised is taken out of the store, and so is told no
more: nothing that it signed is believed after that, since those readers cannot tell before from after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from transire.crypto.canonical import Json
from transire.crypto.did import did_key
from transire.crypto.ecdsa import P384
from transire.crypto.encoding import unb64url
from transire.crypto.keys import SigningKey
from transire.ledger.possession import OUTSIDE_KEY, enter_key
from transire.node.enrolment import CUSTODIAN_KEY
from transire.node.errors import ExchangeKeyUntold
from transire.node.hybrid import has_hybrid_key, make_hybrid_key
from transire.node.node import Node
from transire.node.rooms import open_blobs
from transire.node.tenant import Tenant
from transire.vault.vault import Vault

PURPOSES: Final = ("act", "credential", "agree", "transport", "recover")
"""What a node keeps keys for. A governor's `govern` key is exchanged by the governors' vote."""

_NUMBER: Final = re.compile(r"-(\d{1,9})\Z")


EXCHANGE: Final = "exchange"
"""The purpose of the key that the ledger has not."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """The key that signs now, those that it replaces, and from which height on; 0 for a key of no ledger."""

    name: str
    retired: tuple[str, ...]
    height: int
    rewrapped: int
    hybrid: str = ""
    """The hybrid key beside a new agree key, where there was one beside the old."""


def rotate_key(node: Node, tenant: Tenant, purpose: str, *, distrusted_from: int | None = None) -> Rotated:
    """Give the member a new key of that purpose. `distrusted_from`: nothing of the old ones is believed from there on.

    What was signed with an old one and waits must be on the ledger before: settle the node first.
    """
    record = tenant.record
    in_force = () if record is None else record.keys_in_force(purpose, node.engine.height + 1)
    retired = tuple(key.name for key in in_force)
    name = _next_name(purpose, [*tenant.keys.names(), *(key.name for key in (record.keys if record else ()))])
    distrust: list[Json] = []
    if distrusted_from is not None:
        distrust = [{"key": key.name, "height": max(distrusted_from, key.valid_from)} for key in in_force]
    body: dict[str, Json] = {
        "did": tenant.did,
        "add": [_new_entry(tenant, purpose, name, node.keys.signing_key(CUSTODIAN_KEY))],
        "retire": [*retired],
        "distrust": distrust,
    }
    is_hybrid = purpose == "agree" and any(has_hybrid_key(tenant, unb64url(key.public)) for key in in_force)
    outcome = tenant.act("member.rotate_key/1", body, purpose="recover")
    rewrapped = _rewrap(node, tenant, (*retired, name)) if purpose == "agree" else 0
    hybrid = make_hybrid_key(node, tenant).name if is_hybrid else ""
    return Rotated(name, retired, outcome.height + 1, rewrapped, hybrid)


def rotate_exchange_key(tenant: Tenant, *, compromised: bool = False) -> Rotated:
    """Give the member a new key for readers outside. The old ones stay told, but for one that is compromised.

    Documents that were issued before bear the old key's signature: they stay verifiable while that key is told.
    """
    if not tenant.did.startswith("did:web:"):
        raise ExchangeKeyUntold(expected="a member under a did:web", got=tenant.did)
    retired = tuple(tenant.exchange_key_names[-1:])
    name = _next_name(EXCHANGE, tenant.keys.names())
    tenant.keys.new_ecdsa_key(name, P384)
    for old in retired if compromised else ():
        tenant.keys.forget(old)
    return Rotated(name, retired, 0, 0)


def _next_name(purpose: str, taken: Sequence[str]) -> str:
    numbers = [int(found[1]) for name in taken if name.startswith(f"{purpose}-") and (found := _NUMBER.search(name))]
    return f"{purpose}-{max(numbers, default=0) + 1}"


def _new_entry(tenant: Tenant, purpose: str, name: str, custodian: SigningKey) -> dict[str, Json]:
    keys = tenant.keys
    key = keys.new_agreement_key(name) if purpose == "agree" else keys.new_signing_key(name)
    return enter_key(
        tenant.did,
        name=name,
        purpose=purpose,
        key=key,
        custodian=did_key(custodian.public),
        countersigner=(OUTSIDE_KEY, custodian),
    )


def _rewrap(node: Node, tenant: Tenant, names: Sequence[str]) -> int:
    """Wrap the content keys of all documents for the new key, so that the old one need not be kept for them."""
    (member,) = [member for member in node.settings.member if member.slug == tenant.slug]
    older = [name for name in tenant.keys.names() if name.startswith("agree-") and name not in names]
    vault = Vault(open_blobs(node.home, node.settings, member), tenant.keys, agree_names=lambda: (*older, *names))
    with tenant.database.transaction() as tx:
        return vault.rewrap(tx)
