"""Sharing: the right to read a version of a document, given, narrowed, passed on, withdrawn; and who read it.

The right begins with the issuer. Whoever was given it with leave to pass it on gives it further, under its own grant.
Every step is a statement that the ledger witnesses; the issuer is told of each, and of each first reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from transire.credentials.concealed import shown_pointers
from transire.crypto.canonical import Json
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.node.anchor import write_time
from transire.procedures.papers import issue_paper
from transire.records.documents import (
    Delivery,
    DocumentFilter,
    DocumentLine,
    deliveries_of,
    every_document,
    find_document,
    find_version,
)
from transire.records.grants import GrantLine, find_grant, grants_of, grants_of_version
from transire.vault import outbox
from transire.vault.delivery import grants_known
from transire.vault.errors import GrantEnded, GrantUnfit, GrantUnknown, PartsImpossible
from transire.vault.grants import Given, Terms, check_grant
from transire.vault.parts import SCHEMA_ID as PARTS
from transire.vault.parts import parts_subject
from transire.vault.statements import GRANT, GRANT_ENDED, named_body

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


class NewGrant(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be given to whom. `expires` None: until it is withdrawn."""

    recipient: str
    purpose: str
    authority: str | None = None
    expires: datetime | None = None
    may_delegate: bool = False
    version: int | None = None
    fields: tuple[str, ...] = ()
    """The parts to be read, as JSON pointers into the subject; none for all of it."""


class GrantView(msgspec.Struct, frozen=True, kw_only=True):
    """A grant with the names of its parties, and when its recipient first had and first opened the document."""

    grant: GrantLine
    grantor_name: str
    recipient_name: str
    delivered: Delivery | None
    opened: Delivery | None
    parts: tuple[str, ...] = ()
    """The parts that it lets read, as JSON pointers into the subject; none for the whole."""


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """Who may read a document and who did, as far as this member was told: the issuer is told all of it."""

    at: datetime
    grants: tuple[GrantView, ...]
    readings: tuple[Delivery, ...]
    names: dict[str, str]
    may_give: bool
    """Whether this member can give a grant: it is the issuer, or was given leave to pass it on."""


def show_sharing(tenant: Tenant, person: Person, document_id: str, *, at: datetime | None = None) -> Sharing:
    """The grants of a document, as they stand now or stood at a time, and its reading log."""
    require(person, "documents.read")
    moment = at or tenant.now()
    with tenant.database.reading() as view:
        line = find_document(view, document_id)
        deliveries = [each for each in deliveries_of(view, document_id) if at is None or _was_by(each, moment)]
        lines = [each for each in grants_of(view, document_id, moment) if at is None or each.standing != "later"]
        shows = line.schema_id == PARTS
        views = [
            _view(tenant, each, deliveries, _parts_of(tenant, view, each) if shows else ()) for each in lines
        ] + _of_parts(tenant, view, line, moment, now=at is None)
        parties = {did for each in views for did in (each.grant.grantor, each.grant.recipient)}
        dids = parties | {each.member for each in deliveries}
        return Sharing(
            at=moment,
            grants=tuple(sorted(views, key=lambda each: each.grant.log_index)),
            readings=tuple(each for each in deliveries if each.event in ("delivered", "opened")),
            names={did: tenant.name_of(did) for did in dids},
            may_give=_right_of(tenant, view, line) is not None,
        )


def grant_document(tenant: Tenant, person: Person, document_id: str, new: NewGrant) -> str:
    """Give a member the right to read a version, the latest unless one is named; returns the grant's id."""
    with tenant.transaction() as tx:
        line = find_document(tx, document_id, version=new.version)
        right = _right_of(tenant, tx, line, new.purpose)
        require(person, "documents.share", _relation(tenant, line))
        if new.fields:
            return _grant_parts(tenant, tx, person, line, new)[0]
        if right is None:
            raise GrantUnfit(expected="the issuer, or a live grant that may be passed on", got=tenant.name)
        terms = Terms(
            document=line.document_id,
            commitment=line.commitment,
            issuer=line.issuer,
            recipient=new.recipient,
            purpose=new.purpose,
            may_delegate=new.may_delegate,
            authority=new.authority,
            expires=_text(new.expires),
            under=right or None,
        )
        return _state(tenant, tx, person, terms)


def narrow_grant(
    tenant: Tenant,
    person: Person,
    grant_id: str,
    *,
    expires: datetime | None = None,
    may_delegate: bool = False,
    fields: Sequence[str] = (),
) -> str:
    """Replace a grant of this member's by one that gives less; returns the new grant's id.

    `expires` None keeps the end that it has, no `fields` the parts. Fewer parts are a new version of what shows them:
    the grant of the old one ends, and with it the key at the reader.
    """
    with tenant.transaction() as tx:
        old = _own_live(tenant, tx, grant_id)
        require(person, "documents.share", _relation(tenant, old))
        if fields:
            new = NewGrant(
                recipient=old.recipient,
                purpose=old.purpose,
                authority=old.authority,
                expires=expires or old.expires,
                may_delegate=may_delegate,
                fields=tuple(fields),
            )
            return _narrow_parts(tenant, tx, person, old, new)
        terms = Terms(
            document=old.document_id,
            commitment=old.commitment,
            issuer=old.issuer,
            recipient=old.recipient,
            purpose=old.purpose,
            may_delegate=may_delegate,
            authority=old.authority,
            expires=_text(expires or old.expires),
            under=old.under,
            replaces=old.id,
        )
        return _state(tenant, tx, person, terms)


def revoke_grant(tenant: Tenant, person: Person, grant_id: str, reason: str | None = None) -> str:
    """Withdraw a grant of this member's, or any of its own document; returns the id of the statement."""
    with tenant.transaction() as tx:
        old = _own_live(tenant, tx, grant_id, also_of_own_document=True)
        require(person, "documents.share", _relation(tenant, old))
        return _end_grant(tenant, tx, person, old, reason)


def _end_grant(tenant: Tenant, tx: sa.Connection, person: Person, old: GrantLine, reason: str | None) -> str:
    body: dict[str, Json] = {**named_body(old.document_id, old.commitment, old.issuer), "grant": old.id}
    if reason:
        body["reason"] = reason
    lines = grants_of(tx, old.document_id, tenant.now())
    told = {old.recipient, old.grantor, old.issuer, *_below(lines, old.id)}
    outbox.call_back(tx, old.id, code=GrantEnded.code)
    return tenant.state(
        tx,
        person,
        GRANT_ENDED.name,
        body,
        about=[old.document_id, old.id],
        recipients=sorted(told - {tenant.did}),
        # All of it: the grant itself may never have arrived.
        attach=_evidence(tenant, tx, old, [old, *_chain(lines, old.under)]),
    )


def readers_to_tell(tenant: Tenant, tx: sa.Connection, line: DocumentLine) -> list[str]:
    """Who is told that this member opened a version: its issuer, and whoever gave it the right to read."""
    lines = grants_of_version(tx, line.issuer, line.commitment, tenant.now())
    given = [each.grantor for each in lines if each.recipient == tenant.did]
    return [did for did in dict.fromkeys((line.issuer, *given)) if did != tenant.did]


def _grant_parts(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    line: DocumentLine,
    new: NewGrant,
    *,
    previous: str | None = None,
) -> tuple[str, str]:
    """Make a document that shows only these parts, and grant that one; returns the grant and the version's commitment.

    The issuer's statement of the whole goes along: by it the reader knows of which document these are parts.
    """
    if line.issuer != tenant.did:
        raise PartsImpossible(expected=tenant.name_of(line.issuer), got=tenant.name, where=line.document_id)
    subject = parts_subject(tenant.vault.open(tx, line.commitment, issuer=line.issuer), new.fields)
    issued = issue_paper(tenant, tx, person, subject, PARTS, recipients=(), previous=previous)
    terms = Terms(
        document=issued.document_id,
        commitment=issued.commitment,
        issuer=tenant.did,
        recipient=new.recipient,
        purpose=new.purpose,
        may_delegate=new.may_delegate,
        authority=new.authority,
        expires=_text(new.expires),
    )
    evidence = [issued.statement_id, line.issued_statement]
    return _state(tenant, tx, person, terms, evidence=evidence), issued.commitment


def _narrow_parts(tenant: Tenant, tx: sa.Connection, person: Person, old: GrantLine, new: NewGrant) -> str:
    """Fewer parts for the same reader: a next version of what shows them, under a grant of its own."""
    before = _parts_of(tenant, tx, old)
    if not before or old.grantor != tenant.did:
        raise PartsImpossible(expected="a right to read parts", got=old.purpose, where=old.id)
    wider = [field for field in new.fields if not any(_covers(field, pointer) for pointer in before)]
    if wider or new.may_delegate > old.may_delegate or not _is_sooner(new.expires, old.expires):
        raise GrantUnfit(expected="fewer parts, no longer than before", got=", ".join(wider)[:200] or "wider terms")
    kept = [pointer for pointer in before if any(_covers(field, pointer) for field in new.fields)]
    whole = find_version(tx, _whole_of(tx, old), issuer=tenant.did)
    narrowed = msgspec.structs.replace(new, fields=tuple(kept))
    granted, commitment = _grant_parts(tenant, tx, person, whole, narrowed, previous=old.commitment)
    _end_grant(tenant, tx, person, old, "Narrowed to fewer parts")
    tenant.end(tx, old.commitment, commitment)
    return granted


def _of_parts(tenant: Tenant, tx: sa.Connection, line: DocumentLine, moment: datetime, *, now: bool) -> list[GrantView]:
    """The rights to read parts of a document: only its issuer gives and knows them."""
    if line.issuer != tenant.did or line.schema_id == PARTS:
        return []
    wanted = DocumentFilter(schema_ids=(PARTS,), issuers=(tenant.did,), fields={"document": line.document_id})
    views = []
    for document_id in dict.fromkeys(each.document_id for each in every_document(tx, wanted)):
        deliveries = [each for each in deliveries_of(tx, document_id) if now or _was_by(each, moment)]
        for grant in grants_of(tx, document_id, moment):
            if now or grant.standing != "later":
                views.append(_view(tenant, grant, deliveries, _parts_of(tenant, tx, grant)))
    return views


def _parts_of(tenant: Tenant, tx: sa.Connection, grant: GrantLine) -> list[str]:
    """The parts that a grant lets read, as pointers into the whole; none where it is not of parts, or they are gone."""
    shown = tenant.vault.find(tx, grant.commitment, issuer=grant.issuer)
    if shown is None or shown.credential is None or shown.stored.schema_id != PARTS:
        return []
    subject: Any = shown.credential["credentialSubject"]
    whole = tenant.vault.find(tx, subject["disclosedVersion"], issuer=grant.issuer)
    if whole is None or whole.credential is None:
        return []
    return shown_pointers(whole.credential, subject["presentation"], salt=whole.salt)


def _whole_of(tx: sa.Connection, grant: GrantLine) -> str:
    """The commitment of the version of which a grant lets read parts."""
    return find_version(tx, grant.commitment, issuer=grant.issuer).fields["disclosedVersion"][0]


def _covers(field: str, pointer: str) -> bool:
    return pointer == field or pointer.startswith(f"{field}/")


def _is_sooner(new: datetime | None, old: datetime | None) -> bool:
    return old is None or (new is not None and new <= old)


def _state(
    tenant: Tenant, tx: sa.Connection, person: Person, terms: Terms, *, evidence: Sequence[str] | None = None
) -> str:
    """Check as the recipient's node will, state, and have the sealed document brought; the chain goes along."""
    known, now = grants_known(tx), tenant.now()
    if terms.ends is not None and terms.ends <= now:
        raise GrantUnfit(expected="a time to come", got=terms.expires, where="/body/expires")
    check_grant(Given(tenant.did, terms, None, now), known.find, known.ended_at)
    lines = grants_of(tx, terms.document, now)
    chain = _chain(lines, terms.under)
    narrowed = [each for each in lines if each.id == terms.replaces]
    if evidence is None:
        evidence = _evidence(tenant, tx, terms, [*chain, *narrowed])
    statement_id = tenant.state(
        tx,
        person,
        GRANT.name,
        {name: value for name, value in msgspec.structs.asdict(terms).items() if value is not None},
        about=[name for name in (terms.document, terms.under, terms.replaces) if name],
        recipients=[terms.recipient],
        attach=evidence,
        documents=[terms.commitment],
        purpose=terms.purpose,
    )
    # Those above are told, and are given nothing: they have the document.
    for did in dict.fromkeys((terms.issuer, *(each.grantor for each in chain))):
        if did not in (tenant.did, terms.recipient):
            outbox.put(tx, recipient=did, statement=statement_id, attached=evidence, purpose=terms.purpose, now=now)
    return statement_id


def _evidence(tenant: Tenant, tx: sa.Connection, of: Terms | GrantLine, grants: Sequence[GrantLine]) -> list[str]:
    """What goes along: these grants with whatever they narrowed, and the issuer's own statement of the version."""
    found = find_version(tx, of.commitment, issuer=of.issuer)
    names = [name for each in grants for name in (each.id, each.replaces) if name]
    # Parts of a document come with the statement of the whole as well.
    whole = found.fields.get("issuedStatement", ()) if found.schema_id == PARTS else ()
    return list(dict.fromkeys((*names, found.issued_statement, *whole)))


def _right_of(tenant: Tenant, tx: sa.Connection, line: DocumentLine, purpose: str | None = None) -> str | None:
    """The grant under which this member may give: empty for the issuer, None for nobody."""
    if line.issuer == tenant.did:
        return ""
    held = [
        each
        for each in grants_of_version(tx, line.issuer, line.commitment, tenant.now())
        if each.recipient == tenant.did and each.may_delegate and each.is_live
    ]
    fitting = [each for each in held if purpose in (None, each.purpose)]
    return next((each.id for each in fitting or held), None)


def _own_live(tenant: Tenant, tx: sa.Connection, grant_id: str, *, also_of_own_document: bool = False) -> GrantLine:
    found = find_grant(tx, grant_id, tenant.now())
    if found is None or (found.grantor != tenant.did and not (also_of_own_document and found.issuer == tenant.did)):
        raise GrantUnknown(got=grant_id)
    if found.standing not in ("live", "later"):
        raise GrantEnded(got=found.standing, where=grant_id)
    return found


def _chain(lines: Sequence[GrantLine], start: str | None) -> list[GrantLine]:
    """The grants that one rests on, the nearest first."""
    by_id = {each.id: each for each in lines}
    chain: list[GrantLine] = []
    while start is not None and start in by_id and len(chain) < len(lines):
        chain.append(by_id[start])
        start = chain[-1].under
    return chain


def _below(lines: Sequence[GrantLine], grant_id: str) -> set[str]:
    """Everybody whose right falls with a grant."""
    ids, found = {grant_id}, set[str]()
    for each in lines:  # in the order of the ledger: what rests on another comes after it
        if each.under in ids:
            ids.add(each.id)
            found.add(each.recipient)
    return found


def _view(tenant: Tenant, line: GrantLine, deliveries: Iterable[Delivery], parts: Sequence[str]) -> GrantView:
    theirs = [each for each in deliveries if each.member == line.recipient and each.commitment == line.commitment]
    return GrantView(
        grant=line,
        grantor_name=tenant.name_of(line.grantor),
        recipient_name=tenant.name_of(line.recipient),
        delivered=next((each for each in theirs if each.event == "delivered"), None),
        opened=next((each for each in theirs if each.event == "opened"), None),
        parts=tuple(parts),
    )


def _relation(tenant: Tenant, line: DocumentLine | GrantLine) -> Relation:
    return Relation.ISSUER if line.issuer == tenant.did else Relation.RECIPIENT


def _was_by(each: Delivery, moment: datetime) -> bool:
    return each.accepted_at is not None and each.accepted_at <= moment


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else write_time(moment)
