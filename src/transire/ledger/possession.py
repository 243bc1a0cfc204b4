"""How a key enters the ledger: its own proof that somebody holds it, and the word of whoever keeps it.

Both sign one text, the *key statement*: which key of which member, for what, kept by whom. It names no network, so
that the keys of a genesis can be proved before the network has its name (the name is the digest of the genesis).
The proof of an X25519 key is an XEdDSA signature; of all others, Ed25519.
"""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.did import public_of_did_key
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.keys import AgreementKey, SigningKey, check_public_key, verify_signature
from transire.crypto.xeddsa import sign_with_agreement_key, verify_with_agreement_key
from transire.errors import TransireError
from transire.ledger.bodies import KeyEntry
from transire.ledger.errors import Refused

KEY_DOMAIN: Final = b"transire/key/v1\n"
VALIDATOR_DOMAIN: Final = b"transire/validator/v1\n"
OUTSIDE_KEY: Final = "own"
"""Name of the key of a custodian that is no member: the one inside its did:key."""


class PossessionUnproved(Refused):
    code = "ledger.possession-unproved"
    sentence = "The proof that the member holds this key is missing or wrong."
    fix = "Let the holder of the key prove it again, for this member, purpose and custodian."


class CustodyUnproved(Refused):
    code = "ledger.custody-unproved"
    sentence = "The custodian named for this key has not countersigned."
    fix = "Let the custodian countersign with an act key that is in force, or name the one who really keeps the key."


def key_statement(did: str, *, name: str, purpose: str, public: bytes, custodian: str) -> bytes:
    """What the key itself and its custodian sign."""
    return KEY_DOMAIN + canonical_bytes(
        {"custodian": custodian, "did": did, "name": name, "public": b64url(public), "purpose": purpose}
    )


def enter_key(
    did: str,
    *,
    name: str,
    purpose: str,
    key: SigningKey | AgreementKey,
    custodian: str | None = None,
    countersigner: tuple[str, SigningKey] | None = None,
) -> dict[str, Json]:
    """A key as it stands in `member.enrol`, `member.rotate_key` and a genesis. Without a custodian: the member itself.

    `countersigner` is the name of the custodian's act key (`own` for a did:key outside) and that key.
    """
    keeper = did if custodian is None else custodian
    text = key_statement(did, name=name, purpose=purpose, public=key.public, custodian=keeper)
    entry: dict[str, Json] = {
        "custodian": keeper,
        "name": name,
        "possession": b64url(sign_with_agreement_key(key, text) if isinstance(key, AgreementKey) else key.sign(text)),
        "public": b64url(key.public),
        "purpose": purpose,
    }
    if countersigner is not None:
        entry["countersignature"] = {"key": countersigner[0], "signature": b64url(countersigner[1].sign(text))}
    return entry


def verify_possession(did: str, entry: KeyEntry) -> None:
    """Refuse unless the key itself signed its statement, with a key that is usable for its purpose."""
    public, signature = unb64url(entry.public, length=32), unb64url(entry.possession, length=64)
    text = _statement_of(did, entry)
    try:
        if entry.purpose == "agree":
            verify_with_agreement_key(public, text, signature)
        else:
            check_public_key(public)
            verify_signature(public, text, signature)
    except TransireError as error:
        raise PossessionUnproved(got=str(error), where=f"key {entry.name}") from error


def verify_custody(did: str, entry: KeyEntry, custodian_key: bytes | None) -> None:
    """Refuse unless the custodian countersigned. `custodian_key` is its key of that name, None if it has none.

    Who keeps a key itself has said so with the proof of possession; a second signature would say no more.
    """
    if entry.custodian == did:
        return
    countersignature = entry.countersignature
    if countersignature is UNSET or custodian_key is None:
        raise CustodyUnproved(got="no countersignature", expected=entry.custodian, where=f"key {entry.name}")
    try:
        verify_signature(custodian_key, _statement_of(did, entry), unb64url(countersignature.signature, length=64))
    except TransireError as error:
        raise CustodyUnproved(got="a wrong signature", expected=entry.custodian, where=f"key {entry.name}") from error


def outside_key(custodian: str, name: str) -> bytes | None:
    """The key of a custodian that is no member of the network: the one that its did:key is made of."""
    if name != OUTSIDE_KEY or not custodian.startswith("did:key:"):
        return None
    try:
        return public_of_did_key(custodian)
    except TransireError:
        return None  # a did:key without a key inside keeps nothing


def validator_statement(operator: str, public: bytes) -> bytes:
    """What a validator's key signs to show that its operator holds it."""
    return VALIDATOR_DOMAIN + canonical_bytes({"operator": operator, "public": b64url(public)})


def prove_validator(operator: str, key: SigningKey) -> str:
    """The proof of possession of a validator's key, as `govern.propose` and a genesis carry it."""
    return b64url(key.sign(validator_statement(operator, key.public)))


def verify_validator(operator: str, public: str, possession: str) -> None:
    """Refuse unless the validator's key itself signed that this operator holds it."""
    raw = unb64url(public, length=32)
    try:
        check_public_key(raw)
        verify_signature(raw, validator_statement(operator, raw), unb64url(possession, length=64))
    except TransireError as error:
        raise PossessionUnproved(got=str(error), where=f"validator {public}") from error


def _statement_of(did: str, entry: KeyEntry) -> bytes:
    public = unb64url(entry.public, length=32)
    return key_statement(did, name=entry.name, purpose=entry.purpose, public=public, custodian=entry.custodian)
