"""Checks of the state: header K's app_hash opened, the action in the log, members and keys of the state as shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from transire.crypto.canonical import Json, parse_json
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.errors import TransireError
from transire.ledger.block import Roots, log_leaf_of
from transire.ledger.chain import Header
from transire.ledger.chain_json import octets_of
from transire.ledger.fields import Did
from transire.ledger.proof.case import Case, Finding, proved
from transire.ledger.proof.errors import DocumentDiffers, KeyNotProved, NamesDiffer, NotInLog, StateNotProved
from transire.ledger.proof.forms import (
    MAX_NAMED,
    DocumentForm,
    KeyForm,
    KeyProofForm,
    LogForm,
    MapForm,
    MemberForm,
    strings_in,
    text_of,
)
from transire.ledger.rules import member_key
from transire.ledger.state import MemberRecord, Row, read_row
from transire.merkle.sparse_proof import SparseProof, verify_absence, verify_presence
from transire.merkle.tree import leaf_hash, verify_inclusion

CREDENTIAL_LIMIT: Final = 4 * 1024 * 1024
_MEMBER: Final = "member/"
_ENDED: Final = "ended/"


def check_state(case: Case) -> Finding:
    """The app_hash of header K is that of the log root and the map root shown."""
    header = case.state_header()
    log, state = case.receipt.log, case.receipt.map
    case.map_root, finding = case.cache.once_of((header, log, state), "state", lambda: _open_state(header, log, state))
    return finding


def _open_state(header: Header, log: LogForm, state: MapForm) -> tuple[bytes, Finding]:
    roots = Roots(log.size, octets_of(log.root), octets_of(state.root))
    if roots.app_hash != header.app_hash:
        raise StateNotProved(got=roots.app_hash.hex(), expected=header.app_hash.hex(), where=f"header {header.height}")
    return roots.map_root, Finding(f"the state after height {header.height - 1}, with {log.size} actions in the log")


def check_log(case: Case) -> Finding:
    """The action stands in the log: it was accepted, not merely included in a block."""
    proved(case.map_root, "state")
    log, action = case.receipt.log, case.receipt.action
    return case.cache.once_of((log, action), "log", lambda: _find_entry(log, action))


def _find_entry(log: LogForm, action: Mapping[str, Json]) -> Finding:
    action_id, digest = b64url(sha256(text_of(action))), b64url(sha256(text_of(log.events)))
    leaf = log_leaf_of(action_id, height=log.height, index=log.index, digest=digest)
    try:
        verify_inclusion(
            leaf_hash(leaf),
            index=log.entry,
            size=log.size,
            path=[octets_of(digest) for digest in log.path],
            root=octets_of(log.root),
        )
    except TransireError as error:
        raise NotInLog(got=str(error), expected=f"entry {log.entry} of {log.size}") from error
    return Finding(f"entry {log.entry} of the log, from block {log.height}", detail=f"Action {action_id}")


def check_members(case: Case) -> Finding:
    """Exactly the members that the receipt names are shown, each as it stands on the ledger."""
    root = proved(case.map_root, "state")
    shown = [member.did for member in case.receipt.members]
    expected = named_members(
        str(case.receipt.action.get("by")),
        keys=[key.key for key in case.receipt.keys],
        statement=case.statement_json,
        issuers=[did for one in case.receipt.documents for did in issuers_of(contents_of(one).items())],
    )
    if shown != expected:
        raise NamesDiffer(got=", ".join(shown) or "none", expected=", ".join(expected) or "none")
    found = {member.did: _verify_member(case, root, member) for member in case.receipt.members}
    case.records = {did: record for did, (record, _) in found.items()}
    absent = [did for did, (record, _) in found.items() if record is None]
    return Finding(
        "; ".join(title for record, title in found.values() if record is not None) or "the receipt names no member",
        detail=f"Not a member: {', '.join(absent)}" if absent else "",
    )


def check_keys(case: Case) -> Finding:
    """Every key of the state that the receipt shows is present with that value, or absent."""
    root = proved(case.map_root, "state")
    rows: dict[str, Row | None] = {}
    for shown in case.receipt.keys:
        if shown.key.startswith(_MEMBER):
            raise KeyNotProved(got=shown.key, expected="members among the members", where="/keys")
        rows[shown.key] = _verify_key(case, root, shown)
    case.rows = rows
    present = [key for key, row in rows.items() if row is not None]
    return Finding(
        f"{len(present)} present, {len(rows) - len(present)} absent", detail=", ".join(rows), shown=bool(rows)
    )


def named_members(
    by: str, *, keys: Iterable[str], statement: Mapping[str, Json] | None, issuers: Iterable[str]
) -> list[str]:
    """Whom a receipt must show, sorted: who acted, whose endings are shown, who issued what is opened, and whom the
    statement names. The set follows from the receipt's content, so that nobody can leave a member out or add one.
    """
    named = dict.fromkeys([by, *(key.split("/")[1] for key in keys if key.startswith(_ENDED)), *issuers])
    if statement is not None:
        named |= dict.fromkeys([str(statement["by"]), *dids_in(statement["body"])])
    return sorted([did for did in named if _is_did(did)][:MAX_NAMED])


def issuers_of(representations: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Who issued the credentials among the representations (media type, content) of a document."""
    for media_type, content in representations:
        credential = read_credential(media_type, content)
        issuer = None if credential is None else credential["issuer"]
        did = issuer.get("id") if isinstance(issuer, dict) else issuer
        if isinstance(did, str):
            yield did


def dids_in(value: Json) -> Iterator[str]:
    """The DIDs that stand as whole strings in a value, in canonical order."""
    for text in strings_in(value):
        if text.startswith("did:") and _is_did(text):
            yield text


def read_credential(media_type: str, content: bytes) -> dict[str, Json] | None:
    """The credential of a representation; None if it is something else (a PDF, a plain file)."""
    if not is_json(media_type):
        return None
    try:
        value = parse_json(content, limit=CREDENTIAL_LIMIT)
    except TransireError:
        return None
    return value if isinstance(value, dict) and "proof" in value and "issuer" in value else None


def is_json(media_type: str) -> bool:
    """Whether a representation is the one that decides, rather than a rendering of it (LEDGER.md 3)."""
    return media_type == "application/vc" or media_type.endswith("json")


def contents_of(document: DocumentForm) -> dict[str, bytes]:
    """The representations of a document by media type."""
    try:
        return {one.media_type: unb64url(one.content) for one in document.representations}
    except TransireError as error:
        raise DocumentDiffers(got=str(error), where="/documents") from error


def _verify_member(case: Case, root: bytes, member: MemberForm) -> tuple[MemberRecord | None, str]:
    """The record as it is proved, and in words as of the receipt's height."""

    def verify() -> tuple[MemberRecord | None, str]:
        row = _verify_row(root, member_key(member.did), member.record, member.proof)
        return (row, _title(row, case.height)) if isinstance(row, MemberRecord) else (None, "")

    return case.cache.once_of((member,), ("member", root, case.height), verify)


def _verify_key(case: Case, root: bytes, shown: KeyForm) -> Row | None:
    return case.cache.once_of((shown,), ("key", root), lambda: _verify_row(root, shown.key, shown.value, shown.proof))


def _verify_row(root: bytes, key: str, value: Mapping[str, Json] | None, form: KeyProofForm) -> Row | None:
    """The row, once its proof leads to the root; None once its absence is proved."""
    raw = None if value is None else text_of(value)
    key_hash = sha256(key.encode())
    leaf = None if form.leaf is None else (octets_of(form.leaf[0]), octets_of(form.leaf[1]))
    proof = SparseProof(tuple(map(octets_of, form.siblings)), leaf)
    try:
        if raw is None:
            verify_absence(root, key_hash, proof)
            return None
        verify_presence(root, key_hash, sha256(raw), proof)
        return read_row(key, raw)
    except TransireError as error:
        raise KeyNotProved(got=str(error), where=key) from error


def _title(record: MemberRecord, height: int) -> str:
    name = next((since.value for since in reversed(record.name) if since.height <= height), "not yet a member")
    roles = ", ".join(record.roles_at(height)) or "no role"
    return f"{name} ({record.did}; {roles})"


@lru_cache(maxsize=1024)
def _is_did(text: str) -> bool:
    try:
        msgspec.convert(text, Did)
    except msgspec.ValidationError:
        return False
    return True
