"""Headers, commits and validators as they stand in a receipt: JSON with base64url, every field present, none unknown.

The `...Form` classes are the schema: reading through them refuses what is missing, unknown, of another type or out of
range, and the published JSON Schema is made from them (`ledger.proof.forms`).
"""

from __future__ import annotations

from binascii import a2b_base64
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct

from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url
from transire.ledger.chain import (
    BlockID,
    Commit,
    CommitSig,
    Header,
    PartSetHeader,
    Time,
    Validator,
)
from transire.ledger.fields import BYTES_32, BYTES_64, Digest, PublicKey

BYTES_20: Final = r"[A-Za-z0-9_-]{26}[AEIMQUYcgkosw048]"
MAX_VALIDATORS: Final = 200
"""More than any network of customs administrations needs; a bound on the work that a file can cause."""
_MAX_INTEGER: Final = 2**53 - 1

Height = Annotated[int, Meta(ge=1, le=_MAX_INTEGER)]
Count = Annotated[int, Meta(ge=0, le=_MAX_INTEGER)]
Address = Annotated[str, Meta(pattern=rf"\A{BYTES_20}\Z")]
DigestOrNone = Annotated[str, Meta(pattern=rf"\A(?:{BYTES_32})?\Z")]
"""A digest, or the empty text where CometBFT has no bytes."""
AddressOrNone = Annotated[str, Meta(pattern=rf"\A(?:{BYTES_20})?\Z")]
SignatureOrNone = Annotated[str, Meta(pattern=rf"\A(?:{BYTES_64})?\Z")]
ChainId = Annotated[str, Meta(min_length=1, max_length=50)]


class Form(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of what stands in a receipt: all fields required, no other allowed (`frozen` is repeated for mypy)."""


class TimeForm(Form, frozen=True):
    seconds: Annotated[int, Meta(ge=-62_135_596_800, le=253_402_300_799)]
    nanos: Annotated[int, Meta(ge=0, le=999_999_999)]


class VersionForm(Form, frozen=True):
    block: Count
    app: Count


class PartsForm(Form, frozen=True):
    total: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    hash: DigestOrNone


class BlockIdForm(Form, frozen=True):
    hash: DigestOrNone
    parts: PartsForm


class HeaderForm(Form, frozen=True):
    version: VersionForm
    chain_id: ChainId
    height: Height
    time: TimeForm
    last_block_id: BlockIdForm
    last_commit_hash: Digest
    data_hash: Digest
    validators_hash: Digest
    next_validators_hash: Digest
    consensus_hash: Digest
    app_hash: Digest
    last_results_hash: Digest
    evidence_hash: Digest
    proposer_address: Address


class CommitSigForm(Form, frozen=True):
    flag: Annotated[int, Meta(ge=1, le=3)]
    address: AddressOrNone
    time: TimeForm
    signature: SignatureOrNone


class CommitForm(Form, frozen=True):
    height: Height
    round: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    block_id: BlockIdForm
    signatures: Annotated[tuple[CommitSigForm, ...], Meta(min_length=1, max_length=MAX_VALIDATORS)]


class ValidatorForm(Form, frozen=True):
    public_key: PublicKey
    power: Annotated[int, Meta(ge=1, le=_MAX_INTEGER)]


class SignedHeaderForm(Form, frozen=True):
    """A header and the commit that made it final."""

    header: HeaderForm
    commit: CommitForm


@lru_cache(maxsize=4096)
def octets_of(text: str) -> bytes:
    """The bytes of a text that a form has read: its pattern left one spelling only, so nothing is checked again.

    Kept for some, since the paths of one tree share their upper digests.

    >>> octets_of("-_8").hex()
    'fbff'
    """
    return a2b_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def header_json(header: Header) -> dict[str, Json]:
    """The header as it stands in a receipt."""
    return {
        "version": {"block": header.version_block, "app": header.version_app},
        "chain_id": header.chain_id,
        "height": header.height,
        "time": _time_json(header.time),
        "last_block_id": _block_id_json(header.last_block_id),
        **{name: b64url(getattr(header, name)) for name in BINARY_FIELDS},
    }


def commit_json(commit: Commit) -> dict[str, Json]:
    """The commit as it stands in a receipt."""
    return {
        "height": commit.height,
        "round": commit.round,
        "block_id": _block_id_json(commit.block_id),
        "signatures": [
            {
                "flag": sig.flag,
                "address": b64url(sig.address),
                "time": _time_json(sig.time),
                "signature": b64url(sig.signature),
            }
            for sig in commit.signatures
        ],
    }


def validators_json(validators: tuple[Validator, ...]) -> list[Json]:
    """The set, in its order."""
    return [{"public_key": b64url(validator.public_key), "power": validator.power} for validator in validators]


def read_header(form: HeaderForm) -> Header:
    """The header that the form holds."""
    return Header(
        version_block=form.version.block,
        version_app=form.version.app,
        chain_id=form.chain_id,
        height=form.height,
        time=_read_time(form.time),
        last_block_id=_read_block_id(form.last_block_id),
        **{name: octets_of(getattr(form, name)) for name in BINARY_FIELDS},
    )


def read_commit(form: CommitForm) -> Commit:
    """The commit that the form holds."""
    signatures = tuple(
        CommitSig(sig.flag, octets_of(sig.address), _read_time(sig.time), octets_of(sig.signature))
        for sig in form.signatures
    )
    return Commit(form.height, form.round, _read_block_id(form.block_id), signatures)


def read_validators(forms: tuple[ValidatorForm, ...]) -> tuple[Validator, ...]:
    """The set that the forms hold, in the order given; whether that is the set's order is judged with the commit."""
    return tuple(Validator(octets_of(form.public_key), form.power) for form in forms)


BINARY_FIELDS: Final = (
    "last_commit_hash",
    "data_hash",
    "validators_hash",
    "next_validators_hash",
    "consensus_hash",
    "app_hash",
    "last_results_hash",
    "evidence_hash",
    "proposer_address",
)


def _time_json(time: Time) -> dict[str, Json]:
    return {"seconds": time.seconds, "nanos": time.nanos}


def _block_id_json(block: BlockID) -> dict[str, Json]:
    return {"hash": b64url(block.hash), "parts": {"total": block.parts.total, "hash": b64url(block.parts.hash)}}


def _read_time(form: TimeForm) -> Time:
    return Time(form.seconds, form.nanos)


def _read_block_id(form: BlockIdForm) -> BlockID:
    return BlockID(octets_of(form.hash), PartSetHeader(form.parts.total, octets_of(form.parts.hash)))
