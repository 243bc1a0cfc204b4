"""Issuing a document of the trade by its form: any type whose schema says which roles issue it. Replacing, withdrawing.

The types that a procedure issues (a certification, an invoice, an entry) are issued by it, with its own checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from transire.api.errors import DocumentEnded, NotOwnDocument, TypeNotFree
from transire.crypto.canonical import Json
from transire.desk.particulars import find_particulars
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.catalogue import document_type, free_types, schema_ids, validate_subject
from transire.documents.errors import IssuerUnfit
from transire.documents.form import read_table
from transire.documents.wire import as_wire
from transire.procedures.papers import issue_paper
from transire.records.documents import DocumentLine, deliveries_of, find_document
from transire.records.grants import grants_of
from transire.vault import tables as vault
from transire.vault.statements import WITHDRAWN, named_body

if TYPE_CHECKING:
    from transire.node.tenant import Issued, Tenant


class NewDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document to be signed: its type, what it says, who gets it, and the document that it replaces, if any."""

    schema: str
    subject: dict[str, Any]
    recipients: tuple[str, ...] = ()
    replaces: str | None = None


class FreeType(msgspec.Struct, frozen=True):
    """A type that a member may issue by its form."""

    schema: str
    title: str
    description: str


def list_free_types(tenant: Tenant, person: Person) -> list[FreeType]:
    """The types of document that this member may issue, by its roles on the ledger."""
    require(person, "documents.read")
    found = (document_type(each) for each in free_types(tenant.roles))
    return [FreeType(each.schema_id, each.title, each.description) for each in found]


def begun_subject(tenant: Tenant, person: Person, schema_id: str) -> dict[str, Any]:
    """What a new document of a type says before anybody has typed: this member, where the document names it."""
    require(person, "documents.issue")
    with tenant.database.reading() as view:
        own = find_particulars(view)
    places = document_type(schema_id).issuer_is
    place = next((places[role] for role in tenant.roles if role in places), None)
    return {} if own is None or place is None else {place: as_wire(own.party)}


def issue_document(tenant: Tenant, person: Person, new: NewDocument) -> Issued:
    """Sign a document and give it to its recipients; one that replaces another is its next version and ends it.

    Whoever the version before was issued to is given this one too; who had a right to read that one has none to this.
    """
    require(person, "documents.issue")
    check_type(tenant, new.schema)
    with tenant.transaction() as tx:
        subject = _with_own_dids(tenant, tx, new)
        validate_subject(new.schema, subject)
        before = None if new.replaces is None else _own_current(tenant, tx, new.replaces, new.schema)
        told = [] if before is None else _issued_to(tx, before)
        issued = issue_paper(
            tenant,
            tx,
            person,
            subject,
            new.schema,
            recipients=list(dict.fromkeys((*new.recipients, *told))),
            previous=None if before is None else before.commitment,
        )
        if before is not None:
            tenant.end(tx, before.commitment, issued.commitment)
    return issued


def withdraw_document(tenant: Tenant, person: Person, document_id: str, reason: str) -> str:
    """End a document of this member's own, and tell whoever was given it why; returns the statement's id."""
    require(person, "documents.withdraw", Relation.ISSUER)
    with tenant.transaction() as tx:
        line = _own_current(tenant, tx, document_id)
        body: dict[str, Json] = {**named_body(line.document_id, line.commitment, line.issuer), "reason": reason}
        stated = tenant.state(
            tx,
            person,
            WITHDRAWN.name,
            body,
            about=[line.document_id],
            recipients=_holders(tenant, tx, line),
            attach=[line.issued_statement],
        )
        tenant.end(tx, line.commitment)
    return stated


def with_tables(schema_id: str, subject: Mapping[str, Any], tables: Mapping[str, bytes]) -> dict[str, Any]:
    """The subject with lists taken from CSV files, by the name of the list."""
    return {**subject, **{name: read_table(schema_id, name, raw) for name, raw in tables.items()}}


def check_type(tenant: Tenant, schema_id: str) -> None:
    """Refuse a type that a procedure issues, and one that members with these roles do not issue."""
    roles = document_type(schema_id).issued_by
    if not roles:
        free = [each for each in schema_ids() if document_type(each).issued_by]
        raise TypeNotFree(got=schema_id, expected=", ".join(free))
    if set(roles).isdisjoint(tenant.roles):
        raise IssuerUnfit(got=", ".join(tenant.roles) or "no role", expected=" or ".join(roles), where=schema_id)


def may_be_withdrawn(tenant: Tenant, line: DocumentLine) -> bool:
    """Whether this member can replace or withdraw a document here: its own, in force, of a type without a procedure."""
    return line.issuer == tenant.did and line.is_current and bool(document_type(line.schema_id).issued_by)


def _own_current(tenant: Tenant, tx: sa.Connection, document_id: str, schema_id: str | None = None) -> DocumentLine:
    """The newest version of a document of this member's own, which is still in force."""
    line = find_document(tx, document_id)
    if line.issuer != tenant.did:
        raise NotOwnDocument(got=tenant.name_of(line.issuer), expected=tenant.name, where=document_id)
    if not document_type(line.schema_id).issued_by or schema_id not in (None, line.schema_id):
        raise TypeNotFree(got=line.schema_id, expected=schema_id or "a type that is issued by its form")
    if not line.is_current:
        raise DocumentEnded(got=f"version {line.version}", where=document_id)
    return line


def _issued_to(tx: sa.Connection, line: DocumentLine) -> list[str]:
    """The members to which a version was issued: it was brought to them with its statement of issue, for good."""
    rows = vault.outbox.c
    query = sa.select(rows.recipient).where(rows.statement == line.issued_statement).order_by(rows.seq)
    return list(tx.execute(query).scalars())


def _holders(tenant: Tenant, tx: sa.Connection, line: DocumentLine) -> list[str]:
    """Everybody who has the version, or may read it, as far as this member was told."""
    having = [each.member for each in deliveries_of(tx, line.document_id) if each.event == "delivered"]
    reading = [each.recipient for each in grants_of(tx, line.document_id, tenant.now()) if each.is_live]
    return sorted({*having, *reading} - {tenant.did})


def _with_own_dids(tenant: Tenant, tx: sa.Connection, new: NewDocument) -> dict[str, Any]:
    """The parties with the DIDs of this member and of the recipients, where they are named as on the ledger."""
    own = find_particulars(tx)
    known = {_plain(tenant.name_of(did)): did for did in (*new.recipients, tenant.did)}
    if own is not None:
        known[_plain(own.party.name)] = tenant.did
    return {name: _identified(value, known) for name, value in new.subject.items()}


def _identified(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_identified(each, known) for each in value]
    if not isinstance(value, dict):
        return value
    name = value.get("name")
    did = known.get(_plain(name)) if isinstance(name, str) and "id" not in value else None
    return ({"id": did} if did else {}) | {each: _identified(inner, known) for each, inner in value.items()}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
