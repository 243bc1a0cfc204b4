"""Making and ending the hybrid key of a hosted member, and telling the others of it (`vault.hybrid_keys`).

The key is durable in the key store before it is stated. It stands beside the agree key that is in force; whoever
exchanges that one states a new hybrid key, or has none. Old ones stay in the key store, for what is under way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from transire.crypto.hybrid import HybridKey
from transire.vault import outbox
from transire.vault.hybrid_keys import latest_stated, stated_body, subject_of
from transire.vault.statements import HYBRID_KEY

if TYPE_CHECKING:
    from transire.crypto.keystore import KeyStore
    from transire.node.node import Node
    from transire.node.tenant import Tenant

_NAME: Final = re.compile(r"hybrid-([1-9][0-9]{0,8})\Z")


@dataclass(frozen=True, slots=True)
class Told:
    """The hybrid key in the store (empty: it was ended), and how many members hear of it."""

    name: str
    recipients: int


def hybrid_names(keys: KeyStore) -> list[str]:
    """The member's hybrid keys, oldest first."""
    numbered = sorted((int(found[1]), name) for name in keys.names() if (found := _NAME.match(name)))
    return [name for _, name in numbered]


def make_hybrid_key(node: Node, tenant: Tenant) -> Told:
    """Make a new key beside the agree key in force, and tell every other member."""
    names = hybrid_names(tenant.keys)
    name = f"hybrid-{int(names[-1].rpartition('-')[2]) + 1 if names else 1}"
    agree = tenant.keys.agreement_key(tenant.key_name_for("agree"))
    key = tenant.keys.add_hybrid_key(name, HybridKey.beside(agree))
    return Told(name, _state(node, tenant, agree.public, key))


def end_hybrid_key(node: Node, tenant: Tenant) -> Told:
    """Tell every other member that there is no hybrid key any more: from then on they seal for the agree key alone."""
    agree = tenant.keys.agreement_key(tenant.key_name_for("agree"))
    return Told("", _state(node, tenant, agree.public, None))


def tell_again(node: Node, tenant: Tenant) -> int:
    """Bring what was stated last to members that were not told: those that were enrolled since. Returns how many."""
    agree = tenant.keys.agreement_key(tenant.key_name_for("agree"))
    with tenant.transaction() as tx:
        said = latest_stated(tx, tenant.did, agree.public)
        if said is None:
            return 0
        told = outbox.recipients_of(tx, said.id)
        untold = [did for did in _others(node, tenant) if did not in told]
        for did in untold:
            outbox.put(tx, recipient=did, statement=said.id, purpose="filing", now=tenant.now())
    return len(untold)


def has_hybrid_key(tenant: Tenant, agree_public: bytes) -> bool:
    """Whether the last that the member stated about a key beside this agree key is a key."""
    with tenant.database.reading() as view:
        said = latest_stated(view, tenant.did, agree_public)
    return said is not None and "mlkem768" in said.statement.body


def _state(node: Node, tenant: Tenant, agree_public: bytes, key: HybridKey | None) -> int:
    recipients = list(_others(node, tenant))
    with tenant.transaction() as tx:
        body, about = stated_body(agree_public, key), [subject_of(tenant.did)]
        tenant.state(tx, None, HYBRID_KEY.name, body, about=about, recipients=recipients)
    return len(recipients)


def _others(node: Node, tenant: Tenant) -> Iterable[str]:
    """Every other member that is active now."""
    height = node.engine.height + 1
    return (record.did for record in node.engine.members() if record.did != tenant.did and record.is_active(height))
