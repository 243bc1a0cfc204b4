"""Passwords: hashed with argon2id (RFC 9106) through libsodium; length before composition (NIST SP 800-63B 3.1.1)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import nacl.exceptions
from nacl.pwhash import argon2id

from transire.desk.errors import PasswordTooWeak, SignInRefused

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 256
"""Beyond this a password is no password but a load on the server."""


@dataclass(frozen=True, slots=True)
class Strength:
    """The price of one guess."""

    operations: int
    memory: int


INTERACTIVE = Strength(argon2id.OPSLIMIT_INTERACTIVE, argon2id.MEMLIMIT_INTERACTIVE)
"""64 MiB and two passes: a tenth of a second at a desk, and dear for whoever steals the table."""

TEST = Strength(argon2id.OPSLIMIT_MIN, argon2id.MEMLIMIT_MIN)
"""Only for tests: a guess costs next to nothing."""


def hash_password(password: str, *, strength: Strength = INTERACTIVE) -> str:
    """The hash to keep; it names its own parameters and salt."""
    hashed: bytes = argon2id.str(_prepared(password), opslimit=strength.operations, memlimit=strength.memory)
    return hashed.decode("ascii")


def verify_password(hashed: str, password: str) -> None:
    """Raise unless the password is the one that was hashed."""
    if len(password) > MAXIMUM_LENGTH:
        raise SignInRefused
    try:
        argon2id.verify(hashed.encode("ascii"), _prepared(password))
    except nacl.exceptions.InvalidkeyError as error:
        raise SignInRefused from error


def is_outdated(hashed: str, strength: Strength) -> bool:
    """Whether the hash was made at another price than today's, and should be made anew at the next sign-in."""
    return f"$m={strength.memory // 1024},t={strength.operations},p=1$" not in hashed


def check_new_password(password: str, *, about: tuple[str, ...]) -> None:
    """Raise when a password is too short, too long, of very few characters, or says who the person is."""
    length = len(unicodedata.normalize("NFKC", password))
    if not MINIMUM_LENGTH <= length <= MAXIMUM_LENGTH:
        raise PasswordTooWeak(expected=f"{MINIMUM_LENGTH} to {MAXIMUM_LENGTH} characters", got=f"{length} characters")
    if len(set(password)) < MINIMUM_LENGTH // 2:
        raise PasswordTooWeak(expected=f"{MINIMUM_LENGTH // 2} different characters", got=len(set(password)))
    folded = password.casefold()
    for words in about:
        if len(words) >= 4 and folded.replace(words.casefold(), "") != folded:
            raise PasswordTooWeak(expected="a password without your name or address", got="one that holds it")


@cache
def decoy_hash(strength: Strength) -> str:
    """Checked in place of the hash of a person that does not exist, so that the answer takes as long."""
    return hash_password("no person has this password", strength=strength)


def _prepared(password: str) -> bytes:
    # NFKC, so that the same keys pressed on another system give the same bytes (NIST SP 800-63B 3.1.1.2).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
