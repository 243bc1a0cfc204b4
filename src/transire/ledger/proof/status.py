"""Checks of how things stand now: withdrawn or not, countersigned by whom, and how old the proof is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from transire.errors import TransireError
from transire.ledger.bodies import DocumentEnd
from transire.ledger.chain import Time
from transire.ledger.chain_json import octets_of
from transire.ledger.checkpoint import Checkpoint, read_note, verify_cosignature
from transire.ledger.endings import ended_key
from transire.ledger.fields import BYTES_32
from transire.ledger.proof.case import Case, Finding, proved
from transire.ledger.proof.errors import KeyNotProved, TooOld, Withdrawn, WitnessDisagrees
from transire.ledger.proof.forms import StatementReceipt
from transire.ledger.state import Ended, Row

NOT_SHOWN: Final = "NOT SHOWN"
ISSUED: Final = "document.issued/1"
"""The kind by which a member says that it issued a version of a document (LEDGER.md 3)."""
_ENDED: Final = "ended/"
_DIGEST: Final = re.compile(rf"\A{BYTES_32}\Z")
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far in the future a proof may lie before the verifier's own clock, or the network's, is to be doubted."""


def check_status(case: Case) -> Finding:
    """Whether the version that this is about was withdrawn, as of header K's time."""
    rows = {key: row for key, row in proved(case.rows, "keys").items() if key.startswith(_ENDED)}
    as_of = f"as of {case.state_header().time.text}"
    own = own_key(case)
    _require_no_other_ending(rows, own, as_of)
    others = "; ".join(f"{_version(key)} not withdrawn {as_of}" for key in rows if key != own)
    if own is None or own not in rows:
        return Finding(NOT_SHOWN, expected="a proof of its status", detail=others, shown=False)
    ended = rows[own]
    action = proved(case.action, "stated-by")
    if isinstance(action.terms, DocumentEnd):
        return _check_own_ending(case, own, ended, others)
    if isinstance(ended, Ended):
        raise Withdrawn(got=_ending(ended), expected=f"not withdrawn {as_of}")
    issuer = own.split("/")[1]
    return Finding(f"not withdrawn {'' if issuer == action.by else f'by {issuer} '}{as_of}", detail=others)


def check_witnesses(case: Case) -> Finding:
    """Which outside witnesses countersigned the log that the proof stands in."""
    proved(case.map_root, "state")
    if not case.receipt.checkpoint:
        return Finding("none", expected="an outside witness", shown=False)
    try:
        note = read_note(case.receipt.checkpoint)
        _require_same_log(case, Checkpoint.parse(note.text))
        times = {witness.name: verify_cosignature(note, witness) for witness in case.witnesses}
    except TransireError as error:
        raise WitnessDisagrees(got=error.got or str(error), expected=error.expected) from error
    signed = {name: Time(time, 0).text for name, time in sorted(times.items()) if time is not None}
    others = sorted({line.name for line in note.signatures} - set(signed))
    detail = f"Not checked, since you did not name their keys: {', '.join(others)}" if others else ""
    if not signed:
        return Finding("none that you named", expected="an outside witness", detail=detail, shown=False)
    return Finding(", ".join(f"{name} at {time}" for name, time in signed.items()), detail=detail)


def check_age(case: Case) -> Finding:
    """The state that the proof stands in is as recent as was asked for."""
    header = case.state_header()
    age = case.now - header.time.moment
    found = f"state of {header.time.text}, {int(age.total_seconds())} s old"
    if age < -CLOCK_TOLERANCE:
        found, age = f"state of {header.time.text}, in the future of this computer's clock", timedelta.max
    if case.max_age is None:
        return Finding(found, shown=age != timedelta.max)
    if age > case.max_age:
        raise TooOld(got=found, expected=f"at most {int(case.max_age.total_seconds())} s old")
    return Finding(found)


def own_key(case: Case) -> str | None:
    """The state key whose absence means that the version this receipt is about is current; None if it names none.

    For `document.end` the version that it ended. Nothing else has one: whose version an action or a statement means
    is never guessed, since the absence of an ending under another issuer proves nothing.
    """
    if isinstance(case.receipt, StatementReceipt):
        return statement_key(case.receipt)
    action = proved(case.action, "stated-by")
    return ended_key(action.by, action.terms.version) if isinstance(action.terms, DocumentEnd) else None


def statement_key(receipt: StatementReceipt) -> str | None:
    """The same for a statement: the version is its `commitment`, the issuer who states `document.issued/1`, or whom
    a statement about a document names as its `issuer`."""
    said = receipt.statement
    issuer = said.by if said.kind == ISSUED else said.body.get("issuer")
    version = said.body.get("commitment")
    if not isinstance(issuer, str) or not isinstance(version, str) or _DIGEST.match(version) is None:
        return None
    return ended_key(issuer, version)


def _require_no_other_ending(rows: dict[str, Row | None], own: str | None, as_of: str) -> None:
    for key, row in rows.items():
        if key != own and isinstance(row, Ended):
            raise Withdrawn(got=f"{_version(key)}: {_ending(row)}", expected=f"not withdrawn {as_of}")


def _check_own_ending(case: Case, key: str, ended: Row | None, others: str) -> Finding:
    if not isinstance(ended, Ended):
        raise KeyNotProved(got="not ended", expected=f"ended at height {case.height}", where=key)
    if ended.height != case.height:
        raise KeyNotProved(got=_ending(ended), expected=f"ended at height {case.height}", where=key)
    return Finding(_ending(ended), detail=others)


def _require_same_log(case: Case, checkpoint: Checkpoint) -> None:
    log = case.receipt.log
    expected = Checkpoint(case.trust.network, log.size, octets_of(log.root))
    if checkpoint != expected:
        raise WitnessDisagrees(got=checkpoint, expected=expected, where="/checkpoint")


def _ending(ended: Ended) -> str:
    instead = f", replaced by {ended.successor}" if ended.successor else ""
    return f"withdrawn at height {ended.height}{instead}"


def _version(key: str) -> str:
    _, issuer, version = key.split("/", 2)
    return f"version {version} of {issuer}"
