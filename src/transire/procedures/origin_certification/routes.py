"""The API operations of origin certification."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from transire.api.operations import Answer, Call, Collection, Operations
from transire.desk.drafts import Draft
from transire.desk.permissions import require
from transire.desk.products import find_product, list_products
from transire.documents.parties import Party
from transire.procedures.origin_certification import service

OPERATIONS = Operations()


class NewDraft(msgspec.Struct, frozen=True):
    """What a person chooses; everything else is known."""

    agreement: str
    importer: str
    goods: list[str]
    valid_from: datetime.date
    valid_until: datetime.date
    importer_party: Party | None = None
    certified_on: datetime.date | None = None


@OPERATIONS.op("GET", "/products", "listProducts", scope="products.read")
def show_products(call: Call) -> Any:
    require(call.person, "products.read")
    limit = call.query["limit"]
    with call.tenant.database.reading() as view:
        rows = list_products(
            view, words=call.query.get("words", ""), after=call.query.get("after", ""), limit=limit + 1
        )
    return Collection(rows[:limit], rows[limit - 1].number if len(rows) > limit else None)


@OPERATIONS.op("GET", "/products/{number}", "showProduct", scope="products.read")
def show_product(call: Call) -> Any:
    require(call.person, "products.read")
    with call.tenant.database.reading() as view:
        return find_product(view, call.path["number"])


@OPERATIONS.op("POST", "/products/import", "importProducts", scope="products.import")
def import_products(call: Call) -> Any:
    """Take a product master and its bills of material over: all of it or nothing."""
    return service.import_products(call.tenant, call.person, call.file("products"), call.file("materials"))


@OPERATIONS.op("GET", "/certification-drafts", "listCertificationDrafts", scope="certifications.draft")
def list_drafts(call: Call) -> Any:
    drafts = service.list_certification_drafts(call.tenant, call.person)
    return Collection([_summary(draft) for draft in drafts])


@OPERATIONS.op("POST", "/certification-drafts", "draftCertification", scope="certifications.draft")
def draft_certification(call: Call) -> Any:
    new = call.into(NewDraft)
    draft_id = service.draft_certification(
        call.tenant,
        call.person,
        agreement=new.agreement,
        importer_did=new.importer,
        goods=new.goods,
        blanket=(new.valid_from, new.valid_until),
        importer=new.importer_party,
        certified_on=new.certified_on,
    )
    return _draft(call, draft_id, status=201)


@OPERATIONS.op("GET", "/certification-drafts/{draft_id}", "showCertificationDraft", scope="certifications.draft")
def show_draft(call: Call) -> Any:
    """A draft with the source of each field, and what is still asked for."""
    return _draft(call, call.path["draft_id"])


@OPERATIONS.op("PATCH", "/certification-drafts/{draft_id}", "setCertificationField", scope="certifications.draft")
def set_field(call: Call) -> Any:
    service.set_field(
        call.tenant,
        call.person,
        call.path["draft_id"],
        call.body["pointer"],
        call.body["value"],
        expected_version=call.expected_version(),
    )
    return _draft(call, call.path["draft_id"])


@OPERATIONS.op("POST", "/certification-drafts/{draft_id}/sign", "signCertification", scope="certifications.sign")
def sign_certification(call: Call) -> Any:
    """Sign: the certification goes to importer and customs, the cost sheet behind it to customs alone."""
    issued = service.sign_certification(call.tenant, call.person, call.path["draft_id"])
    return Answer(value=issued, status=201, location=f"/certifications/{issued.document_id}")


@OPERATIONS.op("GET", "/certifications", "listCertifications", scope="certifications.read")
def list_certifications(call: Call) -> Any:
    page = service.list_certifications(
        call.tenant,
        call.person,
        words=call.query.get("words", ""),
        status=call.query["status"],
        after=call.query.get("after"),
        limit=call.query["limit"],
    )
    return Collection(page.rows, page.next)


@OPERATIONS.op("POST", "/certifications", "bringInCertification", scope="certifications.sign")
def bring_in_certification(call: Call) -> Any:
    """Issue a certification that was signed on paper before, word for word, to be audited."""
    issued = service.bring_in_certification(
        call.tenant, call.person, call.body["subject"], importer_did=call.body["importer"]
    )
    return Answer(value=issued, status=201, location=f"/certifications/{issued.document_id}")


@OPERATIONS.op("GET", "/certifications/{document_id}", "showCertification", scope="certifications.read")
def show_certification(call: Call) -> Any:
    return service.show_certification(call.tenant, call.path["document_id"], call.person)


@OPERATIONS.op("POST", "/certifications/{document_id}/replace", "replaceCertification", scope="certifications.replace")
def replace_certification(call: Call) -> Any:
    """Issue a new version; the present one ends for everybody at once."""
    issued = service.replace_certification(
        call.tenant, call.person, call.path["document_id"], call.body["changes"], reason=call.body["reason"]
    )
    return Answer(value=issued, status=201, location=f"/certifications/{issued.document_id}")


@OPERATIONS.op(
    "POST", "/certifications/{document_id}/withdraw", "withdrawCertification", scope="certifications.withdraw"
)
def withdraw_certification(call: Call) -> Any:
    stated = service.withdraw_certification(call.tenant, call.person, call.path["document_id"], call.body["reason"])
    return {"statement_id": stated}


def _draft(call: Call, draft_id: str, *, status: int = 200) -> Answer:
    draft = service.show_draft(call.tenant, call.person, draft_id)
    problems = service.check_draft(call.tenant, draft_id)
    shown = {**_summary(draft), "content": draft.content, "sources": draft.sources, "problems": problems}
    location = f"/certification-drafts/{draft_id}" if status == 201 else None
    return Answer(value=shown, status=status, location=location, version=str(draft.version))


def _summary(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "title": draft.title,
        "version": draft.version,
        "state": draft.state,
        "document_id": draft.document_id,
        "keyed_fields": draft.keyed_fields(),
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
    }
