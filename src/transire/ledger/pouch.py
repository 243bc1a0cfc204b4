"""A pouch: the documents of one entry as a verifiable presentation, each with the ledger's receipt. Offline.

One file of canonical JSON: the presentation, signed by who hands it over, holds the credentials whole; beside it, in
the same order, stand the receipt of each one's `document.issued/1` and the opening of the credential under the
commitment of that statement. So an outsider learns of every document who signed it, when the ledger took it and that it
is not withdrawn, and of the bundle that it is the entry's. Nobody need be trusted but the network file. The machine
never imports this module.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any, Final, cast

import msgspec
from msgspec import Meta

from transire.credentials.issue import stamp
from transire.credentials.proofs import sign_document
from transire.credentials.resolve import member_resolver, verification_method_of
from transire.credentials.suites import HOUSE_SUITES
from transire.credentials.verify import verify_credential, verify_presentation
from transire.crypto.canonical import Json, canonical_bytes, parse_canonical
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import JsonRefused
from transire.crypto.multikey import Signer
from transire.documents.catalogue import MEDIA_TYPE, document_type, schema_id_of, validate_document
from transire.documents.commitment import Opening, verify_representation
from transire.errors import TransireError
from transire.ledger.checkpoint import NoteVerifier
from transire.ledger.disclosure import as_receipts_refuse, require_receipt
from transire.ledger.fields import Digest
from transire.ledger.proof.errors import CredentialInvalid, DocumentDiffers, NotAReceipt, NotJudged
from transire.ledger.proof.forms import MAX_RECEIPT_BYTES, StatementReceipt
from transire.ledger.proof.reading import read_receipt
from transire.ledger.proof.status import ISSUED
from transire.ledger.proof.trust import TrustRoot
from transire.ledger.state import MemberRecord
from transire.ledger.verify import Check, Verification, verify_receipt

VERSION: Final = "pouch/1"
MOST_DOCUMENTS: Final = 200
MAX_POUCH_BYTES: Final = 8 * MAX_RECEIPT_BYTES
ENTRY: Final = "entry-summary/1"
V2: Final = "https://www.w3.org/ns/credentials/v2"


class _Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    leaves: Annotated[tuple[str, ...], Meta(min_length=1, max_length=8)]
    salt: Digest


class _Proven(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    opening: _Opening
    receipt: dict[str, Any]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    documents: Annotated[tuple[_Proven, ...], Meta(min_length=1, max_length=MOST_DOCUMENTS)]
    entry: Annotated[str, Meta(min_length=1, max_length=40)]
    pouch: str
    presentation: dict[str, Any]


class Packed(msgspec.Struct, frozen=True):
    """One document as it goes into a pouch."""

    credential: dict[str, Any]
    opening: Opening
    receipt: bytes


class Pouch(msgspec.Struct, frozen=True):
    """A pouch as it was read: its form is right, nothing of it is proven."""

    entry: str
    presentation: dict[str, Any]
    documents: tuple[Packed, ...]


class PouchReport(msgspec.Struct, frozen=True):
    """What was found: the checks of the pouch as a whole, and of each document those of its receipt and its own."""

    entry: str
    holder: str
    checks: tuple[Check, ...]
    documents: tuple[tuple[str, Verification], ...]
    """Title of the document, and its checks."""

    @property
    def holds(self) -> bool:
        """Whether no check fails; what is not shown does not fail."""
        return all(check.passed for check in self.checks) and all(each.holds for _, each in self.documents)


def write_pouch(entry: str, documents: Sequence[Packed], *, holder: str, key: Signer, created: datetime) -> bytes:
    """The file, its presentation signed by the holder's key for credentials."""
    presentation = sign_document(
        {
            "@context": [V2],
            "type": ["VerifiablePresentation"],
            "holder": holder,
            "verifiableCredential": [each.credential for each in documents],
        },
        key=key,
        verification_method=verification_method_of(holder, key),
        created=stamp(created),
        purpose="authentication",
    )
    return canonical_bytes(
        {
            "documents": [
                {
                    "opening": {
                        "leaves": [b64url(leaf) for leaf in each.opening.leaves],
                        "salt": b64url(each.opening.salt),
                    },
                    "receipt": parse_canonical(each.receipt, limit=MAX_RECEIPT_BYTES),
                }
                for each in documents
            ],
            "entry": entry,
            "pouch": VERSION,
            "presentation": cast("Json", presentation),
        }
    )


def is_pouch(raw: bytes) -> bool:
    """Whether a file claims to be one: canonical JSON begins with the first of its names."""
    return raw.startswith(b'{"documents":')


def read_pouch(raw: bytes) -> Pouch:
    """Read a file; whatever is out of its form is refused."""
    try:
        found = msgspec.convert(parse_canonical(raw, limit=MAX_POUCH_BYTES), _File)
        held = found.presentation.get("verifiableCredential")
        if found.pouch != VERSION or not isinstance(held, list) or len(held) != len(found.documents):
            raise NotAReceipt(got=f"{found.pouch} of {len(found.documents)} receipts", expected=VERSION)
        documents = tuple(
            Packed(credential, _opening(each.opening), canonical_bytes(cast("dict[str, Json]", each.receipt)))
            for each, credential in zip(found.documents, held, strict=True)
            if isinstance(credential, dict)
        )
    except NotAReceipt:
        raise
    except (JsonRefused, msgspec.ValidationError, TransireError) as error:
        raise NotAReceipt(got=str(error)[:200], expected=VERSION) from error
    if len(documents) != len(held):
        raise NotAReceipt(got="a credential that is no object", expected=VERSION)
    return Pouch(found.entry, found.presentation, documents)


def check_pouch(
    pouch: Pouch,
    network: bytes | TrustRoot,
    *,
    require: Collection[str] = (),
    max_age: timedelta | None = None,
    now: datetime | None = None,
    witnesses: Sequence[NoteVerifier] = (),
) -> PouchReport:
    """Check every receipt, that each credential is the one committed to, and that the bundle is the entry's.

    The options are those of `verify_receipt`, for each document's receipt alike.
    """
    trust = network if isinstance(network, TrustRoot) else TrustRoot.parse(network)
    verified = []
    for each in pouch.documents:
        found = verify_receipt(each.receipt, trust, require=require, max_age=max_age, now=now, witnesses=witnesses)
        check = _judged("bundled", "the credential is what its issuer committed to", partial(_bundled, each, found))
        checked = msgspec.structs.replace(found, checks=(*found.checks, check))
        verified.append((_title(each.credential), checked))
    whole = all(each.holds for _, each in verified)
    return PouchReport(
        entry=pouch.entry,
        holder=str(pouch.presentation.get("holder")),
        checks=(
            _judged("presented", "the bundle was put together by its holder", partial(_presented, pouch, proven=whole)),
            _judged("entry", "the documents are those of the entry", partial(_of_one_entry, pouch, proven=whole)),
        ),
        documents=tuple(verified),
    )


def _judged(name: str, title: str, check: Callable[[], str | None]) -> Check:
    try:
        with as_receipts_refuse():
            found = check()
    except TransireError as error:
        return Check(
            name=name,
            title=title,
            outcome="fails",
            found=str(error.got or ""),
            expected=str(error.expected or ""),
            detail=error.sentence,
            code=error.code,
            fix=error.fix,
        )
    if found is None:
        unknown = "the holder is none of the members that are proven"
        return Check(name=name, title=title, outcome="not shown", found=unknown)
    return Check(name=name, title=title, outcome="holds", found=found)


def _bundled(packed: Packed, verified: Verification) -> str:
    require_receipt(verified)
    receipt = _receipt_of(packed)
    commitment = unb64url(str(receipt.statement.body.get("commitment")), length=32)
    verify_representation(commitment, packed.opening, canonical_bytes(cast("Json", packed.credential)))
    resolve = member_resolver(lambda did: _keys_of([receipt], did, receipt.log.height))
    found = verify_credential(packed.credential, resolve=resolve, suites=HOUSE_SUITES)
    if found.issuer != receipt.statement.by:
        raise CredentialInvalid(got=found.issuer, expected=receipt.statement.by)
    schema_id = schema_id_of(packed.credential)
    if schema_id != receipt.statement.body.get("schema"):
        raise DocumentDiffers(got=schema_id, expected=str(receipt.statement.body.get("schema")))
    validate_document(schema_id, packed.credential)
    return f"{_title(packed.credential)} of {found.issuer}"


def _presented(pouch: Pouch, *, proven: bool) -> str | None:
    """Who signed the presentation; None where no receipt proves that holder's keys."""
    holder = str(pouch.presentation.get("holder"))
    receipts = [_receipt_of(each) for each in pouch.documents] if proven else []
    named = {member.did for receipt in receipts for member in receipt.members if member.record is not None}
    if holder not in named and not holder.startswith("did:key:"):
        return None
    heights = [receipt.proven.header.height for receipt in receipts]
    resolve = member_resolver(lambda did: _keys_of(receipts, did, max(heights, default=1)))
    verify_presentation(pouch.presentation, resolve=resolve)
    return holder


def _of_one_entry(pouch: Pouch, *, proven: bool) -> str:
    """The bundle holds one entry of that number, and beside it only what that entry names.

    What is bundled wrongly may be anything, and is not read for it.
    """
    if not proven:
        raise NotJudged(got="not judged", expected="that every document is the one that was committed to")
    ids = [str(_receipt_of(each).statement.body.get("id")) for each in pouch.documents]
    entries = [each.credential for each in pouch.documents if schema_id_of(each.credential) == ENTRY]
    if len(entries) != 1 or entries[0]["credentialSubject"].get("entryNumber") != pouch.entry:
        numbers = ", ".join(str(each["credentialSubject"].get("entryNumber")) for each in entries) or "no entry"
        raise DocumentDiffers(got=numbers, expected=f"the entry {pouch.entry}")
    named = set(named_by(entries[0]["credentialSubject"]))
    for document_id, each in zip(ids, pouch.documents, strict=True):
        if schema_id_of(each.credential) != ENTRY and document_id not in named:
            got = f"{_title(each.credential)} {document_id}"
            raise DocumentDiffers(got=got, expected="a document that the entry names")
    absent = len(named - set(ids))
    missing = f"; {absent} more are not here" if absent else ""
    return f"entry {pouch.entry} and {len(ids) - 1} documents that it names{missing}"


def named_by(entry: Mapping[str, Any]) -> Iterator[str]:
    """The documents that an entry summary names: of its claims, its invoices, its authority, its sources."""
    yield from entry["invoices"]
    if "powerOfAttorney" in entry:
        yield entry["powerOfAttorney"]
    for line in entry["lines"]:
        if "certification" in line.get("claim", {}):
            yield line["claim"]["certification"]
    for source in entry.get("sources", ()):
        if "document" in source:
            yield source["document"]


def _receipt_of(packed: Packed) -> StatementReceipt:
    receipt = read_receipt(packed.receipt)
    if not isinstance(receipt, StatementReceipt) or receipt.statement.kind != ISSUED:
        raise DocumentDiffers(got="another receipt", expected=f"the receipt of a {ISSUED}")
    return receipt


def _keys_of(receipts: Sequence[StatementReceipt], did: str, height: int) -> list[bytes]:
    for receipt in receipts:
        for member in receipt.members:
            if member.did == did and member.record is not None:
                record = msgspec.convert(member.record, MemberRecord)
                return [unb64url(key.public, length=32) for key in record.keys_in_force("credential", height)]
    return []


def _opening(found: _Opening) -> Opening:
    return Opening(MEDIA_TYPE, unb64url(found.salt, length=32), tuple(unb64url(leaf) for leaf in found.leaves))


def _title(credential: Mapping[str, Any]) -> str:
    try:
        return document_type(schema_id_of(credential)).title
    except TransireError:
        return "Document of an unknown type"
