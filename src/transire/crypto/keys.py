"""Ed25519 to sign (RFC 8032) and X25519 to agree (RFC 7748).

PyNaCl (libsodium) is the only judge of an action's signature: libraries disagree on odd signatures, and two
validators that disagree would split the ledger. libsodium refuses small-order keys, non-canonical encodings of
the key and S beyond the group order. Commit signatures have a second judge, `transire.crypto.zip215`.
"""

from __future__ import annotations

from typing import Final, NoReturn

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from nacl import bindings
from nacl.exceptions import BadSignatureError

from transire.crypto.errors import KeyInvalid, SignatureInvalid

PUBLIC_SIZE: Final = 32
SEED_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64


class Secret:
    """Holds private bytes: cannot be printed, pickled or copied by accident."""

    __slots__ = ("public",)
    public: bytes

    def __repr__(self) -> str:
        return f"<{type(self).__name__} public={self.public.hex()}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is never serialised; use the key store")


class SigningKey(Secret):
    """An Ed25519 private key.

    >>> key = SigningKey.from_seed(bytes(32))
    >>> key.public.hex()[:16]
    '3b6a27bcceb6a42d'
    >>> verify_signature(key.public, b"message", key.sign(b"message"))
    >>> key
    <SigningKey public=3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29>
    """

    __slots__ = ("_expanded", "_seed")
    kind: Final = "Ed25519"

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise KeyInvalid(expected=f"{SEED_SIZE} bytes of seed", got=f"{len(seed)} bytes")
        self._seed = bytes(seed)
        self.public, self._expanded = bindings.crypto_sign_seed_keypair(self._seed)

    @classmethod
    def generate(cls) -> SigningKey:
        """A new key from the operating system's random source."""
        return cls(bindings.randombytes(SEED_SIZE))

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The key of a seed of 32 bytes (the private key of RFC 8032 5.1.5)."""
        return cls(seed)

    @property
    def seed(self) -> bytes:
        """The private 32 bytes: for the key store alone."""
        return self._seed

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of signature; the same message always gives the same signature."""
        signed: bytes = bindings.crypto_sign(message, self._expanded)
        return signed[:SIGNATURE_SIZE]


class AgreementKey(Secret):
    """An X25519 private key, to which others wrap content keys.

    >>> AgreementKey.from_private(b"\\x01" * 32).public.hex()[:16]
    'a4e09292b651c278'
    """

    __slots__ = ("_private",)

    def __init__(self, private: bytes) -> None:
        if len(private) != PUBLIC_SIZE:
            raise KeyInvalid(expected=f"{PUBLIC_SIZE} bytes of private key", got=f"{len(private)} bytes")
        self._private = bytes(private)
        self.public = X25519PrivateKey.from_private_bytes(self._private).public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> AgreementKey:
        """A new key from the operating system's random source."""
        return cls(bindings.randombytes(PUBLIC_SIZE))

    @classmethod
    def from_private(cls, private: bytes) -> AgreementKey:
        """The key of 32 private bytes (clamped when used, RFC 7748 5)."""
        return cls(private)

    @property
    def private(self) -> bytes:
        """The private 32 bytes: for the key store and for unsealing alone."""
        return self._private


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Refuse a signature that PyNaCl does not accept.

    >>> verify_signature(SigningKey.from_seed(bytes(32)).public, b"message", bytes(64))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.SignatureInvalid: The signature does not match the content and the key. ...
    """
    if len(public) != PUBLIC_SIZE:
        raise SignatureInvalid(expected=f"a public key of {PUBLIC_SIZE} bytes", got=f"{len(public)} bytes")
    if len(signature) != SIGNATURE_SIZE:
        raise SignatureInvalid(expected=f"a signature of {SIGNATURE_SIZE} bytes", got=f"{len(signature)} bytes")
    try:
        bindings.crypto_sign_open(signature + message, public)
    except BadSignatureError:
        raise SignatureInvalid() from None


def check_public_key(public: bytes) -> None:
    """Refuse an Ed25519 public key that is no point of the prime-order group in its only encoding.

    Under a small-order key one signature fits many messages; a key of mixed order makes libraries disagree.

    >>> check_public_key(SigningKey.from_seed(bytes(32)).public)
    >>> check_public_key(bytes(32))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    transire.crypto.errors.KeyInvalid: This is not a usable key. Expected an Ed25519 point of prime order...
    """
    if len(public) != PUBLIC_SIZE:
        raise KeyInvalid(expected=f"{PUBLIC_SIZE} bytes", got=f"{len(public)} bytes")
    if not bindings.crypto_core_ed25519_is_valid_point(public):
        raise KeyInvalid(expected="an Ed25519 point of prime order", got=public.hex())
