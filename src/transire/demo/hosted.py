"""An actor whose node runs in this process: each act is a call of a service, as a page or an API operation makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from transire.api.proofs import export_receipt
from transire.desk.person import Person
from transire.desk.products import list_products
from transire.documents.parties import Party
from transire.node.tenant import Issued, Tenant
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.draft_views import DraftPage
from transire.procedures.entry_summary.views import EntryPage
from transire.procedures.findings import Finding
from transire.procedures.origin_certification import service as origin
from transire.procedures.origin_determination import service as determination
from transire.procedures.origin_verification import service as verification
from transire.procedures.power_of_attorney import service as power


@dataclass(frozen=True, slots=True)
class HostedActor:
    """A hosted member with the person who acts for it in the story (`stage.Actor`)."""

    tenant: Tenant
    person: Person

    @property
    def did(self) -> str:
        return self.tenant.did

    @property
    def name(self) -> str:
        return self.tenant.name

    @property
    def person_name(self) -> str:
        return self.person.name

    def import_products(self, products: bytes, materials: bytes) -> tuple[int, int]:
        report = origin.import_products(self.tenant, self.person, products, materials)
        return len(report.added), report.materials

    def goods(self) -> list[str]:
        with self.tenant.database.reading() as view:
            return [line.number for line in list_products(view)]

    def determine_origin(self, goods: Sequence[str], agreement: str) -> dict[str, Issued]:
        return determination.determine_origin(self.tenant, self.person, goods, agreement).issued

    def outcomes(self, agreement: str) -> dict[str, tuple[str, tuple[str, ...]]]:
        rows = determination.list_origin(self.tenant, self.person).rows
        return {
            row.product.number: (cell.outcome, cell.missing)
            for row in rows
            for cell in row.cells
            if cell.agreement == agreement
        }

    def draft_certification(
        self, *, agreement: str, importer_did: str, importer: Party, goods: Sequence[str], blanket: tuple[date, date]
    ) -> str:
        return origin.draft_certification(
            self.tenant,
            self.person,
            agreement=agreement,
            importer_did=importer_did,
            importer=importer,
            goods=goods,
            blanket=blanket,
        )

    def sign_certification(self, draft: str) -> Issued:
        return origin.sign_certification(self.tenant, self.person, draft)

    def replace_certification(self, document_id: str, changes: Mapping[str, Any], *, reason: str) -> Issued:
        return origin.replace_certification(self.tenant, self.person, document_id, dict(changes), reason=reason)

    def withdraw_certification(self, document_id: str, reason: str) -> None:
        origin.withdraw_certification(self.tenant, self.person, document_id, reason)

    def bring_in_certification(self, subject: Mapping[str, Any], *, importer_did: str) -> Issued:
        return origin.bring_in_certification(self.tenant, self.person, dict(subject), importer_did=importer_did)

    def grant_authority(
        self, *, broker_did: str, broker: Party, filer_code: str | None, valid: tuple[date, date]
    ) -> None:
        power.grant_authority(
            self.tenant, self.person, broker_did=broker_did, broker=broker, filer_code=filer_code, valid=valid
        )

    def issue_invoice(self, content: bytes, *, importer_did: str) -> Issued:
        return entry.issue_invoice(self.tenant, self.person, content, importer_did=importer_did)

    def draft_entry(self, *, importer_did: str, invoices: Sequence[str]) -> str:
        return entry.draft_entry(self.tenant, self.person, importer_did=importer_did, invoices=list(invoices))

    def show_draft(self, draft: str) -> DraftPage:
        return entry.show_draft(self.tenant, self.person, draft)

    def findings(self, draft: str) -> list[Finding]:
        return entry.check_draft(self.tenant, draft)

    def set_field(self, draft: str, pointer: str, value: str) -> None:
        entry.set_field(self.tenant, self.person, draft, pointer, value)

    def discard_draft(self, draft: str) -> None:
        entry.discard_draft(self.tenant, self.person, draft)

    def file_entry(self, draft: str) -> Issued:
        return entry.file_entry(self.tenant, self.person, draft)

    def show_entry(self, document_id: str) -> EntryPage:
        return entry.show_entry(self.tenant, document_id)

    def accept_claim(self, document_id: str, line: int) -> None:
        entry.accept_claim(self.tenant, self.person, document_id, line)

    def ask(self, document_id: str, line: int, question: str) -> str:
        return verification.ask(self.tenant, self.person, document_id, line, question)

    def answer(self, request: str, text: str, documents: Sequence[str]) -> None:
        verification.answer(self.tenant, self.person, request, text, list(documents))

    def flagged(self) -> list[str]:
        return [row.entry_number for row in entry.list_entries(self.tenant, "flagged").rows]

    def receipt(self, statement_id: str, *, status: bool) -> bytes:
        return export_receipt(self.tenant, self.person, statement_id, status=status)
