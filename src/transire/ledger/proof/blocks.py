"""Checks of the chain: which network, which validators, how many operators, and the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from transire.crypto.encoding import b64url
from transire.ledger.chain import Validator
from transire.ledger.governance import validator_key
from transire.ledger.proof.case import Case, Finding, proved
from transire.ledger.proof.errors import HeadersDisagree, OtherNetwork
from transire.ledger.proof.headers import FinalHeader, Schedule
from transire.ledger.proof.operators import concentration
from transire.ledger.state import ValidatorRow


def check_network(case: Case) -> Finding:
    """The receipt is of the trust root's network."""
    if case.receipt.network != case.trust.network:
        raise OtherNetwork(got=case.receipt.network, expected=case.trust.network)
    return Finding(case.trust.network, detail=f"Compare its fingerprint by telephone: {case.trust.fingerprint}")


def check_validators(case: Case) -> Finding:
    """The validators trusted at each height follow from the trust root."""
    schedule = Schedule(case.trust, case.cache)
    schedule.extend(case.receipt.changes)
    case.schedule = schedule
    changes = len(schedule.reigns) - 1
    if not changes:
        return Finding("the validators of the network file, unchanged as far as the receipt shows")
    last = schedule.reigns[-1].start - 1
    return Finding(f"{changes} change{'s' if changes > 1 else ''} since the network file, the last after height {last}")


def check_signed(case: Case) -> Finding:
    """Both headers were made final by more than two thirds of the validators in force."""
    schedule, receipt = proved(case.schedule, "validators"), case.receipt
    case.accepted, case.proven, finding = case.cache.once_of(
        (receipt.accepted, receipt.proven, receipt.changes, case.trust),
        ("signed", case.height),
        lambda: _find_signed(case, schedule),
    )
    return finding


def _find_signed(case: Case, schedule: Schedule) -> tuple[FinalHeader, FinalHeader, Finding]:
    accepted = schedule.verify(case.receipt.accepted)
    proven = accepted if case.receipt.proven is case.receipt.accepted else schedule.verify(case.receipt.proven)
    if accepted.header.height != case.height + 1:
        raise HeadersDisagree(got=f"height {accepted.header.height}", expected=f"height {case.height + 1}")
    if proven.header.height < accepted.header.height or proven.header.time < accepted.header.time:
        raise HeadersDisagree(
            got=f"state of height {proven.header.height}", expected=f"height {accepted.header.height} or later"
        )
    finding = Finding(
        f"{_share(proven)} of the validators' power: {_named(proven.block.signed, case.trust.operators)}",
        expected="more than two thirds",
        detail=f"Header {proven.header.height}; header {accepted.header.height} by {_share(accepted)}.",
    )
    return accepted, proven, finding


def check_time(case: Case) -> Finding:
    """When the network accepted it: the time of the header that follows its block."""
    accepted = proved(case.accepted, "signed").header
    return Finding(accepted.time.text, detail=f"The time of header {accepted.height}, the one after its block.")


def check_operators(case: Case) -> Finding:
    """How many organisations could have written this together; one alone proves nothing against itself."""
    proven = proved(case.proven, "signed")
    rows = {key: row for key, row in (case.rows or {}).items() if isinstance(row, ValidatorRow)}
    things = (proven, case.trust, *rows.values())
    return case.cache.once_of(things, ("operators", *rows), lambda: _find_operators(case, proven))


def _find_operators(case: Case, proven: FinalHeader) -> Finding:
    smallest = concentration(proven.validators, operators_of(case))
    if len(smallest.two_thirds) == 1:
        alone = smallest.two_thirds[0]
        return Finding(f"{alone} alone; proves nothing against it", expected="two operators or more", shown=False)
    return Finding(
        f"above two thirds {_together(smallest.two_thirds)}, above one third {_together(smallest.third)}",
        detail="Those above two thirds could write another past together, those above one third stop the network.",
    )


def operators_of(case: Case) -> Mapping[bytes, str]:
    """Who operates a validator: what the ledger's state proves, else what the network file says."""
    rows = case.rows or {}
    known = dict(case.trust.operators)
    for validator in case.proven.validators if case.proven else ():
        row = rows.get(validator_key(b64url(validator.address)))
        if isinstance(row, ValidatorRow):
            known[validator.address] = row.operator
    return known


def _named(validators: Sequence[Validator], operators: Mapping[bytes, str]) -> str:
    """Operators as the network file names them; a validator that came later is named by its address here."""
    names = {operators.get(one.address, f"validator {b64url(one.address)}") for one in validators}
    return ", ".join(sorted(names))


def _share(final: FinalHeader) -> str:
    return f"{final.block.power} of {final.block.total_power}"


def _together(operators: tuple[str, ...]) -> str:
    return operators[0] + " alone" if len(operators) == 1 else f"{len(operators)} together ({', '.join(operators)})"
