"""The persons of a member: added, given roles, found, let go, erased.

A person who leaves can sign in no more but stays named on what it did. Erasing takes name, address and the salt of the
`actor` reference away: the statements stay, and lead to nobody (LEDGER 11).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.digests import hmac_sha256
from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.errors import (
    LastAdministrator,
    LoginTaken,
    LoginUnsuitable,
    PersonUnknown,
    RoleUnknown,
    TextUnsuitable,
)
from transire.desk.person import Person, Role
from transire.desk.text import tidy_line

NODE_ID = "node"
"""The person in whose name the node itself states what it does unattended (delivered, refused, held)."""

ACTOR_SALT_SIZE = 32
_LOGIN = re.compile(r"[^\s@]+@[^\s@]+\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?\Z")


class Account(msgspec.Struct, frozen=True):
    """A person as its administrator sees it."""

    person: Person
    login: str | None
    second_factor: bool
    created_at: datetime
    left_at: datetime | None


def add_person(
    tx: Connection, *, name: str, login: str, roles: Iterable[str], now: datetime, language: str = "en"
) -> Person:
    """Add a person, who cannot sign in before a password or a link is made."""
    address = normal_login(login)
    if tx.execute(sa.select(t.persons.c.id).where(t.persons.c.login == address)).first():
        raise LoginTaken(got=address)
    person = Person(
        id=b64url(secrets.token_bytes(12)),
        name=tidy_line(name, "name"),
        roles=checked_roles(roles),
        language=_checked_language(language),
    )
    _insert(tx, person, address, now)
    return person


_NODE = sa.select(t.persons).where(t.persons.c.id == NODE_ID)
_ACTOR_SALT = sa.select(t.persons.c.actor_salt).where(t.persons.c.id == sa.bindparam("person"))


def node_person(tx: Connection, now: datetime) -> Person:
    """The node as a person without roles, made when first asked for; nobody can sign in as it."""
    found = tx.execute(_NODE).first()
    if found:
        return _person(found)
    person = Person(NODE_ID, "Node", frozenset())
    _insert(tx, person, None, now)
    return person


def find_person(tx: Connection, person_id: str) -> Person:
    """The person, unless it has left."""
    row = tx.execute(_all().where(t.persons.c.id == person_id, t.persons.c.left_at.is_(None))).first()
    if row is None:
        raise PersonUnknown(got=person_id)
    return _person(row)


def list_accounts(tx: Connection) -> Sequence[Account]:
    """All persons, those who have left included, by name; the node is none."""
    rows = tx.execute(_all().where(t.persons.c.id != NODE_ID).order_by(t.persons.c.name, t.persons.c.id))
    return [Account(_person(row), row.login, bool(row.totp_confirmed), row.created_at, row.left_at) for row in rows]


def names_of(tx: Connection, person_ids: Iterable[str]) -> dict[str, str]:
    """The names to show beside what persons did, those who have left included."""
    wanted = sa.select(t.persons.c.id, t.persons.c.name).where(t.persons.c.id.in_(set(person_ids)))
    return {row.id: row.name for row in tx.execute(wanted)}


def change_roles(tx: Connection, person_id: str, roles: Iterable[str]) -> Person:
    """Give a person other roles; a member never loses its last administrator this way."""
    wanted = checked_roles(roles)
    person = find_person(tx, person_id)
    if Role.ADMINISTRATOR not in wanted:
        _keep_an_administrator(tx, person)
    _update(tx, person_id, roles=sorted(wanted))
    return find_person(tx, person_id)


def change_language(tx: Connection, person_id: str, language: str) -> Person:
    """Set the language in which the portal speaks to the person."""
    find_person(tx, person_id)
    _update(tx, person_id, language=_checked_language(language))
    return find_person(tx, person_id)


def let_go(tx: Connection, person_id: str, now: datetime) -> None:
    """The person has left: sessions, links and tokens end at once; its name stays on what it did."""
    _keep_an_administrator(tx, find_person(tx, person_id))
    end_access(tx, person_id, now)
    tokens = t.api_tokens
    tx.execute(
        sa.update(tokens).where(tokens.c.person_id == person_id, tokens.c.revoked_at.is_(None)).values(revoked_at=now)
    )
    _update(tx, person_id, left_at=now, password_hash=None, totp_sealed=None, totp_confirmed=False)


def erase_person(tx: Connection, person_id: str) -> None:
    """Erase who a person was, after it has left: name, address, sign-ins, and the key of its `actor` references."""
    left = tx.execute(_all().where(t.persons.c.id == person_id, t.persons.c.left_at.is_not(None))).first()
    if left is None:
        raise PersonUnknown(got=person_id, expected="a person who has left")
    tx.execute(sa.delete(t.sign_ins).where(t.sign_ins.c.person_id == person_id))
    tx.execute(sa.delete(t.saved_views).where(t.saved_views.c.person_id == person_id))
    tx.execute(sa.delete(t.inbox_read).where(t.inbox_read.c.person_id == person_id))
    tx.execute(sa.delete(t.notice_choices).where(t.notice_choices.c.person_id == person_id))
    tx.execute(sa.delete(t.notices).where(t.notices.c.channel == f"mail:{person_id}"))
    _update(tx, person_id, name="(erased)", login=None, actor_salt=b"")


def end_access(tx: Connection, person_id: str, now: datetime) -> None:
    """End every open session and unused sign-in link of a person."""
    tx.execute(sa.delete(t.sessions).where(t.sessions.c.person_id == person_id))
    links = t.sign_in_links
    tx.execute(sa.update(links).where(links.c.person_id == person_id, links.c.used_at.is_(None)).values(used_at=now))


def actor_reference(tx: Connection, person: Person, statement_salt: bytes) -> str:
    """The `actor` of a statement: says nothing to others, and lets the member prove later who acted.

    HMAC-SHA-256 under the person's own salt, so that two statements of one person cannot be linked from outside.
    """
    return actor_of(actor_key(tx, person.id), statement_salt)


def actor_key(tx: Connection, person_id: str) -> bytes:
    """The salt to reveal when a member shows which of its persons acted; PersonUnknown once it is erased."""
    salt: bytes | None = tx.execute(_ACTOR_SALT, {"person": person_id}).scalar_one_or_none()
    if not salt:
        raise PersonUnknown(got=person_id)
    return salt


def actor_of(key: bytes, statement_salt: bytes) -> str:
    """What `actor` must be for a revealed person's salt.

    >>> actor_of(bytes(32), b"salt of the statement")
    'wXeuP3_e3c_Lq2bm4q6bxcydLudE1DiMZs-U7rSwSi0'
    """
    return b64url(hmac_sha256(key, statement_salt))


def checked_roles(roles: Iterable[str]) -> frozenset[str]:
    """The roles as a set; unknown ones are refused."""
    wanted = frozenset(str(role) for role in roles)
    known = frozenset(role.value for role in Role)
    if not wanted or not wanted <= known:
        raise RoleUnknown(got=", ".join(sorted(wanted - known)) or "none", expected=", ".join(sorted(known)))
    return wanted


def normal_login(login: str) -> str:
    """An address in the one form in which it is kept and looked up.

    >>> normal_login(" Export.Clerk@Metalurgica.EXAMPLE ")
    'export.clerk@metalurgica.example'
    """
    address = tidy_line(login, "login").casefold()
    if not _LOGIN.match(address):
        raise LoginUnsuitable(got=repr(address), where="login")
    return address


def _checked_language(language: str) -> str:
    if not _LANGUAGE.match(language):
        raise TextUnsuitable(expected="a language tag such as es or es-MX", got=repr(language), where="language")
    return language


def _insert(tx: Connection, person: Person, login: str | None, now: datetime) -> None:
    tx.execute(
        sa.insert(t.persons).values(
            id=person.id,
            name=person.name,
            login=login,
            roles=sorted(person.roles),
            language=person.language,
            totp_confirmed=False,
            totp_last_step=0,
            actor_salt=secrets.token_bytes(ACTOR_SALT_SIZE),
            created_at=now,
        )
    )


def _keep_an_administrator(tx: Connection, person: Person) -> None:
    if not person.has_role(Role.ADMINISTRATOR):
        return
    others = (account.person for account in list_accounts(tx) if account.left_at is None)
    if not any(other.has_role(Role.ADMINISTRATOR) and other.id != person.id for other in others):
        raise LastAdministrator(got=person.name)


def _all() -> sa.Select[tuple[object, ...]]:
    return sa.select(t.persons)


def _person(row: sa.Row[tuple[object, ...]]) -> Person:
    return Person(id=row.id, name=row.name, roles=frozenset(row.roles), language=row.language)


def _update(tx: Connection, person_id: str, **values: object) -> None:
    tx.execute(sa.update(t.persons).where(t.persons.c.id == person_id).values(**values))
