"""Disclosing: chosen parts of a document for somebody outside, who checks them offline against the network file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transire.api.errors import DisclosureImpossible
from transire.credentials.concealed import CONCEALED, disclose
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.commitment import open_representation
from transire.ledger.disclosure import write_disclosure
from transire.node.receipts import statement_receipt
from transire.records.documents import find_document

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


def disclose_document(
    tenant: Tenant, person: Person, document_id: str, pointers: Sequence[str], *, version: int | None = None
) -> bytes:
    """A file that shows these parts (JSON pointers into the credential subject) and proves when and how they stand.

    With it goes the receipt: that the issuer stated the document, when, and that it has not ended it, as of now.
    """
    with tenant.database.reading() as view:
        line = find_document(view, document_id, version=version)
        require(person, "documents.share", Relation.ISSUER if line.issuer == tenant.did else Relation.RECIPIENT)
        opened = tenant.vault.open(view, line.commitment, issuer=line.issuer)
    token = opened.representations.get(CONCEALED)
    if opened.credential is None or token is None:
        raise DisclosureImpossible(got=", ".join(sorted(opened.representations)), expected=CONCEALED)
    presentation = disclose(opened.credential, token, salt=opened.salt, pointers=pointers)
    opening = open_representation(opened.representations, opened.salt, CONCEALED)
    receipt = statement_receipt(tenant, line.issued_statement, status_of=[(line.issuer, line.commitment)])
    return write_disclosure(receipt, opening, presentation)
