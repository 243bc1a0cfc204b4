"""A key pair that stays safe if one of two problems is solved: ML-KEM-768 (FIPS 203) beside X25519.

Whoever records sealed letters today may hope to open them with a quantum computer later. It would have to solve the
lattice as well; and should the lattice prove weak, X25519 still stands. Joined as in HPKE's KEM 0x647a (X-Wing).
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from transire.crypto.errors import KeyInvalid
from transire.crypto.keys import PUBLIC_SIZE, AgreementKey, Secret

LATTICE_SIZE: Final = 1184
"""An ML-KEM-768 public key (FIPS 203, table 3)."""
HYBRID_SIZE: Final = LATTICE_SIZE + PUBLIC_SIZE
_SEED_SIZE: Final = 64


class HybridKey(Secret):
    """A hybrid private key: the seed of an ML-KEM-768 key, then a member's X25519 key.

    >>> agreement = AgreementKey.from_private(b"\\x01" * 32)
    >>> key = HybridKey.beside(agreement)
    >>> len(key.public), key.public[LATTICE_SIZE:] == agreement.public, HybridKey(key.private).public == key.public
    (1216, True, True)
    """

    __slots__ = ("_private", "joined")

    def __init__(self, private: bytes) -> None:
        if len(private) != _SEED_SIZE + PUBLIC_SIZE:
            raise KeyInvalid(expected=f"{_SEED_SIZE + PUBLIC_SIZE} bytes of private key", got=f"{len(private)} bytes")
        self._private = bytes(private)
        lattice = MLKEM768PrivateKey.from_seed_bytes(self._private[:_SEED_SIZE])
        agreement = X25519PrivateKey.from_private_bytes(self._private[_SEED_SIZE:])
        self.joined = MLKEM768X25519PrivateKey(lattice, agreement)
        self.public = lattice.public_key().public_bytes_raw() + agreement.public_key().public_bytes_raw()

    @classmethod
    def beside(cls, agreement: AgreementKey) -> HybridKey:
        """A new lattice key beside the key that a member has on the ledger."""
        return cls(os.urandom(_SEED_SIZE) + agreement.private)

    @property
    def lattice_public(self) -> bytes:
        """The ML-KEM-768 public key: the part that the ledger has not."""
        return self.public[:LATTICE_SIZE]

    @property
    def private(self) -> bytes:
        """The private bytes: for the key store alone."""
        return self._private


def read_hybrid(public: bytes) -> MLKEM768X25519PublicKey:
    """The public key of 1,216 bytes; a lattice key that fails the check of FIPS 203 7.2 is refused."""
    if len(public) != HYBRID_SIZE:
        raise KeyInvalid(expected=f"a hybrid key of {HYBRID_SIZE} bytes", got=f"{len(public)} bytes")
    try:
        lattice = MLKEM768PublicKey.from_public_bytes(public[:LATTICE_SIZE])
    except ValueError as error:
        raise KeyInvalid(expected="an ML-KEM-768 public key", got=public[:8].hex()) from error
    return MLKEM768X25519PublicKey(lattice, X25519PublicKey.from_public_bytes(public[LATTICE_SIZE:]))
