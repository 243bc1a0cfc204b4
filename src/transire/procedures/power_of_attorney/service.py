"""What a node does for powers of attorney: grant, revoke, list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk.particulars import Particulars, read_particulars
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.authority import (
    SCHEMA_ID,
    Power,
    PowerOfAttorney,
    power_of_attorney_subject,
    read_power_of_attorney,
)
from transire.documents.parties import Party
from transire.node.tenant import Issued, Tenant
from transire.procedures.papers import customs_of, issue_paper, open_newest
from transire.procedures.power_of_attorney.errors import (
    AgentMissing,
    AuthorityUnknown,
    NotThePrincipal,
    PrincipalIncomplete,
)
from transire.procedures.power_of_attorney.statements import GRANTED, REVOKED
from transire.procedures.power_of_attorney.tables import Grant, list_grants

ENTRY_POWERS: tuple[Power, ...] = ("entry_summary", "documents")
"""What a broker needs to draft and file entry summaries."""


class AuthorityLine(msgspec.Struct, frozen=True, kw_only=True):
    """A power of attorney as a list shows it."""

    authority: str
    principal: str
    principal_name: str
    agent: str
    agent_name: str
    powers: tuple[Power, ...]
    ports: tuple[str, ...]
    valid_from: str
    valid_until: str | None
    live: bool
    revoked: bool


def grant_authority(
    tenant: Tenant,
    person: Person,
    *,
    broker_did: str,
    valid: tuple[date, date | None],
    scope: Sequence[Power] = ENTRY_POWERS,
    broker: Party | None = None,
    filer_code: str | None = None,
    ports: Sequence[str] = (),
) -> Issued:
    """Grant a broker a power of attorney. While it is live the broker is given what entries are drafted from.

    `broker` need be given once: a later grant takes the party from an earlier one.
    """
    require(person, "authority.grant")
    with tenant.transaction() as tx:
        agent = _agent(tenant, tx, broker_did, broker)
        authority = _authority(tenant, person, read_particulars(tx), agent, valid, scope, filer_code, ports)
        recipients = sorted({broker_did, customs_of(tenant, tx)})
        issued = issue_paper(tenant, tx, person, power_of_attorney_subject(authority), SCHEMA_ID, recipients=())
        body: dict[str, Any] = {"agent": broker_did, "valid_from": valid[0].isoformat()}
        if valid[1] is not None:
            body["valid_until"] = valid[1].isoformat()
        tenant.state(
            tx,
            person,
            GRANTED.name,
            body,
            about=[issued.document_id],
            recipients=recipients,
            documents=[issued.commitment],
        )
    return issued


def revoke_authority(tenant: Tenant, person: Person, authority_id: str, reason: str) -> str:
    """Revoke a power of attorney at once (19 CFR 141.35); returns the id of the statement that says so."""
    require(person, "authority.withdraw", Relation.ISSUER)
    with tenant.transaction() as tx:
        paper = open_newest(tenant, tx, authority_id)
        if paper is None or paper.schema_id != SCHEMA_ID:
            raise AuthorityUnknown(got=authority_id)
        if paper.issuer != tenant.did:
            raise NotThePrincipal(got=tenant.name, expected=tenant.name_of(paper.issuer))
        agent = read_power_of_attorney(paper.credential).agent.did
        recipients = sorted({customs_of(tenant, tx), *([agent] if agent else [])})
        body: dict[str, Any] = {"version": paper.version, "reason": reason}
        statement_id = tenant.state(tx, person, REVOKED.name, body, about=[authority_id], recipients=recipients)
        tenant.end(tx, paper.version)
    return statement_id


def list_authorities(tenant: Tenant, person: Person | None = None) -> tuple[AuthorityLine, ...]:
    """The powers of attorney that this member granted, was granted, or was shown, the latest first."""
    if person is not None:
        require(person, "authority.read")
    today = tenant.now().date()
    with tenant.database.reading() as view:
        return tuple(_line(tenant, view, grant, today) for grant in list_grants(view))


def _line(tenant: Tenant, tx: sa.Connection, grant: Grant, today: date) -> AuthorityLine:
    paper = open_newest(tenant, tx, grant.authority)
    content = None if paper is None else read_power_of_attorney(paper.credential)
    return AuthorityLine(
        authority=grant.authority,
        principal=grant.principal,
        principal_name=tenant.name_of(grant.principal),
        agent=grant.agent,
        agent_name=tenant.name_of(grant.agent),
        powers=content.powers if content else (),
        ports=content.ports if content else (),
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        live=grant.is_live(today),
        revoked=grant.revoked,
    )


def _authority(
    tenant: Tenant,
    person: Person,
    own: Particulars,
    agent: Party,
    valid: tuple[date, date | None],
    scope: Sequence[Power],
    filer_code: str | None,
    ports: Sequence[str],
) -> PowerOfAttorney:
    if own.importer_number is None or own.principal_kind is None or own.official is None:
        raise PrincipalIncomplete
    return PowerOfAttorney(
        principal=msgspec.structs.replace(own.party, did=tenant.did),
        principal_kind=own.principal_kind,
        organized_under=own.organized_under,
        importer_number=own.importer_number,
        agent=agent,
        filer_code=filer_code,
        powers=tuple(scope),
        ports=tuple(ports),
        effective_from=valid[0],
        effective_until=valid[1],
        executed_on=tenant.now().date(),
        signing_official=msgspec.structs.replace(own.official, name=person.name),
    )


def _agent(tenant: Tenant, tx: sa.Connection, did: str, given: Party | None) -> Party:
    """The broker as given, or as an earlier power of attorney names it."""
    if given is not None:
        return msgspec.structs.replace(given, did=did)
    for grant in list_grants(tx, principal=tenant.did, agent=did):
        paper = open_newest(tenant, tx, grant.authority)
        if paper is not None:
            return read_power_of_attorney(paper.credential).agent
    raise AgentMissing(got=tenant.name_of(did))
