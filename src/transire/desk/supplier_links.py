"""Links by which a supplier without an account answers a request: one use, an end, a bounded number of looks.

Whoever has such a link may answer once, and learns what was asked and nothing else. It proves nothing of who answers:
what is given is kept as "stated without signature", and signs nobody in.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.bearer import digest_of, new_token
from transire.desk.errors import LinkLifeUnsuitable, SupplierLinkRefused, SupplierLinkUnknown
from transire.desk.person import Person

USUAL_DAYS = 30
LONGEST_DAYS = 90
MOST_LOOKS = 100
"""Openings of one link: a person comes back some times, a program that found it does not go on."""

_of = t.supplier_links.c
_SHOWN = (_of.id, _of.request, _of.created_by, _of.created_at, _of.ends_at, _of.looks, _of.used_at, _of.revoked_at)


class SupplierLink(msgspec.Struct, frozen=True, kw_only=True):
    """A link as who made it sees it: everything but the link itself."""

    id: str
    request: str
    created_by: str
    created_at: datetime
    ends_at: datetime
    looks: int = 0
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    answer: dict[str, Any] | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be answered through."""
        ended = self.used_at is not None or self.revoked_at is not None
        return not ended and now < self.ends_at and self.looks < MOST_LOOKS


class NewSupplierLink(msgspec.Struct, frozen=True):
    """The token, shown this once; the door puts it into an address."""

    token: str
    row: SupplierLink

    def __repr__(self) -> str:
        return f"<NewSupplierLink {self.row.id}>"


def create_supplier_link(tx: Connection, person: Person, request: str, *, days: int, now: datetime) -> NewSupplierLink:
    """Make a link to a request."""
    if not 1 <= days <= LONGEST_DAYS:
        raise LinkLifeUnsuitable(got=days, expected=f"1 to {LONGEST_DAYS}", where="days")
    token = new_token()
    link = SupplierLink(
        id=b64url(secrets.token_bytes(9)),
        request=request,
        created_by=person.id,
        created_at=now,
        ends_at=now + timedelta(days=days),
    )
    values = msgspec.structs.asdict(link) | {"token_digest": digest_of(token)}
    tx.execute(sa.insert(t.supplier_links).values(values))
    return NewSupplierLink(token, link)


def look_at_link(tx: Connection, token: str, *, now: datetime) -> SupplierLink:
    """The link of a token that can still be used; the look is counted."""
    found = tx.execute(
        sa.update(t.supplier_links)
        .where(_of.token_digest == digest_of(token), *_open_at(now))
        .values(looks=_of.looks + 1)
        .returning(*_SHOWN)
    ).first()
    if found is None:
        raise SupplierLinkRefused
    return SupplierLink(**found._mapping)


def use_link(tx: Connection, token: str, answer: dict[str, Any], *, now: datetime) -> SupplierLink:
    """Spend the link and keep what was given through it."""
    found = tx.execute(
        sa.update(t.supplier_links)
        .where(_of.token_digest == digest_of(token), *_open_at(now))
        .values(used_at=now, answer=answer)
        .returning(*_SHOWN)
    ).first()
    if found is None:
        raise SupplierLinkRefused
    return SupplierLink(**found._mapping, answer=answer)


def revoke_link(tx: Connection, request: str, link_id: str, *, now: datetime) -> None:
    """End a link at once; doing it again changes nothing."""
    mine = sa.and_(_of.id == link_id, _of.request == request)
    if tx.execute(sa.select(_of.id).where(mine)).first() is None:
        raise SupplierLinkUnknown(got=link_id)
    tx.execute(sa.update(t.supplier_links).where(mine, _of.revoked_at.is_(None)).values(revoked_at=now))


def list_links(tx: Connection, request: str) -> Sequence[SupplierLink]:
    """The links to a request with what was given through them, the latest first."""
    wanted = sa.select(*_SHOWN, _of.answer).where(_of.request == request).order_by(_of.created_at.desc(), _of.id)
    return [SupplierLink(**row._mapping) for row in tx.execute(wanted)]


def _open_at(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (_of.used_at.is_(None), _of.revoked_at.is_(None), _of.ends_at > now, _of.looks < MOST_LOOKS)
