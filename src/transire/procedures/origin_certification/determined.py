"""The determinations of origin that certifications are drafted from: documents of the member's own, read as such."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from transire.documents.determination import SCHEMA_ID, read_determination
from transire.node.tenant import Tenant
from transire.origin.agreements import Agreement
from transire.procedures.origin_certification.drafting import Determined
from transire.procedures.papers import find_own, open_version


def determined_for(tenant: Tenant, tx: sa.Connection, numbers: Sequence[str], law: Agreement) -> dict[str, Determined]:
    """What was determined of these products under an agreement, by product number; none where nothing stands."""
    found = {}
    for number in numbers:
        line = find_own(tenant, tx, SCHEMA_ID, productNumber=number, agreement=law.id)
        paper = None if line is None else open_version(tenant, tx, line.commitment)
        if paper is not None:
            found[number] = Determined(paper.document_id, read_determination(paper.credential))
    return found
