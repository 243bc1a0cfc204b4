"""Verify a receipt offline: separately named checks, each with what was found and what was expected (LEDGER.md 7).

    verification = verify_receipt(receipt, network)
    verification.require_all()              raises the first check that does not hold

A check *holds*, *fails*, or shows that the receipt does *not show* what it is about (no status, no outside witness).
What is required (`require`) must be shown. Whatever the checks find they find by themselves: a receipt is believed in
nothing that it says of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

import msgspec

from transire.errors import TransireError
from transire.ledger.checkpoint import NoteVerifier
from transire.ledger.proof.acts import check_custody, check_stated_by, check_statement
from transire.ledger.proof.blocks import (
    check_network,
    check_operators,
    check_signed,
    check_time,
    check_validators,
)
from transire.ledger.proof.cache import VerifyCache
from transire.ledger.proof.case import Case, Finding
from transire.ledger.proof.errors import NotShown, ProofRefused, ReceiptMalformed
from transire.ledger.proof.forms import ActionReceipt, StatementReceipt
from transire.ledger.proof.reading import read_receipt
from transire.ledger.proof.state import check_keys, check_log, check_members, check_state
from transire.ledger.proof.status import check_age, check_status, check_witnesses
from transire.ledger.proof.trust import TrustRoot

__all__ = ["CHECKS", "Check", "TrustRoot", "Verification", "VerifyCache", "verify_receipt"]

Outcome = Literal["holds", "fails", "not shown"]


class Check(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One check of a receipt. `code` and `fix` are those of the refusal, empty unless it fails."""

    name: str
    title: str
    outcome: Outcome
    found: str
    expected: str = ""
    detail: str = ""
    code: str = ""
    fix: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it; what is not shown passes unless it was required."""
        return self.outcome != "fails"


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """All checks of a receipt, in the order in which they are read."""

    receipt: str
    network: str
    fingerprint: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether no check fails."""
        return all(check.passed for check in self.checks)

    def check(self, name: str) -> Check:
        """The check of that name."""
        return next(check for check in self.checks if check.name == name)

    def require_all(self) -> None:
        """Raise if a check fails."""
        for check in self.checks:
            if not check.passed:
                raise ProofRefused(got=check.found, expected=check.expected or None, where=check.name)


class _Rule(NamedTuple):
    title: str
    check: Callable[[Case], Finding]


def _check_document(case: Case) -> Finding:
    if not case.receipt.documents:
        return Finding("no document opened", expected="the document and its salt", shown=False)
    from transire.ledger.proof.openings import check_document

    return check_document(case)


def _check_credential(case: Case) -> Finding:
    if not case.receipt.documents:
        return Finding("no credential opened", expected="the document of the statement", shown=False)
    from transire.ledger.proof.openings import check_credential

    return check_credential(case)


# In the order in which one rests on another.
_RULES: Final[dict[str, _Rule]] = {
    "network": _Rule("of the network that you trust", check_network),
    "validators": _Rule("validators follow from the network file", check_validators),
    "signed": _Rule("signed by more than two thirds of the validators", check_signed),
    "state": _Rule("the state shown is the one that was signed", check_state),
    "log": _Rule("accepted by the ledger", check_log),
    "members": _Rule("members as they stand on the ledger", check_members),
    "keys": _Rule("records of the ledger as shown", check_keys),
    "stated-by": _Rule("stated by", check_stated_by),
    "statement": _Rule("what was stated", check_statement),
    "custody": _Rule("keys kept by different custodians", check_custody),
    "time": _Rule("accepted at", check_time),
    "operators": _Rule("operators who could have written it together", check_operators),
    "witnesses": _Rule("countersigned by outside witnesses", check_witnesses),
    "document": _Rule("document matches its commitment", _check_document),
    "credential": _Rule("issuer's credential valid", _check_credential),
    "status": _Rule("status", check_status),
    "age": _Rule("recent enough", check_age),
}
# In the order in which a person asks.
_READING_ORDER: Final = (
    "form",
    "network",
    "statement",
    "stated-by",
    "custody",
    "members",
    "time",
    "log",
    "signed",
    "validators",
    "operators",
    "witnesses",
    "state",
    "keys",
    "document",
    "credential",
    "status",
    "age",
)
CHECKS: Final = _READING_ORDER
"""The names of all checks; `require` takes any of them."""
_FORM_TITLE: Final = "has the form of a receipt"


def verify_receipt(
    receipt: bytes,
    network: bytes | TrustRoot,
    *,
    require: Collection[str] = (),
    max_age: timedelta | None = None,
    now: datetime | None = None,
    witnesses: Sequence[NoteVerifier] = (),
    cache: VerifyCache | None = None,
) -> Verification:
    """Check a receipt against a trust root. Raises only for a file that is no receipt and for a bad network file.

    `now` is the verifier's own clock and only matters to `max_age` and to times in the future. A `cache` shared by
    many calls spares what was verified before: headers, signatures of actions, rows of the state.
    """
    trust = network if isinstance(network, TrustRoot) else TrustRoot.parse(network)
    known = VerifyCache() if cache is None else cache
    try:
        form = read_receipt(receipt, known)
    except ReceiptMalformed as refusal:
        return _verification("receipt", trust, (_failed("form", _FORM_TITLE, refusal),))
    case = Case(
        receipt=form,
        trust=trust,
        cache=known,
        now=now or datetime.now(UTC),
        max_age=max_age,
        witnesses=witnesses,
    )
    checks = {name: _judge(name, rule, case, required=name in require) for name, rule in _RULES.items()}
    checks["form"] = Check(name="form", title=_FORM_TITLE, outcome="holds", found=form.receipt)
    return _verification(_title(form), trust, tuple(checks[name] for name in _READING_ORDER))


def _judge(name: str, rule: _Rule, case: Case, *, required: bool) -> Check:
    try:
        finding = rule.check(case)
        if required and not finding.shown:
            raise NotShown(got=finding.found, expected=finding.expected)
    except TransireError as refusal:
        return _failed(name, rule.title, refusal)
    return Check(
        name=name,
        title=rule.title,
        outcome="holds" if finding.shown else "not shown",
        found=finding.found,
        expected=finding.expected,
        detail=finding.detail,
    )


def _failed(name: str, title: str, refusal: TransireError) -> Check:
    return Check(
        name=name,
        title=title,
        outcome="fails",
        found=str(refusal.got or refusal.sentence),
        expected=str(refusal.expected or ""),
        detail=f"{refusal.sentence}{f' At {refusal.where}.' if refusal.where else ''}",
        code=refusal.code,
        fix=refusal.fix,
    )


def _verification(title: str, trust: TrustRoot, checks: tuple[Check, ...]) -> Verification:
    return Verification(receipt=title, network=trust.network, fingerprint=trust.fingerprint, checks=checks)


def _title(form: StatementReceipt | ActionReceipt) -> str:
    if isinstance(form, StatementReceipt):
        return f"statement {form.statement.kind} by {form.statement.by}"
    return f"action {form.action.get('action')} by {form.action.get('by')}"
