"""A member's papers: signing and issuing a credential, sharing it, opening what is held. Used by every procedure.

Everything here runs in the caller's SQL transaction; permissions are asked by the services that call it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar, cast

import msgspec
import sqlalchemy as sa

from transire.credentials.issue import issue_credential
from transire.desk.particulars import find_particulars
from transire.desk.person import Person
from transire.documents.catalogue import document_type
from transire.errors import TransireError
from transire.node.tenant import Issued, Tenant
from transire.records.documents import DocumentFilter, DocumentLine, every_document
from transire.vault import journal
from transire.vault.statements import DELIVERED, GRANT, GRANTED, named_body

T = TypeVar("T")

CUSTOMS = "customs"
"""The role, on the ledger, of the administration that receives entries."""


class CustomsUnknown(TransireError):
    code = "procedures.customs-unknown"
    sentence = "It is not known to which customs administration this member shows its documents."
    fix = "Name the administration in the member's particulars; it has to be a member of the network."
    status = 409


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a document that is held, opened: its content has been found to have the commitment `version`."""

    document_id: str
    version: str
    number: int
    schema_id: str
    issuer: str
    issued_by: str
    credential: dict[str, Any]
    readings: dict[Any, Any]

    @property
    def title(self) -> str:
        """The title of its type."""
        return document_type(self.schema_id).title

    @property
    def subject(self) -> dict[str, Any]:
        """What the credential says."""
        found: dict[str, Any] = self.credential["credentialSubject"]
        return found

    def read_as(self, reader: Callable[[Mapping[str, Any]], T]) -> T:
        """What a reader of the documents' catalogue makes of it; checked and read once, however often it is asked."""
        if reader not in self.readings:
            self.readings[reader] = reader(self.credential)
        return cast("T", self.readings[reader])


def midnight(day: date) -> datetime:
    """The beginning of a day, for `validFrom`."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def issue_paper(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    subject: Mapping[str, Any],
    schema_id: str,
    *,
    recipients: Sequence[str],
    previous: str | None = None,
    attach: Sequence[str] = (),
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
) -> Issued:
    """Sign a credential subject as this member, keep it, state that it is issued, and have it delivered."""
    document = issue_credential(
        subject,
        types=[document_type(schema_id).type_name],
        issuer_did=tenant.did,
        key=tenant.keys.signing_key(tenant.credential_key_name),
        valid_from=valid_from or tenant.now(),
        valid_until=valid_until,
        schema_id=schema_id,
        created=tenant.now(),
    )
    return tenant.issue(
        tx,
        person,
        document=document,
        schema_id=schema_id,
        recipients=[did for did in recipients if did != tenant.did],
        previous=previous,
        attach=attach,
    )


def share_paper(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person | None,
    version: str,
    recipient: str,
    *,
    purpose: str,
    attach: Sequence[str] = (),
) -> str | None:
    """Give a held version to a further member, with the evidence of it; None where it was given before.

    `person` None: the node does it, under a standing instruction of the member.
    """
    stored = tenant.vault.stored(tx, version)
    if recipient in (tenant.did, stored.issuer) or _was_given(tenant, tx, stored.document_id, version, recipient):
        return None
    named = named_body(stored.document_id, version, stored.issuer)
    return tenant.state(
        tx,
        person,
        GRANTED.name,
        {**named, "recipient": recipient, "purpose": purpose},
        about=[stored.document_id],
        recipients=[recipient],
        attach=[*attach, *_evidence_of(tx, stored.document_id, version, by=tenant.did)],
        documents=[version],
        purpose=purpose,
    )


def grant_version(
    tenant: Tenant, tx: sa.Connection, person: Person, issued: Issued, recipient: str, *, purpose: str, authority: str
) -> str:
    """Grant a version that this member has issued, as the law has it: on that authority, and not to be passed on."""
    named = named_body(issued.document_id, issued.commitment, tenant.did)
    return tenant.state(
        tx,
        person,
        GRANT.name,
        {**named, "recipient": recipient, "purpose": purpose, "authority": authority, "may_delegate": False},
        about=[issued.document_id],
        recipients=[recipient],
        attach=[issued.statement_id],
        documents=[issued.commitment],
        purpose=purpose,
    )


def open_version(tenant: Tenant, tx: sa.Connection, version: str) -> Paper | None:
    """A held version in clear; None where this member does not hold it, or no longer."""
    opened = tenant.vault.find(tx, version)
    if opened is None or opened.credential is None:
        return None
    stored = opened.stored
    return Paper(
        document_id=stored.document_id,
        version=stored.commitment,
        number=stored.version,
        schema_id=stored.schema_id,
        issuer=stored.issuer,
        issued_by=stored.issued_by or "",
        credential=opened.credential,
        readings=opened.readings,
    )


def open_newest(tenant: Tenant, tx: sa.Connection, document_id: str) -> Paper | None:
    """The newest version of a document that is held."""
    version = tenant.vault.newest(tx, document_id)
    return None if version is None else open_version(tenant, tx, version)


def find_own(tenant: Tenant, tx: sa.Connection, schema_id: str, **fields: str) -> DocumentLine | None:
    """The latest document of this member's own whose newest version is in force and has these fields."""
    wanted = DocumentFilter(
        schema_ids=(schema_id,), issuers=(tenant.did,), fields=fields, status="current", latest_version=True
    )
    return next(every_document(tx, wanted), None)


def deliveries_to(tx: sa.Connection, document_id: str, version: str, member: str) -> list[journal.Accepted]:
    """The statements by which a member took delivery of a version, in the order of the ledger."""
    found = journal.find_about(tx, document_id, kinds=[DELIVERED.name])
    return [one for one in found if one.statement.by == member and one.statement.body.get("commitment") == version]


def customs_of(tenant: Tenant, tx: sa.Connection) -> str:
    """The administration to which this member shows its documents: the one it names, else the network's first."""
    named = find_particulars(tx)
    if named is not None and named.customs is not None:
        return named.customs
    for member in tenant.engine.members():
        if CUSTOMS in roles_of(tenant, member.did):
            return member.did
    raise CustomsUnknown


def roles_of(tenant: Tenant, did: str) -> tuple[str, ...]:
    """The roles of any member of the network at the present height."""
    record = tenant.engine.member(did)
    return () if record is None else record.roles_at(tenant.engine.height + 1)


def _was_given(tenant: Tenant, tx: sa.Connection, document_id: str, version: str, recipient: str) -> bool:
    for one in journal.find_about(tx, document_id, kinds=[GRANTED.name]):
        body = one.statement.body
        is_same = body.get("commitment") == version and body.get("recipient") == recipient
        if is_same and one.statement.by == tenant.did:
            return True
    return False


def _evidence_of(tx: sa.Connection, document_id: str, version: str, *, by: str) -> list[str]:
    """The statements that prove this member's own possession: they go along with what it shares."""
    return [one.id for one in deliveries_to(tx, document_id, version, by)]
