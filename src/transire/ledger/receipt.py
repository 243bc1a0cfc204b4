"""Build a receipt: the evidence of an engine, written down in the one form that anybody can verify (LEDGER.md 7).

    keys = receipt_keys(action, statement=raw)          what the state must prove
    evidence = engine.evidence(action_id, keys=keys)
    receipt = build_receipt(evidence, statement=StatementEvidence(...))
    file = receipt_bytes(receipt)

Nothing is signed here: a receipt holds what validators and members signed already, so anybody can build one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import cast

import msgspec

from transire.crypto.canonical import Json, parse_canonical
from transire.crypto.encoding import b64url
from transire.ledger.action import parse_known_action
from transire.ledger.allowances import allowance_key
from transire.ledger.block import Evidence, SignedHeader, StateProof
from transire.ledger.bodies import AllowanceDraw, AllowanceSplit
from transire.ledger.chain import Validator, validators_hash
from transire.ledger.chain_json import commit_json, header_json, validators_json
from transire.ledger.endings import ended_key
from transire.ledger.governance import validator_key
from transire.ledger.proof.cache import VerifyCache
from transire.ledger.proof.errors import ReceiptIncomplete
from transire.ledger.proof.forms import MAX_RECEIPT_BYTES, text_of
from transire.ledger.proof.reading import read_receipt
from transire.ledger.proof.state import issuers_of, named_members
from transire.ledger.rules import member_key

__all__ = [
    "OpenedDocument",
    "StatementEvidence",
    "build_receipt",
    "receipt_bytes",
    "receipt_keys",
]

_MEMBER = "member/"
_BUILT = VerifyCache(most_bytes=1024 * 1024)
"""Parts of receipts built before; those of one pool share all but the statement and its place."""


class StatementEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A statement and where it stands: its canonical bytes, its place in the pool, and the pool's opening."""

    raw: bytes
    index: int
    path: tuple[str, ...]
    opening: Mapping[str, Json]


class OpenedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that the holder chooses to reveal: all its representations and its salt."""

    commitment: str
    salt: bytes
    representations: Mapping[str, bytes]


def receipt_keys(
    action: bytes,
    *,
    statement: bytes | None = None,
    status_of: Iterable[tuple[str, str]] = (),
    documents: Sequence[OpenedDocument] = (),
    validators: Iterable[Validator] = (),
) -> tuple[str, ...]:
    """The keys of the state that the receipt must prove, for the engine's `evidence`.

    `status_of`: pairs of issuer and version whose ending, or its absence, is to be shown. `validators`: those whose
    operators the network file does not name, since they came later.
    """
    parsed = parse_known_action(action)
    keys = [ended_key(issuer, version) for issuer, version in status_of]
    keys += [validator_key(b64url(validator.address)) for validator in validators]
    if parsed.drawing_key is not None and isinstance(parsed.terms, AllowanceDraw | AllowanceSplit):
        keys.append(allowance_key(parsed.terms.allowance))
    named = named_members(
        parsed.by,
        keys=keys,
        statement=None if statement is None else _object(statement),
        issuers=[did for one in documents for did in issuers_of(one.representations.items())],
    )
    return tuple(sorted({*keys, *map(member_key, named)}))


def build_receipt(
    evidence: Evidence,
    *,
    statement: StatementEvidence | None = None,
    documents: Sequence[OpenedDocument] = (),
    checkpoint: str = "",
) -> dict[str, Json]:
    """The receipt of a statement, or without one of the action alone.

    `checkpoint` is a countersigned checkpoint of the log at exactly the size of the evidence, else empty.
    """
    members, keys = _sorted_proofs(evidence)
    receipt: dict[str, Json] = {
        "receipt": "action/1" if statement is None else "statement/1",
        "network": evidence.network,
        "action": parse_canonical(evidence.action),
        "log": _log_json(evidence),
        "map": {"root": b64url(evidence.roots.map_root)},
        "accepted": _signed_json(evidence.accepted),
        "proven": _signed_json(evidence.proven),
        "changes": _changes_json(evidence),
        "members": [
            {"did": proof.key.removeprefix(_MEMBER), "record": proof.value, "proof": proof.proof.as_json()}
            for proof in members
        ],
        "keys": [{"key": proof.key, "value": proof.value, "proof": proof.proof.as_json()} for proof in keys],
        "documents": [_document_json(one) for one in sorted(documents, key=lambda one: one.commitment)],
        "checkpoint": checkpoint,
    }
    if statement is not None:
        receipt |= _statement_json(statement)
    return receipt


def receipt_bytes(receipt: Mapping[str, Json]) -> bytes:
    """The file: canonical JSON, so that the same evidence gives the same bytes."""
    raw = text_of(receipt)
    if len(raw) > MAX_RECEIPT_BYTES:
        raise ReceiptIncomplete(got=f"{len(raw)} bytes", expected=f"at most {MAX_RECEIPT_BYTES}: open fewer documents")
    read_receipt(raw, _BUILT)  # whoever builds one that nobody could read learns it here
    return raw


def _log_json(evidence: Evidence) -> dict[str, Json]:
    return {
        "height": evidence.height,
        "index": evidence.index,
        "events": cast("list[Json]", list(evidence.events)),
        "entry": evidence.log_index,
        "size": evidence.roots.log_size,
        "root": b64url(evidence.roots.log_root),
        "path": [b64url(digest) for digest in evidence.log_path],
    }


def _signed_json(signed: SignedHeader) -> dict[str, Json]:
    return {"header": header_json(signed.header), "commit": commit_json(signed.commit)}


def _changes_json(evidence: Evidence) -> list[Json]:
    """Each change with the set that it brings, which is the one that signs next.

    A change announced by header K itself, or later, has signed nothing that the receipt rests on.
    """
    last = evidence.proven
    changes = [one for one in evidence.validator_changes if one.header.height < last.header.height]
    return [_change_json(change, following) for change, following in pairwise([*changes, last])]


def _change_json(change: SignedHeader, following: SignedHeader) -> dict[str, Json]:
    announced = change.header.next_validators_hash
    if announced == change.header.validators_hash or announced != validators_hash(following.validators):
        raise ReceiptIncomplete(
            got=f"a change at height {change.header.height} that does not lead to the next validators",
            expected="the header that announces the change, signed by those before it",
        )
    return {"header": _signed_json(change), "validators": validators_json(following.validators)}


def _sorted_proofs(evidence: Evidence) -> tuple[list[StateProof], list[StateProof]]:
    """All proofs, each key once: the members, and everything else."""
    by_key = {proof.key: proof for proof in (*evidence.members, *evidence.keys)}
    ordered = [by_key[key] for key in sorted(by_key)]
    members = [proof for proof in ordered if proof.key.startswith(_MEMBER)]
    return members, [proof for proof in ordered if not proof.key.startswith(_MEMBER)]


def _statement_json(statement: StatementEvidence) -> dict[str, Json]:
    return {
        "statement": _object(statement.raw),
        "place": {"index": statement.index, "path": list(statement.path)},
        "pool": dict(statement.opening),
    }


def _document_json(document: OpenedDocument) -> dict[str, Json]:
    return {
        "commitment": document.commitment,
        "salt": b64url(document.salt),
        "representations": [
            {"media_type": media_type, "content": b64url(content)}
            for media_type, content in sorted(document.representations.items())
        ],
    }


def _object(raw: bytes) -> dict[str, Json]:
    return cast("dict[str, Json]", parse_canonical(raw))
