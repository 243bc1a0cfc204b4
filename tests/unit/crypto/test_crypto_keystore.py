"""A key store that loses nothing, shows nothing, and notices every alteration."""

from __future__ import annotations

import json
import logging
import os
import pickle
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from transire.crypto import keystore
from transire.crypto.ecdsa import P256, P384, Curve, verify_ecdsa
from transire.crypto.errors import (
    KeyNameTaken,
    KeyStoreDamaged,
    KeyStoreError,
    KeyStoreExists,
    KeyStoreMissing,
    KeyStoreSecretWeak,
    KeyStoreSecretWrong,
    KeyUnknown,
)
from transire.crypto.keys import AgreementKey, SigningKey
from transire.crypto.keystore import KeyStore

SECRET = b"correct horse battery"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node" / "keys.json"


@pytest.fixture
def store(path: Path) -> KeyStore:
    return KeyStore.create(path, SECRET, profile="test")


def test_keys_come_back_after_opening_again(store: KeyStore) -> None:
    signing, agreement = store.new_signing_key("act"), store.new_agreement_key("agree")
    again = KeyStore.open(store.path, SECRET)
    assert again.names() == ("act", "agree")
    assert again.signing_key("act").seed == signing.seed
    assert again.agreement_key("agree").private == agreement.private
    assert again.profile == "test"


def test_keys_made_elsewhere_can_be_kept(store: KeyStore) -> None:
    signing, agreement = SigningKey.generate(), AgreementKey.generate()
    store.add_signing_key("validator", signing)
    store.add_agreement_key("agree", agreement)
    assert store.signing_key("validator").seed == signing.seed
    assert store.agreement_key("agree").private == agreement.private


def test_the_file_holds_no_private_byte(store: KeyStore) -> None:
    key = store.new_signing_key("act")
    raw = store.path.read_bytes()
    for form in (key.seed, key.seed.hex().encode(), keystore.b64url(key.seed).encode(), SECRET):
        assert form not in raw


def test_nothing_private_is_shown_or_logged(store: KeyStore, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        key = store.new_signing_key("act")
        KeyStore.open(store.path, SECRET)
    for secret in (SECRET.decode(), key.seed.hex(), keystore.b64url(key.seed)):
        assert secret not in caplog.text
        assert secret not in repr(store) + repr(store._unlocked)
    with pytest.raises(TypeError, match="never serialised"):
        pickle.dumps(store)


def test_a_wrong_secret_is_told_from_a_damaged_file(store: KeyStore) -> None:
    store.new_signing_key("act")
    with pytest.raises(KeyStoreSecretWrong, match="does not open this key store"):
        KeyStore.open(store.path, SECRET + b"x")
    assert KeyStore.open(store.path, SECRET).names() == ("act",)


def test_only_the_owner_may_read_the_file(store: KeyStore) -> None:
    os.umask(os.umask(0))
    store.new_signing_key("act")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_an_existing_store_is_never_overwritten(store: KeyStore) -> None:
    store.new_signing_key("act")
    with pytest.raises(KeyStoreExists, match="never overwritten"):
        KeyStore.create(store.path, b"another secret", profile="test")
    assert KeyStore.open(store.path, SECRET).names() == ("act",)


def test_a_missing_store_is_never_created_by_opening(path: Path) -> None:
    with pytest.raises(KeyStoreMissing, match="Create it first"):
        KeyStore.open(path, SECRET)
    assert not path.exists()


def test_names_and_kinds_are_exact(store: KeyStore) -> None:
    store.new_signing_key("act")
    with pytest.raises(KeyNameTaken, match="Got act"):
        store.new_agreement_key("act")
    with pytest.raises(KeyUnknown, match="Expected a key to agree, got act"):
        store.agreement_key("act")
    with pytest.raises(KeyUnknown):
        store.signing_key("other")


@pytest.mark.parametrize("profile", ["interactive", "sensitive"])
def test_short_secrets_are_refused_outside_tests(path: Path, profile: str) -> None:
    with pytest.raises(KeyStoreSecretWeak, match="at least 16 bytes, got 15 bytes"):
        KeyStore.create(path, bytes(15), profile=profile)


def test_an_empty_secret_is_refused_even_in_tests(path: Path) -> None:
    with pytest.raises(KeyStoreSecretWeak):
        KeyStore.create(path, b"", profile="test")


def test_real_profiles_cost_what_they_say() -> None:
    assert keystore.PROFILES["interactive"].memory == 64 * 1024 * 1024
    assert keystore.PROFILES["sensitive"].memory == 1024 * 1024 * 1024


def test_the_interactive_profile_works(path: Path) -> None:
    KeyStore.create(path, SECRET).new_signing_key("act")
    assert KeyStore.open(path, SECRET).profile == "interactive"


def test_an_unknown_profile_is_a_fault_of_the_caller(path: Path) -> None:
    with pytest.raises(KeyStoreError, match="Expected interactive, sensitive, test, got cheap"):
        KeyStore.create(path, SECRET, profile="cheap")


def test_the_test_profile_warns_once_for_each_store(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger=keystore.__name__):
        KeyStore.create(path, SECRET, profile="test")
        KeyStore.open(path, SECRET)
    assert caplog.text.count("USES THE TEST PROFILE") == 1


def alterations() -> list[tuple[str, object]]:
    return [
        ("format", "transire/keystore/2"),
        ("kdf/operations", 2),
        ("kdf/memory", 2**40),
        ("kdf/profile", "interactive"),
        ("kdf/profile", "unknown"),
        ("kdf/name", "scrypt"),
        ("kdf/salt", "AAAA"),
        ("kdf/extra", 1),
        ("keys/act/public", "A" * 43),
        ("keys/act/kind", "agree"),
        ("keys/act/sealed", "A" * 80),
        ("keys/act/sealed", 5),
        ("keys/act", None),
        ("keys/other", {"kind": "sign", "public": "A" * 43, "sealed": "A" * 80}),
        ("mac", "A" * 43),
        ("mac", None),
    ]


@pytest.mark.parametrize(("pointer", "value"), alterations())
def test_every_alteration_is_noticed(store: KeyStore, pointer: str, value: object) -> None:
    store.new_signing_key("act")
    alter(store.path, pointer, value)
    with pytest.raises(KeyStoreDamaged, match="altered or is incomplete"):
        KeyStore.open(store.path, SECRET)


def alter(path: Path, pointer: str, value: object) -> None:
    whole = json.loads(path.read_text())
    *parents, name = pointer.split("/")
    target = whole
    for parent in parents:
        target = target[parent]
    if value is None:
        del target[name]
    else:
        target[name] = value
    path.write_text(json.dumps(whole, separators=(",", ":"), sort_keys=True))


def test_a_changed_salt_or_check_looks_like_a_wrong_secret(store: KeyStore) -> None:
    for pointer, value in (("kdf/salt", "A" * 22), ("check", "A" * 40), ("check", "AAAA"), ("check", "!")):
        before = store.path.read_bytes()
        alter(store.path, pointer, value)
        with pytest.raises(KeyStoreSecretWrong):
            KeyStore.open(store.path, SECRET)
        store.path.write_bytes(before)


def test_what_is_no_json_is_damage(store: KeyStore) -> None:
    store.path.write_bytes(b"{")
    with pytest.raises(KeyStoreDamaged):
        KeyStore.open(store.path, SECRET)


def test_a_key_swapped_in_memory_is_noticed(store: KeyStore) -> None:
    """Beneath the MAC each key is bound to its own name, kind and public half."""
    store.new_signing_key("a")
    store.new_signing_key("b")
    keys = dict(store._file.keys)
    keys["a"] = keys["b"]
    store._file = keystore.msgspec.structs.replace(store._file, keys=keys)
    with pytest.raises(KeyStoreDamaged, match="key a"):
        store.signing_key("a")


def test_a_public_half_that_is_not_the_private_keys_is_noticed(store: KeyStore) -> None:
    store._add("a", keystore.SIGN, SigningKey.generate().public, SigningKey.generate().seed)
    with pytest.raises(KeyStoreDamaged, match="the public half of the private key"):
        store.signing_key("a")


def test_two_openers_do_not_lose_each_others_keys(store: KeyStore) -> None:
    other = KeyStore.open(store.path, SECRET)
    store.new_signing_key("a")
    other.new_signing_key("b")
    assert KeyStore.open(store.path, SECRET).names() == ("a", "b")
    with pytest.raises(KeyNameTaken):
        store.new_signing_key("b")


def test_a_forgotten_key_is_gone_and_the_others_stay(store: KeyStore) -> None:
    kept, gone = store.new_signing_key("kept"), store.new_signing_key("gone")
    store.forget("gone")
    again = KeyStore.open(store.path, SECRET)
    assert again.signing_key("kept").public == kept.public
    for opened in (store, again):
        with pytest.raises(KeyUnknown):
            opened.signing_key("gone")
        with pytest.raises(KeyUnknown):
            opened.forget("gone")
    assert store.new_signing_key("gone").public != gone.public


def test_threads_do_not_lose_each_others_keys(store: KeyStore) -> None:
    threads = [threading.Thread(target=store.new_signing_key, args=(f"key-{n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(KeyStore.open(store.path, SECRET).names()) == 12


def test_a_store_replaced_under_us_is_not_written_to(store: KeyStore) -> None:
    store.path.unlink()
    KeyStore.create(store.path, b"of somebody else", profile="test")
    with pytest.raises(KeyStoreDamaged):
        store.new_signing_key("act")


def test_leftovers_of_a_crash_are_replaced(store: KeyStore) -> None:
    store.path.with_name(f".{store.path.name}.{os.getpid()}.new").write_bytes(b"half a file")
    store.new_signing_key("act")
    assert KeyStore.open(store.path, SECRET).names() == ("act",)
    assert [file.name for file in store.path.parent.iterdir() if file.name.endswith(".new")] == []


def test_the_new_file_is_durable_before_it_counts_and_the_folder_after(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename that reaches the disk before the content leaves an empty key store after a power cut."""
    before, durable = store.path.read_bytes(), []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        fsync(descriptor)
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        durable.append((is_folder, store.path.read_bytes() == before))

    monkeypatch.setattr(os, "fsync", recorded)
    store.new_signing_key("act")
    assert durable == [(False, True), (True, False)]


@pytest.mark.faults
def test_a_process_killed_while_writing_loses_no_key_that_it_reported(path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from transire.crypto.keystore import KeyStore\n"
        f"store = KeyStore.create(pathlib.Path(sys.argv[1]), {SECRET!r}, profile='test')\n"
        "for number in range(10_000):\n"
        "    store.new_signing_key(f'key-{number}')\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reported = len([process.stdout.readline() for _ in range(15)])
        process.kill()
        reported += len(process.stdout.read().split())
    names = KeyStore.open(path, SECRET).names()
    assert set(names) >= {f"key-{number}" for number in range(reported)}
    assert len(names) <= reported + 1


@pytest.mark.parametrize("curve", [P256, P384], ids=lambda curve: curve.name)
def test_an_ecdsa_key_is_kept_with_its_curve(tmp_path: Path, curve: Curve) -> None:
    store = KeyStore.create(tmp_path / "keys.json", b"an ecdsa secret!", profile="test")
    key = store.new_ecdsa_key("issuer", curve)
    again = KeyStore.open(tmp_path / "keys.json", b"an ecdsa secret!").ecdsa_key("issuer")
    assert (again.public, again.private, again.kind) == (key.public, key.private, curve.name)
    verify_ecdsa(curve, again.public, b"message", key.sign(b"message"))
    with pytest.raises(KeyUnknown):
        store.signing_key("issuer")
    with pytest.raises(KeyUnknown):
        store.ecdsa_key("nobody")
    assert key.private.hex() not in (tmp_path / "keys.json").read_text()
