"""What customs decides: the notice of action it proposes, the longer limit, and the determination that it signs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.customs_determination import (
    SCHEMA_ID,
    CustomsDetermination,
    CustomsOutcome,
    customs_determination_subject,
)
from transire.documents.parties import Party
from transire.node.tenant import Issued, Tenant
from transire.procedures.clocks import due
from transire.procedures.origin_verification.errors import CertifierNotKnown
from transire.procedures.origin_verification.gathering import (
    Certified,
    ClaimOfLine,
    case_of,
    claim_of_line,
    ledger_time,
    parties_of,
    standing_entry,
)
from transire.procedures.origin_verification.permitted import as_customs
from transire.procedures.origin_verification.stages import Act
from transire.procedures.origin_verification.statements import DECIDED, DEFERRED, PROPOSED
from transire.procedures.papers import issue_paper


def propose_action(tenant: Tenant, person: Person, entry_id: str, line: int, reason: str) -> str:
    """Propose to deny a claim (CBP Form 29, action proposed); returns the statement's id. Its clock is 20 days."""
    with tenant.transaction() as tx:
        claimed = _claim(tenant, tx, person, entry_id, line, Act.PROPOSE)
        clock = due("notice-of-action", tenant.now())
        body: dict[str, Any] = {
            "line": line,
            "version": claimed.entry.version,
            "reason": reason,
            "due_by": clock.due.isoformat(),
            "basis": clock.citation,
        }
        recipients = parties_of(tenant, claimed.entry)
        return tenant.state(tx, person, PROPOSED.name, body, about=[entry_id], recipients=recipients)


def defer_determination(tenant: Tenant, person: Person, entry_id: str, line: int, reason: str) -> str:
    """Give notice that the case is exceptional: 210 days instead of 120 (19 CFR 182.75(b)); returns the statement."""
    with tenant.transaction() as tx:
        claimed = _claim(tenant, tx, person, entry_id, line, Act.DEFER)
        body: dict[str, Any] = {"line": line, "reason": reason}
        recipients = parties_of(tenant, claimed.entry)
        return tenant.state(tx, person, DEFERRED.name, body, about=[entry_id], recipients=recipients)


def determine(
    tenant: Tenant,
    person: Person,
    entry_id: str,
    line: int,
    outcome: CustomsOutcome,
    *,
    findings: str,
    legal_basis: str,
    unsupported: bool = False,
) -> Issued:
    """Decide a claim: a signed determination for importer, filer and certifier (19 CFR 182.75(b)-(c)).

    Where it denies, the action that was proposed is taken. `unsupported`: the certification was false or without
    support; two such verifications of one certifier are a pattern of conduct.
    """
    act = Act.CONFIRM if outcome == "originating" else Act.DENY
    with tenant.transaction() as tx:
        claimed = _claim(tenant, tx, person, entry_id, line, act)
        held = claimed.certified
        if held is None:
            raise CertifierNotKnown(got=f"line {line}")
        content = _determination(tenant, claimed, held, outcome, findings, legal_basis, unsupported)
        issued = issue_paper(tenant, tx, person, customs_determination_subject(content), SCHEMA_ID, recipients=())
        told = dict.fromkeys([*parties_of(tenant, claimed.entry), held.paper.issuer])
        tenant.state(
            tx,
            person,
            DECIDED.name,
            {"line": line, "version": claimed.entry.version, "outcome": outcome},
            about=[issued.document_id, entry_id],
            recipients=list(told),
            documents=[issued.commitment],
        )
    return issued


def _claim(tenant: Tenant, tx: sa.Connection, person: Person, entry_id: str, line: int, act: Act) -> ClaimOfLine:
    require(person, "claims.decide", as_customs(tenant))
    claimed = claim_of_line(tenant, tx, standing_entry(tenant, tx, entry_id), line)
    refusal = case_of(tx, claimed).refusal(act, ledger_time(tenant))
    if refusal is not None:
        raise refusal
    return claimed


def _determination(
    tenant: Tenant,
    claimed: ClaimOfLine,
    held: Certified,
    outcome: CustomsOutcome,
    findings: str,
    legal_basis: str,
    unsupported: bool,
) -> CustomsDetermination:
    good, line, claim = held.good, claimed.line, claimed.claim
    assert claim is not None  # a line without a claim was refused before
    certifier = held.content.certifier
    return CustomsDetermination(
        agreement=claim.agreement,
        outcome=outcome,
        certifier=Party(did=held.paper.issuer, name=certifier.name, address=certifier.address),
        certification=held.paper.document_id,
        certification_good=claim.certification_good,
        product_number=(good.product_number if good is not None else None) or line.product_number,
        description=good.description if good is not None else line.description,
        tariff_number=line.tariff_number,
        findings=findings,
        legal_basis=legal_basis,
        is_unsupported=unsupported and outcome == "not_originating",
        determined_on=tenant.now().date(),
    )
