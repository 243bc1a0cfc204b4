"""Operations of sharing: who may read a document and who did; giving, narrowing and withdrawing the right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from transire.api import disclosing, documents, sharing
from transire.api.operations import Answer, Call, Collection, Operations
from transire.documents.differences import differences

OPERATIONS = Operations()


class Narrower(msgspec.Struct, frozen=True):
    """What remains of a grant."""

    expires: datetime | None = None
    may_delegate: bool = False
    fields: tuple[str, ...] = ()


@OPERATIONS.op("GET", "/documents/{document_id}/grants", "showSharing", scope="documents.read")
def show_sharing(call: Call) -> Any:
    """The grants as they stand, or stood at a time, and the reading log."""
    at = call.query.get("at")
    moment = None if at is None else msgspec.convert(at, datetime)
    return sharing.show_sharing(call.tenant, call.person, call.path["document_id"], at=moment)


@OPERATIONS.op("GET", "/documents/{document_id}/differences", "compareVersions", scope="documents.read")
def compare_versions(call: Call) -> Any:
    """What a version says differently from the one before it."""
    number = call.query["version"]
    old, new = (
        documents.subject_of(
            documents.show_document(call.tenant, call.person, call.path["document_id"], version=version)
        )
        for version in (number - 1, number)
    )
    return Collection([{"pointer": each.pointer, "old": each.old, "new": each.new} for each in differences(old, new)])


@OPERATIONS.op("POST", "/documents/{document_id}/grants", "grantDocument", scope="documents.share")
def grant_document(call: Call) -> Any:
    """Give a member the right to read a version."""
    document_id = call.path["document_id"]
    grant_id = sharing.grant_document(call.tenant, call.person, document_id, call.into(sharing.NewGrant))
    return Answer(value={"grant_id": grant_id}, status=201, location=f"/documents/{document_id}/grants")


@OPERATIONS.op("POST", "/documents/{document_id}/disclosures", "discloseDocument", scope="documents.share")
def disclose_document(call: Call) -> Any:
    """A file with chosen parts and the ledger's receipt, for `transire verify`."""
    document_id = call.path["document_id"]
    raw = disclosing.disclose_document(
        call.tenant, call.person, document_id, call.body["fields"], version=call.body.get("version")
    )
    return Answer(raw=raw, file_name=f"{document_id[:12]}.disclosure.json")


@OPERATIONS.op("POST", "/grants/{grant_id}/narrow", "narrowGrant", scope="documents.share")
def narrow_grant(call: Call) -> Any:
    """Replace a grant by one that gives less."""
    less = call.into(Narrower)
    grant_id = sharing.narrow_grant(
        call.tenant,
        call.person,
        call.path["grant_id"],
        expires=less.expires,
        may_delegate=less.may_delegate,
        fields=less.fields,
    )
    return {"grant_id": grant_id}


@OPERATIONS.op("POST", "/grants/{grant_id}/revoke", "revokeGrant", scope="documents.share")
def revoke_grant(call: Call) -> Any:
    """Withdraw a grant."""
    stated = sharing.revoke_grant(call.tenant, call.person, call.path["grant_id"], call.body.get("reason"))
    return {"statement_id": stated}
