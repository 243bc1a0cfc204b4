"""Signing in with address, password and code: one answer for whatever was wrong, and a growing wait after failures.

The password is checked outside any write transaction, since hashing takes longer than the member's other work may
wait. What was found is then written down in one short transaction, the refusal as well as the success.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.desk import tables as t
from transire.desk.errors import (
    SecondFactorNeeded,
    SignInRefused,
    TextUnsuitable,
    TooManyAttempts,
)
from transire.desk.passwords import (
    INTERACTIVE,
    Strength,
    check_new_password,
    decoy_hash,
    hash_password,
    is_outdated,
    verify_password,
)
from transire.desk.person import Person
from transire.desk.persons import end_access, find_person, normal_login
from transire.desk.second_factor import accept_code
from transire.storage.database import Database

FREE_FAILURES: Final = 5
"""Failures that cost nothing but themselves: people mistype."""

FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(minutes=15)
"""A wait, not a lock: nobody can shut a colleague out for longer by typing its address."""

FORGET_FAILURES_AFTER: Final = timedelta(days=1)
KEEP_SIGN_INS: Final = timedelta(days=400)
"""The audit of sign-ins covers a year and the weeks in which it is read."""


@dataclass(frozen=True, slots=True)
class SignInDesk:
    """What signing in needs of the node: the member's database, the desk's key, and the price of a guess."""

    database: Database
    desk_key: bytes
    strength: Strength = INTERACTIVE

    def sign_in(
        self, login: str, password: str, code: str | None = None, *, now: datetime, address: str | None = None
    ) -> Person:
        """The person, or a refusal; open a session for it with `sessions.open_session`.

        SecondFactorNeeded says that the password was right: ask for the code and call again with all three.
        """
        key = _login_digest(login)
        with self.database.transaction() as tx:
            # Counted as failed before it is tried: a thousand guesses at once take their turns like any others.
            _count_failure(tx, key, now)
            row = _find_login(tx, login)
        try:
            verify_password(row.password_hash if row else decoy_hash(self.strength), password)
            if row is None:
                raise SignInRefused
            return self._let_in(row, password, code, key, now=now, address=address)
        except SignInRefused:
            with self.database.transaction() as tx:
                _write_down(tx, row.id if row else None, "refused", by="password", now=now, address=address)
            raise

    def _let_in(
        self,
        row: sa.Row[tuple[object, ...]],
        password: str,
        code: str | None,
        key: str,
        *,
        now: datetime,
        address: str | None,
    ) -> Person:
        if row.totp_confirmed and not code:
            with self.database.transaction() as tx:
                _uncount_failure(tx, key, now)
            raise SecondFactorNeeded
        renewed = None
        if is_outdated(row.password_hash, self.strength):
            renewed = hash_password(password, strength=self.strength)
        with self.database.transaction() as tx:
            # Read again under the writer's lock: an administrator may have acted while the hash was computed.
            present = tx.execute(sa.select(t.persons).where(t.persons.c.id == row.id)).one()
            if present.left_at is not None or present.password_hash != row.password_hash:
                raise SignInRefused
            if present.totp_confirmed:
                accept_code(tx, present.id, code or "", desk_key=self.desk_key, now=now)
            if renewed:
                _set_hash(tx, present.id, renewed)
            tx.execute(sa.delete(t.sign_in_failures).where(t.sign_in_failures.c.login_digest == key))
            _write_down(tx, present.id, "signed in", by="password", now=now, address=address)
            return find_person(tx, present.id)

    def set_password(self, person_id: str, password: str, *, now: datetime) -> None:
        """Set a new password; every open session of the person ends, whoever holds it."""
        with self.database.reading() as view:
            person = find_person(view, person_id)
            login = view.execute(sa.select(t.persons.c.login).where(t.persons.c.id == person_id)).scalar_one()
        local_part = (login or "").partition("@")[0]
        check_new_password(password, about=(person.name, *person.name.split(), local_part))
        hashed = hash_password(password, strength=self.strength)
        with self.database.transaction() as tx:
            find_person(tx, person_id)
            _set_hash(tx, person_id, hashed)
            tx.execute(sa.update(t.persons).where(t.persons.c.id == person_id).values(password_changed_at=now))
            end_access(tx, person_id, now)


def write_down_sign_in(tx: Connection, person_id: str, *, by: str, now: datetime, address: str | None = None) -> None:
    """Note a sign-in that needed no password (a link, an identity provider) in the same audit."""
    _write_down(tx, person_id, "signed in", by=by, now=now, address=address)


def read_sign_ins(tx: Connection, *, limit: int = 200) -> list[sa.Row[tuple[object, ...]]]:
    """The latest sign-ins and refusals: at, person_id (None for an unknown address), by, outcome, address."""
    columns = (
        t.sign_ins.c.at,
        t.sign_ins.c.person_id,
        t.sign_ins.c.by,
        t.sign_ins.c.outcome,
        t.sign_ins.c.address,
    )
    wanted: sa.Select[tuple[object, ...]] = sa.select(*columns)
    return list(tx.execute(wanted.order_by(t.sign_ins.c.id.desc()).limit(limit)))


def forget_old_sign_ins(tx: Connection, now: datetime) -> None:
    """Drop what is too old to be looked at; personal data is not kept for its own sake."""
    tx.execute(sa.delete(t.sign_ins).where(t.sign_ins.c.at < now - KEEP_SIGN_INS))
    failures = t.sign_in_failures
    tx.execute(sa.delete(failures).where(failures.c.last_at < now - FORGET_FAILURES_AFTER))


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row.

    >>> [int(wait_after(count).total_seconds()) for count in (1, 4, 5, 6, 7, 11, 12, 90)]
    [0, 0, 15, 30, 60, 900, 900, 900]
    """
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _login_digest(login: str) -> str:
    try:
        # In the form in which it is looked up: two ways to write one address share their failures.
        known = normal_login(login)
    except TextUnsuitable:
        known = login.strip().casefold()[:400]
    return b64url(sha256(known.encode("utf-8", "surrogatepass")))


def _find_login(tx: Connection, login: str) -> sa.Row[tuple[object, ...]] | None:
    try:
        address = normal_login(login)
    except TextUnsuitable:
        return None
    wanted: sa.Select[tuple[object, ...]] = sa.select(t.persons).where(
        t.persons.c.login == address, t.persons.c.left_at.is_(None), t.persons.c.password_hash.is_not(None)
    )
    return tx.execute(wanted).first()


def _count_failure(tx: Connection, key: str, now: datetime) -> None:
    failures = t.sign_in_failures
    row = tx.execute(sa.select(failures).where(failures.c.login_digest == key)).first()
    if row is not None and now < row.not_before:
        raise TooManyAttempts(got=f"{_seconds(row.not_before - now)} seconds too early")
    stale = row is None or now - row.last_at > FORGET_FAILURES_AFTER
    count = 1 if row is None or stale else row.failures + 1
    tx.execute(sa.delete(failures).where(failures.c.login_digest == key))
    tx.execute(
        sa.insert(failures).values(login_digest=key, failures=count, not_before=now + wait_after(count), last_at=now)
    )


def _uncount_failure(tx: Connection, key: str, now: datetime) -> None:
    failures = t.sign_in_failures
    tx.execute(
        sa.update(failures)
        .where(failures.c.login_digest == key)
        .values(failures=failures.c.failures - 1, not_before=now)
    )


def _seconds(wait: timedelta) -> int:
    return -(-wait // timedelta(seconds=1))


def _write_down(
    tx: Connection, person_id: str | None, outcome: str, *, by: str, now: datetime, address: str | None
) -> None:
    tx.execute(sa.insert(t.sign_ins).values(at=now, person_id=person_id, by=by, outcome=outcome, address=address))


def _set_hash(tx: Connection, person_id: str, hashed: str) -> None:
    tx.execute(sa.update(t.persons).where(t.persons.c.id == person_id).values(password_hash=hashed))
