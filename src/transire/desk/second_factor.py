"""The second factor: time-based codes (RFC 6238) from a person's authenticator; each code is good once.

The shared secret is kept sealed under the desk's key, which the node derives from its key store and which is in no
backup: whoever finds a copy of the database can make no codes.
"""

from __future__ import annotations

import hmac
from datetime import datetime

import msgspec
import pyotp
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk import tables as t
from transire.desk.errors import SecondFactorUnknown, SignInRefused
from transire.desk.persons import find_person
from transire.desk.sealed import seal, unseal

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""Codes of the step before and after are taken too: clocks of telephones go wrong by some seconds."""


class Enrolment(msgspec.Struct, frozen=True):
    """What the authenticator must learn, shown once: as text to type and as the address of a QR code."""

    secret: str
    address: str


def begin_enrolment(tx: Connection, person_id: str, *, desk_key: bytes, issuer: str = "Transire") -> Enrolment:
    """Make a new secret; it counts only after `confirm_enrolment`, and replaces an older one then."""
    account = tx.execute(sa.select(t.persons.c.login).where(t.persons.c.id == find_person(tx, person_id).id)).one()
    secret = pyotp.random_base32()
    _set(tx, person_id, totp_sealed=_seal(secret, person_id, desk_key), totp_confirmed=False, totp_last_step=0)
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.login or person_id, issuer_name=issuer)
    return Enrolment(secret, uri)


def confirm_enrolment(tx: Connection, person_id: str, code: str, *, desk_key: bytes, now: datetime) -> None:
    """From now on this person signs in with a code as well; the code given proves that the secret arrived."""
    row = _row(tx, person_id)
    if row is None or row.totp_sealed is None or row.totp_confirmed:
        raise SecondFactorUnknown
    step = matching_step(_unseal(row.totp_sealed, person_id, desk_key), code, now=now)
    _set(tx, person_id, totp_confirmed=True, totp_last_step=step)


def remove_second_factor(tx: Connection, person_id: str) -> None:
    """For an administrator, when an authenticator is lost; the person enrols again."""
    find_person(tx, person_id)
    _set(tx, person_id, totp_sealed=None, totp_confirmed=False, totp_last_step=0)


def has_second_factor(tx: Connection, person_id: str) -> bool:
    """Whether the person signs in with a code as well."""
    row = _row(tx, person_id)
    return row is not None and bool(row.totp_confirmed)


def accept_code(tx: Connection, person_id: str, code: str, *, desk_key: bytes, now: datetime) -> None:
    """Take a code once, in the write transaction of the sign-in: two sign-ins with one code cannot both pass."""
    row = _row(tx, person_id)
    if row is None or row.totp_sealed is None:
        raise SignInRefused
    step = matching_step(_unseal(row.totp_sealed, person_id, desk_key), code, now=now)
    if step <= row.totp_last_step:
        raise SignInRefused
    _set(tx, person_id, totp_last_step=step)


def matching_step(secret: str, code: str, *, now: datetime) -> int:
    """The time step whose code this is; every candidate is compared, in constant time."""
    present = int(now.timestamp()) // STEP_SECONDS
    given = code.replace(" ", "").encode("utf-8", "surrogatepass")
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = 0
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given):
            found = step
    if not found:
        raise SignInRefused
    return found


def _seal(secret: str, person_id: str, desk_key: bytes) -> bytes:
    return seal(secret.encode(), _purpose(person_id), desk_key)


def _unseal(sealed: bytes, person_id: str, desk_key: bytes) -> str:
    plain = unseal(sealed, _purpose(person_id), desk_key)
    if plain is None:
        # A database restored beside another key store: the person enrols again, it is not let in without a code.
        raise SecondFactorUnknown(got="a secret sealed under another desk key")
    return plain.decode()


def _purpose(person_id: str) -> bytes:
    return b"transire/totp/v1\n" + person_id.encode()


def _row(tx: Connection, person_id: str) -> sa.Row[tuple[object, ...]] | None:
    wanted: sa.Select[tuple[object, ...]] = sa.select(
        t.persons.c.totp_sealed, t.persons.c.totp_confirmed, t.persons.c.totp_last_step
    )
    return tx.execute(wanted.where(t.persons.c.id == person_id)).first()


def _set(tx: Connection, person_id: str, **values: object) -> None:
    tx.execute(sa.update(t.persons).where(t.persons.c.id == person_id).values(**values))
