"""Hybrid keys of members: stated by each of itself, anchored like any statement, and known to whom it was delivered.

A key entry of the ledger takes 32 bytes, an ML-KEM-768 key has 1,184. So a member states it, beside the X25519 key that
it has on the ledger; the two together are what others seal for. That binds it: the witness action says whose statement
it is, and when its agree key is exchanged or ended the hybrid key has ended with it. Whoever steals an act key could
state a lattice key of its own, and has gained nothing that X25519 keeps: that half comes from the ledger alone.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from transire.crypto.canonical import Json
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import EncodingInvalid, KeyInvalid
from transire.crypto.hybrid import LATTICE_SIZE, HybridKey, read_hybrid
from transire.vault import journal
from transire.vault.statements import HYBRID_KEY

_DOMAIN: Final = b"transire/member-keys/v1\n"


def subject_of(did: str) -> str:
    """What statements about the keys of a member are about.

    >>> len(subject_of("did:web:producer.example"))
    43
    """
    return b64url(sha256(_DOMAIN, did.encode()))


def stated_body(agree_public: bytes, key: HybridKey | None) -> dict[str, Json]:
    """The body of `member.hybrid_key/1`: this key beside that agree key, or none any more."""
    body: dict[str, Json] = {"agree": b64url(agree_public)}
    return body if key is None else {**body, "mlkem768": b64url(key.lattice_public)}


def latest_stated(tx: sa.Connection, did: str, agree_public: bytes) -> journal.Accepted | None:
    """The last statement of a member about a key beside this agree key, as the ledger ordered them."""
    said = journal.find_about(tx, subject_of(did), kinds=(HYBRID_KEY.name,))
    # Anybody may state something about anybody; of a member's keys itself alone is believed.
    own = [one for one in said if one.statement.by == did and one.statement.body["agree"] == b64url(agree_public)]
    return own[-1] if own else None


def hybrid_public_of(tx: sa.Connection, did: str, agree_public: bytes) -> bytes | None:
    """The hybrid key of a member, of 1,216 bytes; None when it stated none that can be used."""
    said = latest_stated(tx, did, agree_public)
    lattice = None if said is None else said.statement.body.get("mlkem768")
    if not isinstance(lattice, str):
        return None
    try:
        public = unb64url(lattice, length=LATTICE_SIZE) + agree_public
        read_hybrid(public)
    except (EncodingInvalid, KeyInvalid):
        return None
    return public
