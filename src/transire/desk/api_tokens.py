"""API tokens: a machine acts for a person, within named scopes, until a named day.

A token carries at most what its person may do at the moment of each call: taking a role away takes it from the
tokens too. It is a secret that the program sends, or names the public key with which the program signs each request
(RFC 9421): then nothing that is sent or kept here is worth stealing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.encoding import b64url, unb64url
from transire.crypto.keys import PUBLIC_SIZE, check_public_key
from transire.desk import tables as t
from transire.desk.bearer import digest_of, new_token
from transire.desk.errors import PersonUnknown, ScopeUnknown, TokenLifeUnsuitable, TokenRefused, TokenUnknown
from transire.desk.permissions import operations_of
from transire.desk.person import Person
from transire.desk.persons import find_person
from transire.desk.text import tidy_line
from transire.storage.database import Database

PREFIX = "transire_"
"""Lets a secret scanner find a token that was committed or logged by mistake."""

LONGEST_LIFE = timedelta(days=366)
NOTE_USED_AFTER = timedelta(minutes=1)


class ApiToken(msgspec.Struct, frozen=True):
    """A token as its administrator sees it: everything but the token itself."""

    id: str
    person_id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    ends_at: datetime
    public_key: str | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class NewApiToken(msgspec.Struct, frozen=True):
    """The token itself, shown this once; none where the program signs with a key of its own."""

    token: str | None
    row: ApiToken

    def __repr__(self) -> str:
        return f"<NewApiToken {self.row.id}>"


def create_api_token(
    tx: Connection,
    person_id: str,
    *,
    name: str,
    scopes: Iterable[str],
    ends_at: datetime,
    now: datetime,
    public_key: str | None = None,
) -> NewApiToken:
    """Create a token for a person, no wider than its roles; with a public key (base64url) it has no secret."""
    person = find_person(tx, person_id)
    if not now < ends_at <= now + LONGEST_LIFE:
        raise TokenLifeUnsuitable(got=f"{ends_at:%Y-%m-%d}")
    if public_key is not None:
        check_public_key(unb64url(public_key, length=PUBLIC_SIZE))
    token = new_token(PREFIX) if public_key is None else None
    row = ApiToken(
        id=b64url(secrets.token_bytes(9)),
        person_id=person.id,
        name=tidy_line(name, "name"),
        scopes=_checked_scopes(person, scopes),
        created_at=now,
        ends_at=ends_at,
        public_key=public_key,
    )
    digest = None if token is None else digest_of(token)
    values = msgspec.structs.asdict(row) | {"scopes": sorted(row.scopes), "token_digest": digest}
    tx.execute(sa.insert(t.api_tokens).values(values))
    return NewApiToken(token, row)


def authenticate_token(database: Database, token: str, *, now: datetime) -> Person:
    """The person for whom a token acts, narrowed to the token's scopes."""
    return _act_for(database, t.api_tokens.c.token_digest == digest_of(token), now)


def authenticate_signer(database: Database, token_id: str, *, now: datetime) -> Person:
    """The person for whom a program acts whose request was signed with the key of that token."""
    return _act_for(database, sa.and_(t.api_tokens.c.id == token_id, t.api_tokens.c.public_key.is_not(None)), now)


def find_public_key(database: Database, token_id: str, *, now: datetime) -> bytes:
    """The key with which requests under that token are signed."""
    with database.reading() as view:
        row = _living(view, sa.and_(t.api_tokens.c.id == token_id, t.api_tokens.c.public_key.is_not(None)), now)
    return unb64url(row.public_key, length=PUBLIC_SIZE)


def _act_for(database: Database, wanted: sa.ColumnElement[bool], now: datetime) -> Person:
    with database.reading() as view:
        row = _living(view, wanted, now)
        try:
            person = find_person(view, row.person_id)
        except PersonUnknown as error:
            raise TokenRefused from error
    if row.used_at is None or now - row.used_at >= NOTE_USED_AFTER:
        with database.transaction() as tx:
            tx.execute(sa.update(t.api_tokens).where(t.api_tokens.c.id == row.id).values(used_at=now))
    return msgspec.structs.replace(person, scopes=frozenset(row.scopes))


def _living(view: Connection, wanted: sa.ColumnElement[bool], now: datetime) -> sa.Row[tuple[object, ...]]:
    row = view.execute(sa.select(t.api_tokens).where(wanted)).first()
    if row is None or row.revoked_at is not None or now >= row.ends_at:
        raise TokenRefused
    return row


def revoke_api_token(tx: Connection, token_id: str, *, now: datetime) -> None:
    """End a token at once; doing it again changes nothing."""
    row = t.api_tokens.c
    if tx.execute(sa.select(row.id).where(row.id == token_id)).first() is None:
        raise TokenUnknown(got=token_id)
    tx.execute(sa.update(t.api_tokens).where(row.id == token_id, row.revoked_at.is_(None)).values(revoked_at=now))


def list_api_tokens(tx: Connection, *, person_id: str | None = None) -> Sequence[ApiToken]:
    """The tokens of one person or of all, those that ended included, the latest first."""
    row = t.api_tokens.c
    wanted = sa.select(t.api_tokens).order_by(row.created_at.desc(), row.id)
    if person_id is not None:
        wanted = wanted.where(row.person_id == person_id)
    return [_api_token(found) for found in tx.execute(wanted)]


def _checked_scopes(person: Person, scopes: Iterable[str]) -> frozenset[str]:
    wanted, possible = frozenset(scopes), operations_of(person.roles)
    if not wanted or not wanted <= possible:
        raise ScopeUnknown(got=", ".join(sorted(wanted - possible)) or "no scope", expected=", ".join(sorted(possible)))
    return wanted


def _api_token(row: sa.Row[tuple[object, ...]]) -> ApiToken:
    return ApiToken(
        id=row.id,
        person_id=row.person_id,
        name=row.name,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        ends_at=row.ends_at,
        public_key=row.public_key,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
