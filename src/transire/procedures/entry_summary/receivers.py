"""Who is given an entry when it is filed, and why: customs, the importer, and the partner agencies of its lines.

Which agency a tariff number concerns is law (`tariff.agencies`); which member of the network that agency is, the filer
has written into its particulars. An agency for which no member is named is shown before filing, and is given nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk.particulars import find_particulars
from transire.desk.person import Person
from transire.node.tenant import Issued, Tenant
from transire.procedures.entry_summary.checks.case import HeldInvoice
from transire.procedures.papers import CustomsUnknown, customs_of, grant_version, roles_of, share_paper
from transire.tariff.agencies import agencies_of

PURPOSE = "filing"
FILED_WITH, IN_ITS_NAME = "the entry is filed with it", "the entry is filed in its name"
REASONS = (FILED_WITH, IN_ITS_NAME)
AGENCY = "agency"
"""The role, on the ledger, of a partner agency of customs."""


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """A party that gets the entry. `did` None: the law names it, and no member of the network is known for it."""

    did: str | None
    name: str
    why: str
    citation: str
    confirmed: bool
    lines: tuple[int, ...] = ()
    """The lines for which an agency gets it; none for who gets it as a whole."""
    agency: str | None = None


def receivers_of(tenant: Tenant, tx: sa.Connection, content: Mapping[str, Any]) -> tuple[Receiver, ...]:
    """Who gets an entry with this content, the credential subject or a draft of it."""
    return (*_customs(tenant, tx), *_importer(tenant, content), *_agencies(tenant, tx, content))


def give_to_agencies(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    content: Mapping[str, Any],
    issued: Issued,
    invoices: Mapping[str, HeldInvoice],
    *,
    told: Sequence[str],
) -> None:
    """Grant the entry to the agencies of its lines, and give them the invoices of these lines.

    `told` are those who are given the entry with its filing anyway.
    """
    for receiver in _agencies(tenant, tx, content):
        if receiver.did is None or receiver.did in (tenant.did, *told):
            continue
        grant_version(tenant, tx, person, issued, receiver.did, purpose=PURPOSE, authority=receiver.citation)
        concerned = [line for line in content["lines"] if line["lineNumber"] in receiver.lines]
        for document_id in dict.fromkeys(line["invoice"]["document"] for line in concerned):
            if document_id in invoices:
                share_paper(tenant, tx, person, invoices[document_id].version, receiver.did, purpose=PURPOSE)


def _customs(tenant: Tenant, tx: sa.Connection) -> Iterator[Receiver]:
    try:
        did = customs_of(tenant, tx)
    except CustomsUnknown:
        did = None
    yield Receiver(
        did=did,
        name="" if did is None else tenant.name_of(did),
        why=FILED_WITH,
        citation="19 USC 1484(a)",
        confirmed=True,
    )


def _importer(tenant: Tenant, content: Mapping[str, Any]) -> Iterator[Receiver]:
    importer = content.get("importer") or {}
    did = importer.get("id") if isinstance(importer, Mapping) else None
    if isinstance(did, str) and did != tenant.did:
        name = tenant.name_of(did)
        yield Receiver(did=did, name=name, why=IN_ITS_NAME, citation="19 USC 1484(a)", confirmed=True)


def _agencies(tenant: Tenant, tx: sa.Connection, content: Mapping[str, Any]) -> Iterator[Receiver]:
    own = find_particulars(tx)
    members = {} if own is None else own.agencies
    day = _day_of(content, tenant.now().date())
    lines: dict[str, list[int]] = {}
    programmes = {}
    for line in content.get("lines", ()):
        for programme in agencies_of(str(line.get("tariffNumber", "")), day):
            lines.setdefault(programme.id, []).append(line["lineNumber"])
            programmes[programme.id] = programme
    for name, found in programmes.items():
        named = members.get(found.agency)
        did = named if named is not None and AGENCY in roles_of(tenant, named) else None
        yield Receiver(
            did=did,
            name=found.agency if did is None else tenant.name_of(did),
            why=found.title,
            citation=found.citation,
            confirmed=found.confirmed,
            lines=tuple(lines[name]),
            agency=found.agency,
        )


def _day_of(content: Mapping[str, Any], today: date) -> date:
    """The day of the entry, or today while it has none that can be read."""
    try:
        return date.fromisoformat(str(content.get("entryDate", today.isoformat())))
    except ValueError:
        return today
