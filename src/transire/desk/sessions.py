"""Sessions of the portal: a random token in a cookie, a row under its digest, and a CSRF token bound to it."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.digests import hmac_sha256
from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.bearer import digest_of, new_token
from transire.desk.errors import CsrfMismatch, PersonUnknown, SessionEnded
from transire.desk.person import Person
from transire.desk.persons import find_person
from transire.storage.database import Database

IDLE_LIFE = timedelta(minutes=30)
"""A screen left alone is closed; a draft is saved as it is written."""

WHOLE_LIFE = timedelta(hours=12)
"""A working day: then everybody signs in again."""

NOTE_SEEN_AFTER = timedelta(minutes=1)
"""How stale `seen_at` may be: a write for every page shown would cost more than the page."""


class NewSession(msgspec.Struct, frozen=True):
    """The token for the cookie, shown once, and its CSRF token."""

    token: str
    csrf: str
    ends_at: datetime

    def __repr__(self) -> str:
        return f"<NewSession until {self.ends_at:%Y-%m-%dT%H:%M:%SZ}>"


class Session(msgspec.Struct, frozen=True):
    """A living session: who acts, and what its forms must carry."""

    person: Person
    csrf: str
    ends_at: datetime


def open_session(tx: Connection, person_id: str, *, now: datetime) -> NewSession:
    """Open a session for a person that has just signed in; always a new token, never one that was sent to us."""
    person = find_person(tx, person_id)
    token, ends_at = new_token(), now + WHOLE_LIFE
    tx.execute(
        sa.insert(t.sessions).values(
            token_digest=digest_of(token), person_id=person.id, created_at=now, seen_at=now, ends_at=ends_at
        )
    )
    return NewSession(token, csrf_token(token), ends_at)


def resume_session(database: Database, token: str, *, now: datetime) -> Session:
    """The session of a token, its idle time begun anew; SessionEnded when it is over, revoked or forged."""
    digest = digest_of(token)
    with database.reading() as view:
        row = view.execute(sa.select(t.sessions).where(t.sessions.c.token_digest == digest)).first()
        if row is None or now >= min(row.ends_at, row.seen_at + IDLE_LIFE):
            raise SessionEnded
        try:
            # Read each time: roles that were taken away are gone with the next page.
            person = find_person(view, row.person_id)
        except PersonUnknown as error:
            raise SessionEnded from error
    if now - row.seen_at >= NOTE_SEEN_AFTER:
        with database.transaction() as tx:
            tx.execute(sa.update(t.sessions).where(t.sessions.c.token_digest == digest).values(seen_at=now))
    return Session(person, csrf_token(token), row.ends_at)


def csrf_token(token: str) -> str:
    """The CSRF token of a session: derived, so that nothing more is stored, and useless for signing in.

    >>> csrf_token("a") == csrf_token("b")
    False
    """
    return b64url(hmac_sha256(token.encode("utf-8", "surrogatepass"), b"transire/csrf/v1"))


def check_csrf(token: str, presented: str | None) -> None:
    """Raise unless a form carries the CSRF token of this very session."""
    expected = csrf_token(token).encode()
    if not hmac.compare_digest(expected, (presented or "").encode("utf-8", "surrogatepass")):
        raise CsrfMismatch


def close_session(tx: Connection, token: str) -> None:
    """Sign out; a session that is over already is no error."""
    tx.execute(sa.delete(t.sessions).where(t.sessions.c.token_digest == digest_of(token)))


def close_sessions_of(tx: Connection, person_id: str, *, but: str | None = None) -> int:
    """Sign a person out everywhere, except in the session whose token is given."""
    mine = t.sessions.c.person_id == person_id
    kept = digest_of(but) if but else ""
    return tx.execute(sa.delete(t.sessions).where(mine, t.sessions.c.token_digest != kept)).rowcount


def open_sessions_of(tx: Connection, person_id: str, *, now: datetime) -> Sequence[datetime]:
    """When the person's living sessions were begun, the latest first."""
    row = t.sessions.c
    alive = sa.select(row.created_at).where(
        row.person_id == person_id, row.ends_at > now, row.seen_at > now - IDLE_LIFE
    )
    return tx.execute(alive.order_by(row.created_at.desc())).scalars().all()


def forget_ended_sessions(tx: Connection, now: datetime) -> None:
    """Remove the rows of sessions that are over."""
    row = t.sessions.c
    over = sa.or_(row.ends_at <= now, row.seen_at <= now - IDLE_LIFE)
    tx.execute(sa.delete(t.sessions).where(over))
