"""Members, their keys, and who may change them (LEDGER.md 9 and 10).

A registrar enrols, updates and suspends members; the record names it, and as long as it holds its office no other
registrar touches the record. Who holds an office itself (governor, registrar) is beyond the registrars: only its own
`recover` key and the governors' vote reach it. An `act` key never changes keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from msgspec import UNSET, structs

from transire.crypto.did import public_of_did_key
from transire.crypto.encoding import unb64url
from transire.errors import TransireError
from transire.ledger.bodies import (
    Distrust,
    KeyEntry,
    MemberEnrol,
    MemberRotateKey,
    MemberSuspend,
    MemberUpdate,
)
from transire.ledger.errors import Refused
from transire.ledger.possession import outside_key, verify_custody, verify_possession
from transire.ledger.rules import Context, Events, MemberUnknown, member_key
from transire.ledger.state import MemberKey, MemberRecord, Office, Since, View, at, extended

__all__ = ["MemberKey", "MemberRecord", "enrol", "holders", "office_key", "rotate_key", "suspend", "update"]

GENESIS: Final = "genesis"
"""Who entered the members and keys that the network began with."""
MAX_KEYS: Final = 256
"""Keys of one member, past ones included: a record stays small enough to travel in a receipt."""
OFFICES: Final = ("governor", "registrar")


class RegistrarOnly(Refused):
    code = "ledger.registrar-only"
    sentence = "Only the registrar responsible for this member may do this."
    fix = "Ask the registrar that the member's record names."


class MemberExists(Refused):
    code = "ledger.member-exists"
    sentence = "The ledger has this member already."
    fix = "Update the member instead."


class MemberMalformed(Refused):
    code = "ledger.member-malformed"
    sentence = "The member cannot be entered like this."
    fix = "Correct what is named; every member has an act key, and every key a name and a purpose of its own."


class KeyUnknown(Refused):
    code = "ledger.key-unknown"
    sentence = "The member has no such key in force."
    fix = "Look up the member's keys on the ledger."


class KeyTaken(Refused):
    code = "ledger.key-taken"
    sentence = "The member has a key of this name, or this very key, already."
    fix = "Generate a new key and give it a new name: one key has one purpose, for ever."


def office_key(office: str) -> str:
    """The state key of who holds an office."""
    return f"office/{office}"


def holders(view: View, office: str, height: int) -> tuple[str, ...]:
    """Who holds that office at that height."""
    row = view.find(office_key(office), Office)
    return (at(row.holders, height) if row is not None else None) or ()


def enrol(context: Context) -> Events:
    """`member.enrol/1`: a registrar enters a new member; it is one from the next height on."""
    body = context.action.terms
    assert isinstance(body, MemberEnrol)
    by = context.action.by
    if by not in holders(context.view, "registrar", context.height):
        raise RegistrarOnly(got=by)
    if context.view.get(member_key(body.did)) is not None:
        raise MemberExists(got=body.did)
    starts = context.height + 1
    check_keys(context.view, body.did, body.keys, height=context.height)
    record = new_record(body, member_keys(body.keys, by=by, starts=starts), registrar=by, starts=starts)
    context.view.put(member_key(body.did), record)
    return ({"event": "member.enrolled", "member": body.did, "registrar": by},)


def update(context: Context) -> Events:
    """`member.update/1`: the registrar changes name, roles, endpoint or status; the member itself its endpoint."""
    body = context.action.terms
    assert isinstance(body, MemberUpdate)
    record = _record(context.view, body.did)
    only_endpoint = body.name is UNSET and body.roles is UNSET and body.status is UNSET
    if not (only_endpoint and context.action.by == body.did):
        _check_registrar(context, record)
    starts = context.height + 1
    changed = structs.replace(
        record,
        name=record.name if body.name is UNSET else extended(record.name, body.name, starts),
        roles=record.roles if body.roles is UNSET else extended(record.roles, sorted_roles(body.roles), starts),
        endpoint=record.endpoint if body.endpoint is UNSET else extended(record.endpoint, body.endpoint, starts),
        status=record.status if body.status is UNSET else extended(record.status, body.status, starts),
    )
    context.view.put(member_key(body.did), changed)
    return ({"event": "member.updated", "member": body.did},)


def suspend(context: Context) -> Events:
    """`member.suspend/1`: from the next height on nothing that the member signs enters a block."""
    body = context.action.terms
    assert isinstance(body, MemberSuspend)
    record = _record(context.view, body.did)
    _check_registrar(context, record)
    status = extended(record.status, "suspended", context.height + 1)
    context.view.put(member_key(body.did), structs.replace(record, status=status))
    return ({"event": "member.suspended", "member": body.did},)


def rotate_key(context: Context) -> Events:
    """`member.rotate_key/1`: the member's `recover` key or its registrar adds, retires and distrusts keys.

    Which key signs is admission's concern: for the member itself only `recover` was let in.
    """
    body = context.action.terms
    assert isinstance(body, MemberRotateKey)
    record = _record(context.view, body.did)
    by = context.action.by
    if by != body.did:
        _check_registrar(context, record)
    starts = context.height + 1
    check_keys(context.view, body.did, body.add, height=context.height, present=record.keys)
    added = member_keys(body.add, by=by, starts=starts)
    keys = _retired(record.keys, body.retire, starts)
    keys = _distrusted(keys, body.distrust, context.height)
    context.view.put(member_key(body.did), structs.replace(record, keys=(*keys, *added)))
    return ({"event": "member.key_rotated", "member": body.did},)


def new_record(body: MemberEnrol, keys: tuple[MemberKey, ...], *, registrar: str, starts: int) -> MemberRecord:
    """A member's record as it begins."""
    _check_did(body.did)
    if not any(key.purpose == "act" for key in keys):
        raise MemberMalformed(got="no act key", expected="at least one", where=body.did)
    return MemberRecord(
        did=body.did,
        name=(Since(starts, body.name),),
        roles=(Since(starts, sorted_roles(body.roles)),),
        status=(Since(starts, "active"),),
        endpoint=() if body.endpoint is UNSET else (Since(starts, body.endpoint),),
        registrar=registrar,
        keys=keys,
    )


def check_keys(
    view: View, did: str, entries: Sequence[KeyEntry], *, height: int, present: tuple[MemberKey, ...] = ()
) -> None:
    """Refuse keys that are not new to the member, not proved, or not countersigned by their custodian."""
    if len(present) + len(entries) > MAX_KEYS:
        raise MemberMalformed(got=f"{len(present) + len(entries)} keys", expected=f"at most {MAX_KEYS}")
    names = [key.name for key in present]
    publics = [key.public for key in present]
    for entry in entries:
        if entry.name in names or entry.public in publics:
            raise KeyTaken(got=entry.name)
        names.append(entry.name)
        publics.append(entry.public)
        verify_possession(did, entry)
        verify_custody(did, entry, _custodian_key(view, entry, height))


def member_keys(entries: Sequence[KeyEntry], *, by: str, starts: int) -> tuple[MemberKey, ...]:
    """The keys as they stand in a record; the proofs stay in the action that brought them."""
    return tuple(
        MemberKey(
            name=entry.name,
            purpose=entry.purpose,
            public=entry.public,
            custodian=entry.custodian,
            entered_by=by,
            valid_from=starts,
        )
        for entry in entries
    )


def sorted_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """The roles in their one order; the same twice is a slip that is refused."""
    ordered = tuple(sorted(roles))
    if any(first == second for first, second in pairwise(ordered)):
        raise MemberMalformed(got=", ".join(ordered), expected="each role once")
    return ordered


def _custodian_key(view: View, entry: KeyEntry, height: int) -> bytes | None:
    if entry.countersignature is UNSET:
        return None
    record = view.find(member_key(entry.custodian), MemberRecord)
    if record is None:
        return outside_key(entry.custodian, entry.countersignature.key)
    key = record.key_in_force(entry.countersignature.key, "act", height) if record.is_active(height) else None
    return None if key is None else unb64url(key.public, length=32)


def _record(view: View, did: str) -> MemberRecord:
    """The record in this block, whether active or suspended."""
    record = view.find(member_key(did), MemberRecord)
    if record is None:
        raise MemberUnknown(got=did)
    return record


def _check_registrar(context: Context, record: MemberRecord) -> None:
    registrars = holders(context.view, "registrar", context.height)
    if any(record.did in holders(context.view, office, context.height) for office in OFFICES):
        raise RegistrarOnly(got=f"{record.did} holds an office", expected="the governors' vote first")
    responsible = record.registrar if record.registrar in registrars else None
    if context.action.by not in registrars or responsible not in (None, context.action.by):
        raise RegistrarOnly(got=context.action.by, expected=responsible or "a registrar")


def _retired(keys: tuple[MemberKey, ...], names: Sequence[str], starts: int) -> tuple[MemberKey, ...]:
    in_force = {key.name for key in keys if key.retired_from is None}
    for name in names:
        if name not in in_force:
            raise KeyUnknown(got=name)
    return tuple(structs.replace(key, retired_from=starts) if key.name in names else key for key in keys)


def _distrusted(keys: tuple[MemberKey, ...], marks: Sequence[Distrust], height: int) -> tuple[MemberKey, ...]:
    """Distrust only grows: to an earlier height, never to a later one, and the height of saying so stays beside it."""
    for mark in marks:
        key = next((key for key in keys if key.name == mark.key), None)
        if key is None or mark.height > height + 1 or mark.height < key.valid_from:
            raise KeyUnknown(got=f"{mark.key} from height {mark.height}")
        if key.distrusted_from is not None and key.distrusted_from <= mark.height:
            continue
        marked = structs.replace(key, distrusted_from=mark.height, distrust_stated=height)
        keys = tuple(marked if other is key else other for other in keys)
    return keys


def _check_did(did: str) -> None:
    if not did.startswith("did:key:"):
        return
    try:
        public_of_did_key(did)
    except TransireError as error:
        raise MemberMalformed(got=did, expected="a did:key of an Ed25519 key") from error
