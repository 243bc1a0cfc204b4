"""Issue a credential: the contexts of the house, the checks that every verifier makes, and the issuer's proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from transire.credentials.contexts import OWN_CONTEXT, V2, ContextRegistry, pinned_contexts
from transire.credentials.errors import DateMalformed
from transire.credentials.proofs import sign_document
from transire.credentials.resolve import verification_method_of
from transire.credentials.structure import check_credential, issuer_of
from transire.credentials.structure_v1 import check_credential_v1, is_v1
from transire.credentials.suites import EDDSA_JCS
from transire.credentials.terms import check_terms
from transire.crypto.multikey import Signer
from transire.documents.catalogue import schema_url

BASE_TYPE: Final = "VerifiableCredential"


def issue_credential(
    subject: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    types: Sequence[str],
    issuer_did: str,
    key: Signer,
    valid_from: datetime,
    valid_until: datetime | None = None,
    schema_id: str | None = None,
    id: str | None = None,
    related: Sequence[Mapping[str, Any]] = (),
    status: Mapping[str, Any] | None = None,
    created: datetime | None = None,
    contexts: Sequence[str] = (V2, OWN_CONTEXT),
) -> dict[str, Any]:
    """A signed credential of the house. `created` is when it is signed (now, unless given), not when it begins.

    `types` may leave out VerifiableCredential; `related` are entries of relatedResource, `status` a
    BitstringStatusListEntry.

    >>> from transire.credentials.verify import verify_credential
    >>> from transire.crypto.did import did_key
    >>> from transire.crypto.keys import SigningKey
    >>> key = SigningKey.from_seed(bytes(32))
    >>> issued = issue_credential({"name": "Taller Norte"}, types=[], issuer_did=did_key(key.public), key=key,
    ...                           valid_from=datetime(2026, 1, 1, tzinfo=UTC), contexts=[V2])
    >>> verify_credential(issued).issuer == did_key(key.public)
    True
    """
    unsigned: dict[str, Any] = {
        "@context": list(contexts),
        "id": f"urn:uuid:{uuid4()}" if id is None else id,
        "type": [BASE_TYPE, *(name for name in types if name != BASE_TYPE)],
        "issuer": issuer_did,
        "validFrom": stamp(valid_from),
        "credentialSubject": subject if isinstance(subject, Mapping) else list(subject),
    }
    if valid_until is not None:
        unsigned["validUntil"] = stamp(valid_until)
    if schema_id is not None:
        unsigned["credentialSchema"] = {"id": schema_url(schema_id), "type": "JsonSchema"}
    if related:
        unsigned["relatedResource"] = [dict(resource) for resource in related]
    if status is not None:
        unsigned["credentialStatus"] = dict(status)
    return secure_credential(unsigned, key=key, created=created)


def secure_credential(
    unsigned: Mapping[str, Any],
    *,
    key: Signer,
    created: datetime | None = None,
    contexts: ContextRegistry | None = None,
    cryptosuite: str = EDDSA_JCS,
    mandatory: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Check a credential that somebody else wrote down, then sign it as its issuer; nothing but the proof is added."""
    known = contexts or pinned_contexts()
    check_unsigned(unsigned, known)
    return sign_document(
        unsigned,
        key=key,
        verification_method=verification_method_of(issuer_of(unsigned), key),
        created=stamp(created or datetime.now(UTC)),
        cryptosuite=cryptosuite,
        mandatory=mandatory,
        contexts=known,
    )


def check_unsigned(unsigned: Mapping[str, Any], contexts: ContextRegistry | None = None) -> None:
    """Refuse to sign what no verifier would take: a wrong form, or a word without a meaning."""
    known = contexts or pinned_contexts()
    if is_v1(unsigned):
        check_credential_v1(unsigned, known)
    else:
        check_credential(unsigned, known)
    # A proof that is there already is its signer's business: this one is beside it, not over it.
    check_terms({name: value for name, value in unsigned.items() if name != "proof"}, known)


def stamp(moment: datetime) -> str:
    """A dateTimeStamp in UTC and whole seconds.

    >>> stamp(datetime(2026, 11, 22, 10, 15, tzinfo=UTC))
    '2026-11-22T10:15:00Z'
    """
    if moment.tzinfo is None:
        raise DateMalformed(expected="a time zone", got=moment.isoformat())
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
