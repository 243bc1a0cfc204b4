"""The figures, forms and records of an entry, for whoever may see it.

Duty of a draft, look-alikes of CBP Forms 7501 and 3461, records for the customs system, and what that system answers.
"""

from __future__ import annotations

import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.entry import read_entry_summary
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.accepting import filed_entry
from transire.procedures.entry_summary.catair.answer import EntryAnswer, answer_to
from transire.procedures.entry_summary.catair.entry import Records, entry_records
from transire.procedures.entry_summary.catair.release import release_records
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.filings import Filing
from transire.procedures.entry_summary.form3461 import release_form
from transire.procedures.entry_summary.form7501 import Form7501, form_of
from transire.procedures.entry_summary.pricing import duty_of_draft
from transire.procedures.entry_summary.relations import find_own_draft
from transire.procedures.lookalike import LookAlike, Proof
from transire.procedures.papers import Paper
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
    with tenant.database.reading() as view:
        filing, paper = _filed(tenant, view, person, document_id)
        return form_of(paper.subject, duty_of(paper.read_as(read_entry_summary)), proof=_proof(filing, verify_at))


def draft_release_form(tenant: Tenant, person: Person, draft_id: str) -> LookAlike:
    """The draft on a look-alike of CBP Form 3461: goods are released before the entry summary is filed."""
    with tenant.database.reading() as view:
        draft = find_own_draft(tenant, view, person, draft_id, "entries.check")
        return release_form(draft.content, proof=None, at=draft.updated_at)


def entry_release_form(tenant: Tenant, document_id: str, person: Person, *, verify_at: str) -> LookAlike:
    """An entry as filed on a look-alike of CBP Form 3461."""
    with tenant.database.reading() as view:
        filing, paper = _filed(tenant, view, person, document_id)
        return release_form(paper.subject, proof=_proof(filing, verify_at))


def draft_release_records(tenant: Tenant, person: Person, draft_id: str) -> Records:
    """The cargo release of a draft as records SE, with what they do not say."""
    with tenant.database.reading() as view:
        return release_records(find_own_draft(tenant, view, person, draft_id, "entries.check").content)


def filed_records(tenant: Tenant, document_id: str, person: Person) -> Records:
    """An entry as filed, as records AE, with what they do not say; a corrected one replaces what was sent before."""
    with tenant.database.reading() as view:
        filing, paper = _filed(tenant, view, person, document_id)
        entry = paper.read_as(read_entry_summary)
        return entry_records(entry, duty_of(entry), replaces=filing.previous is not None)


def read_answer(tenant: Tenant, document_id: str, person: Person, raw: bytes) -> EntryAnswer:
    """What the customs system answered to this entry (AX), each condition at its line; nothing of it is kept."""
    with tenant.database.reading() as view:
        return answer_to(_filed(tenant, view, person, document_id)[1].read_as(read_entry_summary), raw)


def _filed(tenant: Tenant, tx: sa.Connection, person: Person, document_id: str) -> tuple[Filing, Paper]:
    require(person, "entries.read")
    return filed_entry(tenant, tx, document_id)


def _proof(filing: Filing, verify_at: str) -> Proof:
    return Proof(
        page=verify_at,
        statement=filing.statement_id,
        commitment=filing.version,
        accepted_at=filing.accepted_at,
    )
