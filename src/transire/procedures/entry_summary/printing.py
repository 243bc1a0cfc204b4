"""The figures and the form of an entry, for whoever may see it: duty and fees of a draft, a look-alike of the 7501."""

from __future__ import annotations

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.entry import read_entry_summary
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.accepting import filed_entry
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.form7501 import Form7501, Proof, form_of
from transire.procedures.entry_summary.pricing import duty_of_draft
from transire.procedures.entry_summary.relations import find_own_draft
from transire.tariff.answer import CaseAnswer


def price_draft(tenant: Tenant, person: Person, draft_id: str) -> CaseAnswer:
    """Duty and fees of a draft as far as it goes, each figure with its formula, citation and date."""
    with tenant.database.reading() as view:
        draft = find_own_draft(tenant, view, person, draft_id, "entries.check")
        return duty_of_draft(draft.content, tenant.now().date())


def draft_form(tenant: Tenant, person: Person, draft_id: str) -> Form7501:
    """The draft on a look-alike of CBP Form 7501, marked as a draft."""
    with tenant.database.reading() as view:
        draft = find_own_draft(tenant, view, person, draft_id, "entries.check")
        duty = duty_of_draft(draft.content, tenant.now().date())
        return form_of(draft.content, duty, proof=None, at=draft.updated_at)


def entry_form(tenant: Tenant, document_id: str, person: Person, *, verify_at: str) -> Form7501:
    """An entry as filed on a look-alike of CBP Form 7501; `verify_at` is the page on which anybody checks receipts."""
    require(person, "entries.read")
    with tenant.database.reading() as view:
        filing, paper = filed_entry(tenant, view, document_id)
        proof = Proof(
            page=verify_at,
            statement=filing.statement_id,
            commitment=filing.version,
            accepted_at=filing.accepted_at,
        )
        return form_of(paper.subject, duty_of(paper.read_as(read_entry_summary)), proof=proof)
