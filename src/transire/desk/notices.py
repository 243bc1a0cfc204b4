"""Notices outside of the portal, as the desk keeps them: who wants them, where programs are told, what became of each.

A notice is about an item of the inbox and has the item's id, which a rebuild of the records makes anew alike: what was
told is not told again. What it says is decided by who tells it; here stand no words.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.errors import WebhookUnknown
from transire.desk.person import Person
from transire.desk.sealed import seal, unseal

SECRET_SIZE: Final = 32
"""Bytes of the secret of a webhook; Standard Webhooks asks for 24 to 64."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
"""After each failure the pause until the next try; after the last one it is given up."""


class MailReader(msgspec.Struct, frozen=True):
    """A person who wants e-mail: where to, in which language, and about items from when on."""

    person_id: str
    address: str
    language: str
    since: datetime


class Webhook(msgspec.Struct, frozen=True):
    """Where a member's program is told."""

    id: str
    url: str
    created_at: datetime


class Notice(msgspec.Struct, frozen=True):
    """A notice that is due: the item, the channel (`mail:PERSON`, `hook:WEBHOOK`), and how often it was tried."""

    item_id: str
    channel: str
    tries: int


# Who is told.


def choose_mail(tx: Connection, person: Person, *, wanted: bool, now: datetime) -> None:
    """Whether this person is told by e-mail; from now on, of nothing older."""
    row = t.notice_choices
    if not wanted:
        tx.execute(sa.delete(row).where(row.c.person_id == person.id))
    elif not chooses_mail(tx, person):
        tx.execute(sa.insert(row).values(person_id=person.id, since=now))


def chooses_mail(tx: Connection, person: Person) -> bool:
    """Whether this person is told by e-mail."""
    row = t.notice_choices.c
    return tx.execute(sa.select(row.since).where(row.person_id == person.id)).first() is not None


_READERS = (
    sa.select(t.persons.c.id, t.persons.c.login, t.persons.c.language, t.notice_choices.c.since)
    .join(t.persons, t.persons.c.id == t.notice_choices.c.person_id)
    .where(t.persons.c.left_at.is_(None), t.persons.c.login.is_not(None))
    .order_by(t.persons.c.id)
)


def mail_readers(tx: Connection) -> Sequence[MailReader]:
    """Everyone who wants e-mail and has not left."""
    return [MailReader(*row) for row in tx.execute(_READERS)]


def set_webhook(tx: Connection, person: Person, url: str, *, desk_key: bytes, now: datetime) -> tuple[Webhook, str]:
    """Tell programs at this address from now on, in the place of an earlier one; the secret is shown this once."""
    end_webhook(tx, why="replaced", now=now)
    secret, hook_id = secrets.token_bytes(SECRET_SIZE), b64url(secrets.token_bytes(12))
    tx.execute(
        sa.insert(t.webhooks).values(
            id=hook_id,
            url=url,
            secret_sealed=seal(secret, _purpose(hook_id), desk_key),
            created_by=person.id,
            created_at=now,
        )
    )
    return Webhook(hook_id, url, now), "whsec_" + b64encode(secret).decode()


_HOOK = sa.select(t.webhooks.c.id, t.webhooks.c.url, t.webhooks.c.created_at).where(t.webhooks.c.ended_at.is_(None))


def find_webhook(tx: Connection) -> Webhook | None:
    """Where programs of this member are told; None where nowhere."""
    row = tx.execute(_HOOK).first()
    return None if row is None else Webhook(*row)


def end_webhook(tx: Connection, *, why: str, now: datetime, hook_id: str | None = None) -> bool:
    """Tell programs no more, or not this one; whether any were told."""
    row = t.webhooks
    live = row.c.ended_at.is_(None) if hook_id is None else row.c.ended_at.is_(None) & (row.c.id == hook_id)
    ended = tx.execute(sa.update(row).where(live).values(ended_at=now, ended_why=why))
    return bool(ended.rowcount)


def secret_of(tx: Connection, hook_id: str, *, desk_key: bytes) -> bytes:
    """The secret of a webhook; refuse one that is not there, or was sealed under another key."""
    sealed = tx.execute(sa.select(t.webhooks.c.secret_sealed).where(t.webhooks.c.id == hook_id)).scalar_one_or_none()
    secret = None if sealed is None else unseal(sealed, _purpose(hook_id), desk_key)
    if secret is None:
        raise WebhookUnknown(got=hook_id)
    return secret


# What is told.


def put_notices(tx: Connection, channel: str, items: Iterable[str], *, now: datetime) -> int:
    """Have these items told through a channel, each once; returns how many were new."""
    row, wanted = t.notices, list(dict.fromkeys(items))
    of_these = sa.select(row.c.item_id).where(row.c.channel == channel, row.c.item_id.in_(wanted))
    known = set(tx.execute(of_these).scalars())
    new = [item for item in wanted if item not in known]
    if new:
        values = [{"item_id": item, "channel": channel, "tries": 0, "not_before": now} for item in new]
        tx.execute(sa.insert(row), values)
    return len(new)


def due_notices(tx: Connection, now: datetime, limit: int) -> Sequence[Notice]:
    """What is to be told now, the longest waiting first."""
    row = t.notices.c
    query = sa.select(row.item_id, row.channel, row.tries).where(row.not_before <= now)
    return [Notice(*found) for found in tx.execute(query.order_by(row.not_before, row.item_id).limit(limit))]


def next_notice(tx: Connection) -> datetime | None:
    """When the next one is tried; None where none waits."""
    found: datetime | None = tx.execute(sa.select(sa.func.min(t.notices.c.not_before))).scalar_one()
    return found


def mark_told(tx: Connection, notices: Iterable[Notice], *, outcome: str = "told") -> None:
    """They are done with: told, or settled before anybody had to be told."""
    for one in notices:
        _update(tx, one, not_before=None, outcome=outcome)


def mark_untold(tx: Connection, notices: Iterable[Notice], *, error: str, now: datetime) -> None:
    """They could not be told: they wait for the next try, each pause longer than the last, and then are given up."""
    for one in notices:
        if one.tries < len(PAUSES):
            _update(tx, one, tries=one.tries + 1, not_before=now + PAUSES[one.tries], last_error=error[:80])
        else:
            _update(tx, one, tries=one.tries + 1, not_before=None, outcome="given-up", last_error=error[:80])


def put_off(tx: Connection, notices: Iterable[Notice], *, now: datetime) -> None:
    """They were not tried, since one before them failed: they wait for the shortest pause, and no try is counted."""
    for one in notices:
        _update(tx, one, not_before=now + PAUSES[0])


def _update(tx: Connection, notice: Notice, **values: object) -> None:
    row = t.notices
    tx.execute(sa.update(row).where(row.c.item_id == notice.item_id, row.c.channel == notice.channel).values(**values))


def _purpose(hook_id: str) -> bytes:
    return b"transire/webhook/v1\n" + hook_id.encode()
