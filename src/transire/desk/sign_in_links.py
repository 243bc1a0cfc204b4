"""One-time sign-in links: a development part, for demonstrations. Loud once, refused under the production profile.

Whoever sees such a link is the person: it travels through terminals and histories, and no second factor is asked.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk import tables as t
from transire.desk.bearer import digest_of, new_token
from transire.desk.errors import DevelopmentPartRefused, PersonUnknown, SignInLinkRefused
from transire.desk.person import Person
from transire.desk.persons import find_person
from transire.desk.sign_in import write_down_sign_in

LIFE = timedelta(hours=12)
_log = logging.getLogger("transire.desk")


def create_sign_in_link(tx: Connection, person_id: str, *, now: datetime, production: bool) -> str:
    """A token that signs a person in once; the door puts it into an address."""
    _check_profile(production)
    person = find_person(tx, person_id)
    token = new_token()
    tx.execute(
        sa.insert(t.sign_in_links).values(token_digest=digest_of(token), person_id=person.id, ends_at=now + LIFE)
    )
    return token


def use_sign_in_link(tx: Connection, token: str, *, now: datetime, production: bool) -> Person:
    """The person of a link, which is spent by it."""
    _check_profile(production)
    row = t.sign_in_links.c
    spent = tx.execute(
        sa.update(t.sign_in_links)
        .where(row.token_digest == digest_of(token), row.used_at.is_(None), row.ends_at > now)
        .values(used_at=now)
        .returning(row.person_id)
    ).scalar_one_or_none()
    if spent is None:
        raise SignInLinkRefused
    try:
        person = find_person(tx, spent)
    except PersonUnknown as error:
        raise SignInLinkRefused from error
    write_down_sign_in(tx, person.id, by="link", now=now)
    return person


def _check_profile(production: bool) -> None:
    if production:
        raise DevelopmentPartRefused
    _warn_once()


@cache
def _warn_once() -> None:
    _log.warning(
        "SIGN-IN LINKS ARE OPEN: whoever has one acts as that person, without password or code. "
        "This is for demonstrations; set profile = 'production' to close them."
    )
