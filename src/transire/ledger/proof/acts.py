"""Checks of who said it: the key that signed, who keeps it, and the statement in the pool that was anchored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url, unb64url
from transire.errors import TransireError
from transire.ledger.action import Action, parse_action, verify_action
from transire.ledger.admission import purpose_of
from transire.ledger.allowances import allowance_key
from transire.ledger.bodies import AllowanceDraw, AllowanceSplit, Witness
from transire.ledger.chain_json import octets_of
from transire.ledger.proof.case import Case, Finding, proved
from transire.ledger.proof.errors import NotInPool, OtherNetwork, SignerNotEntitled
from transire.ledger.proof.forms import StatementReceipt, text_of
from transire.ledger.state import Allowance, MemberKey, MemberRecord
from transire.ledger.statement import PoolOpening, verify_pool_opening, verify_statement_read
from transire.merkle.tree import leaf_hash


def check_stated_by(case: Case) -> Finding:
    """The action was signed by a key that was the member's for this purpose at that height."""
    records = proved(case.records, "members")
    action = _read_action(case)
    if action.drawing_key is not None:
        finding = _check_drawing_key(case, action, action.drawing_key)
    else:
        finding = _check_member_key(case, action, records.get(action.by))
    case.action = action
    return finding


def check_custody(case: Case) -> Finding:
    """Whether one custodian keeps the keys of several of the members that the receipt names."""
    records = proved(case.records, "members")
    proved(case.action, "stated-by")
    about = ("custody", case.height, tuple(records))
    return case.cache.once_of(tuple(records.values()), about, lambda: _find_custody(records, case.height))


def _find_custody(records: Mapping[str, MemberRecord | None], height: int) -> Finding:
    keepers: dict[str, set[str]] = {}
    for did, record in records.items():
        for custodian in _custodians(record, height):
            keepers.setdefault(custodian, set()).add(did)
    members = {did for kept in keepers.values() for did in kept}
    told = [
        f"{custodian} keeps the keys of {', '.join(sorted(kept))}"
        for custodian, kept in sorted(keepers.items())
        if len(kept) > 1 or len(members) == 1
    ]
    if len(members) < 2:
        found = "; ".join(told) or "the receipt names no member with keys"
        return Finding(found, expected="a second member, to compare who keeps the keys", shown=False)
    if told:
        return Finding("; ".join(told), expected="a custodian of its own for each member", shown=False)
    return Finding("no custodian keeps the keys of two of the members named")


def check_statement(case: Case) -> Finding:
    """The statement stands in the pool that the action anchored, and is by the same member."""
    receipt = case.receipt
    if not isinstance(receipt, StatementReceipt):
        return Finding(_action_in_words(case), detail="This receipt is of the action alone.")
    action, said, place = proved(case.action, "stated-by"), receipt.statement, receipt.place
    if not isinstance(action.terms, Witness):
        raise NotInPool(got=action.action, expected="witness/1")
    raw = text_of(case.statement_json or {})
    try:
        opening = _open_pool(case, receipt, action, action.terms.pool)
        path = [octets_of(digest) for digest in place.path]
        verify_statement_read(raw, said.by, opening=opening, index=place.index, path=path)
    except TransireError as error:
        raise NotInPool(got=error.got or str(error), expected=error.expected) from error
    return Finding(
        f"{said.kind} by {said.by}",
        detail=f"Statement {b64url(leaf_hash(raw))}, {place.index + 1} of {opening.count} of its pool",
    )


def _open_pool(case: Case, receipt: StatementReceipt, action: Action, commitment: str) -> PoolOpening:
    network = case.trust.network
    return case.cache.once_of(
        (receipt.pool, action),
        ("pool", network),
        lambda: verify_pool_opening(commitment, receipt.pool, network=network, by=action.by),
    )


def _read_action(case: Case) -> Action:
    shown = case.receipt.action
    try:
        action = case.cache.once_of((shown,), "action", lambda: parse_action(text_of(shown), value=shown))
    except TransireError as error:
        raise SignerNotEntitled(got=str(error)) from error
    if action.network != case.trust.network:
        raise OtherNetwork(got=action.network, expected=case.trust.network, where="/action/network")
    return action


def _check_member_key(case: Case, action: Action, record: MemberRecord | None) -> Finding:
    if record is None:
        raise SignerNotEntitled(got=action.by, expected=f"an active member at height {case.height}")
    about = ("stated-by", case.height)
    return case.cache.once_of((action, record), about, lambda: _find_member_key(case, action, record))


def _find_member_key(case: Case, action: Action, record: MemberRecord) -> Finding:
    purpose = purpose_of(action)
    if not record.is_active(case.height):
        raise SignerNotEntitled(got=action.by, expected=f"an active member at height {case.height}")
    key = record.key_in_force(action.key, purpose, case.height)
    if key is None:
        raise SignerNotEntitled(
            got=_why_not(record.key(action.key), purpose, case.height), expected=f"a key in force: {action.key}"
        )
    _verify_signature(case, action, key.public)
    keeper = "itself" if key.custodian == record.did else key.custodian
    return Finding(f"{record.did} with its key {key.name}, kept by {keeper}", detail=f"Entered by {key.entered_by}")


def _check_drawing_key(case: Case, action: Action, public: str) -> Finding:
    """A draw names no member: the allowance, present in the state, names the keys that may draw."""
    rows = proved(case.rows, "keys")
    terms = action.terms
    assert isinstance(terms, AllowanceDraw | AllowanceSplit)  # parse_action lets no other action name such a signer
    allowance = rows.get(allowance_key(terms.allowance))
    if not isinstance(allowance, Allowance) or public not in allowance.keys:
        raise SignerNotEntitled(got=f"key {public}", expected=f"a key of allowance {terms.allowance}")
    _verify_signature(case, action, public)
    return Finding(f"key {public} of the allowance {terms.allowance}", detail=f"Opened by {allowance.opener}")


def _verify_signature(case: Case, action: Action, public: str) -> None:
    try:
        case.cache.once_of((action,), ("signature", public), lambda: verify_action(action, unb64url(public, length=32)))
    except TransireError as error:
        raise SignerNotEntitled(got="another signature", expected=f"a signature by key {public}") from error


def _why_not(key: MemberKey | None, purpose: str, height: int) -> str:
    if key is None:
        return "no key of that name"
    if key.purpose != purpose:
        return f"a key for {key.purpose}, not for {purpose}"
    if key.distrusted_from is not None and height >= key.distrusted_from:
        return f"a key distrusted from height {key.distrusted_from}"
    return f"a key not in force at height {height}"


def _custodians(record: MemberRecord | None, height: int) -> Iterator[str]:
    if record is not None:
        yield from {key.custodian for key in record.keys_in_force("act", height)}


def _action_in_words(case: Case) -> str:
    action = proved(case.action, "stated-by")
    return f"{action.action}: {', '.join(_pairs(action.body))}"


def _pairs(body: dict[str, Json]) -> Iterable[str]:
    return (f"{name} {value}" for name, value in body.items() if isinstance(value, str | int))
