"""A key store: one JSON file in which every private key is encrypted under one unlock secret.

The secret becomes a master key by Argon2id (RFC 9106); from that HKDF derives a sealing key and a MAC key. Each
private key is sealed with AES-256-GCM, its name, kind and public half in the associated data, so that no two can
be swapped; the MAC covers the whole file, so that none can be removed or replaced unnoticed. The private bytes are
decrypted when asked for and never printed, logged or pickled. Python cannot wipe memory: whoever reads the memory
of the process reads the keys.

A write is atomic: a new file of mode 0600 is made durable, renamed over the old one, and the folder made durable.
A crash leaves the old file or the new one. Writers in other processes wait on a lock file and read again first.
"""

from __future__ import annotations

import fcntl
import hmac
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.pwhash import argon2id

from transire.crypto.canonical import canonical_bytes, parse_canonical
from transire.crypto.digests import hkdf_sha256, hmac_sha256
from transire.crypto.ecdsa import CURVES, Curve, EcdsaKey
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import (
    EncodingInvalid,
    JsonRefused,
    KeyNameTaken,
    KeyStoreDamaged,
    KeyStoreError,
    KeyStoreExists,
    KeyStoreMissing,
    KeyStoreSecretWeak,
    KeyStoreSecretWrong,
    KeyUnknown,
)
from transire.crypto.hybrid import HybridKey
from transire.crypto.keys import AgreementKey, SigningKey

FORMAT: Final = "transire/keystore/1"
NONCE_SIZE: Final = 12
SALT_SIZE: Final = 16
SECRET_MINIMUM: Final = 16
FILE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes; a key takes some 250, so this is room for 16,000 hosted members' keys."""

SIGN: Final = "sign"
AGREE: Final = "agree"
HYBRID: Final = "hybrid"

_log = logging.getLogger(__name__)


class Profile(msgspec.Struct, frozen=True):
    """What one guess at the secret costs: passes over memory, and bytes of memory."""

    operations: int
    memory: int


PROFILES: Final[dict[str, Profile]] = {
    # libsodium's own names and costs: some 0.1 s, and some 3 s, of one core.
    "interactive": Profile(argon2id.OPSLIMIT_INTERACTIVE, argon2id.MEMLIMIT_INTERACTIVE),
    "sensitive": Profile(argon2id.OPSLIMIT_SENSITIVE, argon2id.MEMLIMIT_SENSITIVE),
    # No protection at all, for tests and the demo; the production profile of a node refuses it.
    "test": Profile(argon2id.OPSLIMIT_MIN, argon2id.MEMLIMIT_MIN),
}


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    public: str
    sealed: str


class _Derivation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    memory: int
    name: str
    operations: int
    profile: str
    salt: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    check: str
    format: str
    kdf: _Derivation
    keys: dict[str, _Sealed]
    mac: str = ""

    def body(self) -> bytes:
        """What the MAC covers: everything but itself."""
        members = msgspec.to_builtins(self)
        del members["mac"]
        return canonical_bytes(members)


class _Unlocked:
    """The two keys derived from the secret; unlocks and seals, and never shows itself."""

    __slots__ = ("_mac", "_seal")

    def __init__(self, secret: bytes, kdf: _Derivation) -> None:
        salt = unb64url(kdf.salt, length=SALT_SIZE)
        master = argon2id.kdf(32, secret, salt, opslimit=kdf.operations, memlimit=kdf.memory)
        self._seal = AESGCM(hkdf_sha256(master, salt=salt, info=FORMAT.encode() + b" seal"))
        self._mac = hkdf_sha256(master, salt=salt, info=FORMAT.encode() + b" mac")

    def __repr__(self) -> str:
        return "<unlocked>"

    def seal(self, plaintext: bytes, aad: bytes) -> str:
        nonce = os.urandom(NONCE_SIZE)
        return b64url(nonce + self._seal.encrypt(nonce, plaintext, aad))

    def open(self, sealed: str, aad: bytes) -> bytes:
        data = unb64url(sealed)
        return self._seal.decrypt(data[:NONCE_SIZE], data[NONCE_SIZE:], aad)

    def mac(self, body: bytes) -> str:
        return b64url(hmac_sha256(self._mac, body))


class KeyStore:
    """The private keys of a node or a client.

    >>> import tempfile, pathlib
    >>> folder = tempfile.TemporaryDirectory()
    >>> store = KeyStore.create(pathlib.Path(folder.name) / "keys.json", b"open sesame", profile="test")
    >>> signing = store.new_signing_key("act")
    >>> KeyStore.open(store.path, b"open sesame").signing_key("act").public == signing.public
    True
    >>> store.names()
    ('act',)
    >>> folder.cleanup()
    """

    __slots__ = ("_file", "_unlocked", "path")

    def __init__(self, path: Path, file: _File, unlocked: _Unlocked) -> None:
        self.path = path
        self._file = file
        self._unlocked = unlocked

    @classmethod
    def create(cls, path: Path, secret: bytes, *, profile: str = "interactive") -> KeyStore:
        """A new, empty key store; an existing file is never overwritten."""
        costs = PROFILES.get(profile)
        if costs is None:
            raise KeyStoreError(expected=", ".join(PROFILES), got=profile)
        least = 1 if profile == "test" else SECRET_MINIMUM
        if len(secret) < least:
            raise KeyStoreSecretWeak(expected=f"at least {least} bytes", got=f"{len(secret)} bytes")
        if profile == "test":
            _warn_of_test_profile(path)
        salt = b64url(os.urandom(SALT_SIZE))
        kdf = _Derivation(costs.memory, "argon2id", costs.operations, profile, salt)
        unlocked = _Unlocked(secret, kdf)
        file = _File(check=unlocked.seal(b"", _check_aad(kdf)), format=FORMAT, kdf=kdf, keys={})
        store = cls(path, file, unlocked)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path):
            if path.exists():
                raise KeyStoreExists(got=path)
            store._write(file)
        return store

    @classmethod
    def open(cls, path: Path, secret: bytes) -> KeyStore:
        """Open an existing key store; a wrong secret and an altered file are told apart."""
        file = _read(path)
        if file.kdf.profile == "test":
            _warn_of_test_profile(path)
        unlocked = _Unlocked(secret, file.kdf)
        try:
            unlocked.open(file.check, _check_aad(file.kdf))
        except (InvalidTag, EncodingInvalid, ValueError):
            raise KeyStoreSecretWrong(where=str(path)) from None
        store = cls(path, file, unlocked)
        store._verify(file)
        return store

    @property
    def profile(self) -> str:
        """The name of the cost profile; a node in production refuses `test`."""
        return self._file.kdf.profile

    def names(self) -> tuple[str, ...]:
        """The names of all keys, sorted."""
        return tuple(sorted(self._file.keys))

    def new_signing_key(self, name: str) -> SigningKey:
        """Generate an Ed25519 key; it is durable before it is returned."""
        return self.add_signing_key(name, SigningKey.generate())

    def add_signing_key(self, name: str, key: SigningKey) -> SigningKey:
        """Keep a key that was made elsewhere."""
        self._add(name, SIGN, key.public, key.seed)
        return key

    def new_agreement_key(self, name: str) -> AgreementKey:
        """Generate an X25519 key; it is durable before it is returned."""
        return self.add_agreement_key(name, AgreementKey.generate())

    def add_agreement_key(self, name: str, key: AgreementKey) -> AgreementKey:
        """Keep a key that was made elsewhere."""
        self._add(name, AGREE, key.public, key.private)
        return key

    def add_hybrid_key(self, name: str, key: HybridKey) -> HybridKey:
        """Keep a hybrid key; it is durable before it is returned."""
        self._add(name, HYBRID, key.public, key.private)
        return key

    def hybrid_key(self, name: str) -> HybridKey:
        """The hybrid key of this name."""
        key = HybridKey(self._private(name, HYBRID))
        self._same_public(name, key.public)
        return key

    def new_ecdsa_key(self, name: str, curve: Curve) -> EcdsaKey:
        """Generate an ECDSA key; it is durable before it is returned."""
        return self.add_ecdsa_key(name, EcdsaKey.generate(curve))

    def add_ecdsa_key(self, name: str, key: EcdsaKey) -> EcdsaKey:
        """Keep a key that was made elsewhere."""
        self._add(name, _ecdsa(key.curve), key.public, key.private)
        return key

    def ecdsa_key(self, name: str) -> EcdsaKey:
        """The ECDSA key of this name; the store knows of which curve it is."""
        entry = self._file.keys.get(name)
        curve = next((curve for curve in CURVES.values() if entry is not None and entry.kind == _ecdsa(curve)), None)
        if curve is None:
            raise KeyUnknown(got=name, expected="an ECDSA key")
        key = EcdsaKey.from_private(curve, self._private(name, _ecdsa(curve)))
        self._same_public(name, key.public)
        return key

    def signing_key(self, name: str) -> SigningKey:
        """The Ed25519 key of this name."""
        key = SigningKey(self._private(name, SIGN))
        self._same_public(name, key.public)
        return key

    def agreement_key(self, name: str) -> AgreementKey:
        """The X25519 key of this name."""
        key = AgreementKey(self._private(name, AGREE))
        self._same_public(name, key.public)
        return key

    def forget(self, name: str) -> None:
        """Take a key out for good; it is durable when this returns. Backups of the store still hold it."""
        with _locked(self.path):
            file = _read(self.path)
            self._verify(file)
            if name not in file.keys:
                raise KeyUnknown(got=name, expected="a key of this store")
            kept = {other: entry for other, entry in file.keys.items() if other != name}
            self._write(msgspec.structs.replace(file, keys=kept))

    def __repr__(self) -> str:
        return f"<KeyStore {self.path.name} profile={self.profile} keys={len(self._file.keys)}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key store is never serialised; open it again")

    def _private(self, name: str, kind: str) -> bytes:
        entry = self._file.keys.get(name)
        if entry is None or entry.kind != kind:
            raise KeyUnknown(got=name, expected=f"a key to {kind}")
        try:
            return self._unlocked.open(entry.sealed, _aad(name, entry.kind, entry.public))
        except InvalidTag:
            raise KeyStoreDamaged(where=f"key {name}") from None

    def _same_public(self, name: str, public: bytes) -> None:
        if b64url(public) != self._file.keys[name].public:
            raise KeyStoreDamaged(where=f"key {name}", expected="the public half of the private key")

    def _add(self, name: str, kind: str, public: bytes, private: bytes) -> None:
        with _locked(self.path):
            # Another process may have added keys since: what it wrote must not be lost.
            file = _read(self.path)
            self._verify(file)
            if name in file.keys:
                raise KeyNameTaken(got=name)
            text = b64url(public)
            entry = _Sealed(kind, text, self._unlocked.seal(private, _aad(name, kind, text)))
            self._write(msgspec.structs.replace(file, keys={**file.keys, name: entry}))

    def _verify(self, file: _File) -> None:
        if not hmac.compare_digest(self._unlocked.mac(file.body()), file.mac):
            raise KeyStoreDamaged(where=str(self.path))

    def _write(self, file: _File) -> None:
        complete = msgspec.structs.replace(file, mac=self._unlocked.mac(file.body()))
        _replace_durably(self.path, canonical_bytes(msgspec.to_builtins(complete)))
        self._file = complete


def _read(path: Path) -> _File:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise KeyStoreMissing(got=path) from None
    try:
        file = msgspec.convert(parse_canonical(raw, limit=FILE_LIMIT), _File)
        unb64url(file.kdf.salt, length=SALT_SIZE)
    except (JsonRefused, EncodingInvalid, msgspec.ValidationError) as error:
        raise KeyStoreDamaged(where=str(path), got=str(error)) from None
    if file.format != FORMAT:
        raise KeyStoreDamaged(where=str(path), expected=FORMAT, got=file.format)
    # Costs come from the program, not from the file: nobody can ask for 4 TiB by editing it.
    costs = PROFILES.get(file.kdf.profile)
    if file.kdf.name != "argon2id" or costs != Profile(file.kdf.operations, file.kdf.memory):
        raise KeyStoreDamaged(where=f"{path} /kdf", expected="a named cost profile", got=file.kdf.profile)
    return file


def _ecdsa(curve: Curve) -> str:
    """The kind under which keys of a curve are kept."""
    return f"{SIGN} {curve.name}"


def _aad(name: str, kind: str, public: str) -> bytes:
    return canonical_bytes({"format": FORMAT, "kind": kind, "name": name, "public": public})


def _check_aad(kdf: _Derivation) -> bytes:
    return canonical_bytes({"format": FORMAT, "kdf": msgspec.to_builtins(kdf)})


def _replace_durably(path: Path, content: bytes) -> None:
    """Write beside, make durable, rename, make the rename durable."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside the store; the operating system frees it when a process dies."""
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


_warned_of: set[Path] = set()


def _warn_of_test_profile(path: Path) -> None:
    if path not in _warned_of:
        _warned_of.add(path)
        _log.warning("KEY STORE %s USES THE TEST PROFILE: its keys are as good as unencrypted", path.name)
